import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPlan } from '../../src/explain/read.ts';
import type { Plan } from '../../src/explain/types.ts';
import { conformance, hasConformance, nameOf, outline, sumError } from '../support/plans.ts';

const names = hasConformance
  ? readdirSync(conformance).flatMap((file) => (file.endsWith('.json') ? [file.replace('.json', '')] : []))
  : [];
const read = (name: string, format: 'json' | 'txt'): Plan =>
  readPlan(readFileSync(path.join(conformance, `${name}.${format}`), 'utf8'));
const formats = ['json', 'txt'] as const;
const selves = (plan: Plan, pattern: RegExp): number[] =>
  plan.nodes.filter((node) => pattern.test(nameOf(node))).map((node) => node.selfMs ?? Number.NaN);

/** What the .truth.txt of each says, on either execution. */
const truths: Readonly<Record<string, (plan: Plan) => void>> = {
  cte_two_scans: (plan) => {
    expect(selves(plan, /^CTE c /)[0]).toBeGreaterThanOrEqual(100);
    for (const self of selves(plan, /^CTE Scan/)) expect(self).toBeLessThan(2);
    expect(selves(plan, /^CTE Scan/)).toHaveLength(2);
  },
  index_searches_any: (plan) => {
    expect(plan.nodes.find((node) => node.type === 'Index Only Scan')?.indexSearches).toBe(5);
  },
  initplan_used_deep: (plan) => {
    expect(selves(plan, /^InitPlan 1/)[0]).toBeGreaterThanOrEqual(60);
    const paidBy = plan.nodes.find((node) => node.role === 'initplan')?.paidBy ?? [];
    expect(plan.nodes[(paidBy[0]?.node ?? 0) - 1]?.relation).toBe('ord');
    for (const self of selves(plan, /^(?:Aggregate|Hash Join)/)) expect(self).toBeLessThan(5);
  },
  prune_runtime_loop: (plan) => {
    const append = plan.nodes.find((node) => node.type === 'Append');
    const loops = append?.children.map((id) => plan.nodes[id - 1]?.loops);
    expect(append?.loops).toBe(3);
    expect(loops).toEqual([2, 0, 0, 1]);
  },
  skip_scan: (plan) => {
    expect(plan.nodes.find((node) => node.index === 'comp_ab')?.indexSearches).toBeGreaterThan(1);
  },
  subplan_correlated: (plan) => {
    expect(selves(plan, /^SubPlan 1/)[0]).toBeGreaterThanOrEqual(100);
    expect(selves(plan, /^Seq Scan on small/)[0]).toBeLessThan(2);
  },
  subplan_many_loops: (plan) => {
    const node = plan.nodes.find((one) => one.loops === 200000);
    expect(node?.totalMs).toBeCloseTo(400, 6);
    expect(node?.toleranceMs).toBeCloseTo(100, 6);
  },
};

describe.skipIf(!hasConformance)('the shared plans (skipped: they are not on this machine)', () => {
  it.each(names)('%s adds up and is the same tree in both formats', (name) => {
    for (const format of formats) {
      const plan = read(name, format);
      const { error, allowed } = sumError(plan);
      expect(error).toBeLessThanOrEqual(allowed);
      expect(plan.notes).toEqual([]);
    }
    expect(outline(read(name, 'txt'))).toEqual(outline(read(name, 'json')));
  });

  it.each(names.flatMap((name) => formats.map((format) => [name, format] as const)))(
    '%s.%s is what is true',
    (name, format) => truths[name]?.(read(name, format)),
  );

  it('has a check for every truth', () => {
    const files = hasConformance ? readdirSync(conformance) : [];
    const told = files.flatMap((file) =>
      file.endsWith('.truth.txt') ? [file.replace('.truth.txt', '')] : [],
    );
    expect(told.filter((name) => !(name in truths))).toEqual([]);
  });
});
