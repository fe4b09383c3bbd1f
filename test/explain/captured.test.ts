import { describe, expect, it } from 'vitest';
import { readPlan } from '../../src/explain/read.ts';
import type { Plan } from '../../src/explain/types.ts';
import { planScenarios } from '../support/plan-scenarios.ts';
import { capturedPlans, nameOf, outline, readCaptured, readFixture, sumError } from '../support/plans.ts';

const captured = capturedPlans();
const scenarioOf = (name: string) => planScenarios.find((scenario) => scenario.name === name);

/** pg_sleep never wakes early; how late it wakes is the machine's business. */
const near = (ms: number): { low: number; high: number } => ({ low: ms * 0.97, high: ms * 2 + 10 });

const describeNodes = (plan: Plan): string =>
  plan.nodes.map((node) => `#${node.id} ${nameOf(node)} ${node.selfMs?.toFixed(3)}`).join('\n');

describe.each(captured)('$major $file', ({ name, file }) => {
  const plan = readCaptured(file);
  const scenario = scenarioOf(name);

  it('is read without a remark', () => {
    expect(plan.notes).toEqual([]);
    expect(plan.nodes.every((node) => node.overrunMs === null || node.overrunMs < 5)).toBe(true);
  });

  it('shows what it was captured for', () => {
    expect(scenario, 'a scenario of this name').toBeDefined();
    for (const pattern of scenario?.shows ?? [])
      expect(
        plan.nodes.some((node) => pattern.test(nameOf(node))),
        describeNodes(plan),
      ).toBe(true);
  });

  it('adds up', () => {
    if (!plan.timed) return;
    const { error, allowed } = sumError(plan);
    expect(error).toBeLessThanOrEqual(allowed);
    expect(plan.nodes.filter((node) => (node.selfMs ?? 0) < 0)).toEqual([]);
    const root = plan.nodes[0]?.buffers?.total;
    if (!root || plan.buckets.unscannedCteMs !== null) return;
    const hits = plan.nodes.reduce((sum, node) => sum + (node.buffers?.self.sharedHit ?? 0), 0);
    expect(hits).toBe(root.sharedHit);
  });

  it('finds the sleep where it was', () => {
    const sleeps = scenario?.sleeps ?? [];
    for (const { node: pattern, ms, cpu } of sleeps) {
      const sleepers = plan.nodes.filter((node) => pattern.test(nameOf(node)));
      const sum = sleepers.reduce((total, node) => total + ((cpu ? node.selfCpuMs : node.selfMs) ?? 0), 0);
      const { low, high } = near(ms);
      expect(sum, describeNodes(plan)).toBeGreaterThanOrEqual(low);
      expect(sum, describeNodes(plan)).toBeLessThanOrEqual(high);
    }
    if (sleeps.length === 0) return;
    const least = Math.min(...sleeps.map(({ ms, cpu }) => (cpu ? ms / 3 : ms)));
    const awake = plan.nodes.filter(
      (node) =>
        !sleeps.some(({ node: pattern }) => pattern.test(nameOf(node))) && !node.type.startsWith('Gather'),
    );
    for (const node of awake) expect(node.selfMs, describeNodes(plan)).toBeLessThan(least / 2);
  });

  it('puts beside the tree what is not in it', () => {
    for (const [bucket, ms] of Object.entries(scenario?.buckets ?? {})) {
      const value = bucket === 'triggersMs' ? plan.buckets.triggersMs : plan.buckets.unscannedCteMs;
      expect(value).toBeGreaterThanOrEqual(near(ms).low);
      expect(value).toBeLessThanOrEqual(near(ms).high);
    }
  });
});

describe.each(captured.filter(({ file }) => file.endsWith('.json')))('$major $name', ({ file }) => {
  it('is the same tree as JSON and as text', () => {
    expect(outline(readCaptured(file.replace(/json$/, 'txt')))).toEqual(outline(readCaptured(file)));
  });
});

describe('what was captured', () => {
  const read = (major: number, file: string): Plan => readPlan(readFixture(major, file));
  const majors = [14, 15, 16, 17, 18];

  it('is every scenario on every version that can run it', () => {
    const missing = majors.flatMap((major) =>
      planScenarios
        .filter(({ from = 14, needs }) => from <= major && needs === undefined)
        .flatMap(({ name }) => [`${name}.json`, `${name}.txt`])
        .filter((file) => !captured.some((one) => one.major === major && one.file.endsWith(`/${file}`)))
        .map((file) => `${major}/${file}`),
    );
    expect(missing).toEqual([]);
  });

  it('skips in an index, once for each value of the column that is not asked for', () => {
    const scan = read(18, 'skip-scan.json').nodes.find((node) => node.index === 'pair_a_b');
    expect(scan?.indexSearches).toBeGreaterThan(4);
  });

  it.each(majors)('has lossy pages, remembered rows and pruned partitions on %d', (major) => {
    const heap = read(major, 'bitmap-lossy.json').nodes.find((node) => node.type === 'Bitmap Heap Scan');
    expect(heap?.heapBlocks?.lossy).toBeGreaterThan(0);
    expect(heap?.findings.map(({ id }) => id)).toContain('lossy-bitmap');
    const memoize = read(major, 'memoize.json').nodes.find((node) => node.type === 'Memoize')?.memoize;
    expect(memoize).toMatchObject({ hits: 27, misses: 3 });
    expect(read(major, 'prune-plan.json').nodes[0]?.subplansRemoved).toBe(3);
  });

  it('runs a Gather once for each outer row', () => {
    const gather = read(18, 'parallel-again.json').nodes.find((node) => node.type === 'Gather');
    expect(gather?.loops).toBe(3);
  });

  it('has compiled', () => {
    const { buckets, jit } = read(15, 'jit.json');
    expect(buckets.jitMs).toBeGreaterThan(0);
    expect(jit?.functions).toBeGreaterThan(0);
    expect(read(15, 'jit.txt').jit).toMatchObject({ options: jit?.options, functions: jit?.functions });
  });
});
