import { describe, expect, it } from 'vitest';
import { planToJson } from '../../src/explain/json.ts';
import { capturedPlans, readCaptured } from '../support/plans.ts';

type Json = {
  readonly executionMs: number | null;
  readonly toleranceMs: number | null;
  readonly buckets: Readonly<Record<string, number | null>>;
  readonly nodes: readonly { readonly selfMs: number | null; readonly unscannedMs: number | null }[];
};
/** As a program gets it. */
const printed = (file: string): Json => JSON.parse(JSON.stringify(planToJson(readCaptured(file))));
const total = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

const missing = (value: unknown, path: string): string[] => {
  if (value === undefined) return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => missing(inner, `${path}.${key}`));
};

describe.each(capturedPlans())('$major $file as JSON', ({ file }) => {
  it('has each millisecond in one place', () => {
    const { executionMs, toleranceMs, buckets, nodes } = printed(file);
    if (executionMs === null || toleranceMs === null) return;
    const { jitMs: _overlaps, ...added } = buckets;
    const sum = total(nodes.map((node) => node.selfMs)) + total(Object.values(added));
    // Sums of nanoseconds that are rounded, too.
    expect(Math.abs(sum - executionMs)).toBeLessThanOrEqual(toleranceMs + 1e-6 * (nodes.length + 5));
    expect(total(nodes.map((node) => node.unscannedMs))).toBeCloseTo(buckets.unscannedCteMs ?? 0, 5);
    expect(nodes.every((node) => (node.selfMs ?? 0) >= 0)).toBe(true);
  });

  it('says null for what is absent, and names the same fields everywhere', () => {
    const plan = planToJson(readCaptured(file));
    expect(missing(plan, 'plan')).toEqual([]);
    const fields = printed(file).nodes.map((node) => Object.keys(node).join());
    expect(new Set(fields).size).toBe(1);
  });
});
