import { describe, expect, it } from 'vitest';
import { readPlan } from '../../src/explain/read.ts';
import type { FindingId } from '../../src/explain/types.ts';
import { readFixture } from '../support/plans.ts';

type Node = Record<string, unknown>;

const node = (type: string, rows: number, ms: number, more: Node = {}, ...plans: Node[]): Node => ({
  'Node Type': type,
  'Plan Rows': rows,
  'Actual Rows': rows,
  'Actual Loops': 1,
  'Actual Total Time': ms,
  'Shared Hit Blocks': 1000,
  ...more,
  ...(plans.length > 0 ? { Plans: plans } : {}),
});
const below = (relationship: string, one: Node): Node => ({ ...one, 'Parent Relationship': relationship });
const found = (plan: Node, beside: Node = {}): FindingId[] =>
  readPlan(
    JSON.stringify([{ Plan: plan, 'Planning Time': 0.1, 'Execution Time': 100, ...beside }]),
  ).findings.map(({ id, evidence, advice, title }) => {
    expect(evidence).toMatch(/\d/);
    expect(advice.length + title.length).toBeGreaterThan(20);
    return id;
  });
const scan = (more: Node, rows = 50): Node =>
  node('Seq Scan', rows, 90, { 'Relation Name': 't', Alias: 't', ...more });
const loop = (innerLoops: number, innerMs: number): Node =>
  node(
    'Nested Loop',
    10,
    95,
    {},
    below(
      'Outer',
      scan({ 'Plan Rows': 5000, 'Actual Rows': 5000, 'Actual Total Time': 5, 'Shared Hit Blocks': 20 }),
    ),
    below(
      'Inner',
      node('Index Scan', 1, innerMs, { 'Actual Loops': innerLoops, 'Index Name': 'i', 'Relation Name': 'u' }),
    ),
  );
const subplan = (loops: number, ms: number): Node =>
  scan({}, 5000) && {
    ...scan({ 'Plan Rows': 5000 }, 5000),
    Plans: [
      {
        ...below('SubPlan', node('Index Scan', 1, ms, { 'Actual Loops': loops })),
        'Subplan Name': 'SubPlan 1',
      },
    ],
  };
const append = (rows: readonly number[]): Node =>
  node(
    'Append',
    10,
    95,
    { 'Subplans Removed': 0 },
    ...rows.map((count, at) =>
      below(
        'Member',
        node('Seq Scan', 10, 20, { 'Actual Rows': count, 'Relation Name': `p${at}`, Alias: `p_${at + 1}` }),
      ),
    ),
  );
const bitmap = (exact: number, lossy: number, fromIndex = 1000): Node =>
  node(
    'Bitmap Heap Scan',
    10,
    90,
    { 'Recheck Cond': '(a = 1)', 'Exact Heap Blocks': exact, 'Lossy Heap Blocks': lossy },
    below('Outer', node('Bitmap Index Scan', fromIndex, 5, { 'Index Name': 'i' })),
  );
const jit = (ms: number): Node => ({ JIT: { Functions: 12, Timing: { Total: ms } } });

/** For each finding plans where it must be said and plans where it must not. */
const cases: readonly (readonly [FindingId, FindingId[], FindingId[]])[] = [
  [
    'misestimate',
    found(scan({ Filter: '(a = 1)', 'Plan Rows': 1, 'Actual Rows': 900 })),
    found(scan({ Filter: '(a = 1)', 'Plan Rows': 500, 'Actual Rows': 900 })),
  ],
  [
    'filter-discards',
    found(node('Index Scan', 50, 90, { Filter: '(a = 1)', 'Rows Removed by Filter': 9000 })),
    found(node('Index Scan', 50, 90, { Filter: '(a = 1)', 'Rows Removed by Filter': 60 })),
  ],
  [
    'seq-scan-few-rows',
    found(scan({ Filter: '(a = 1)', 'Rows Removed by Filter': 99_000 })),
    found(scan({ Filter: '(a = 1)', 'Rows Removed by Filter': 20 })),
  ],
  [
    'spill',
    found(
      node('Sort', 50, 90, {
        'Sort Method': 'external merge',
        'Sort Space Used': 2000,
        'Sort Space Type': 'Disk',
      }),
    ),
    found(
      node('Sort', 50, 90, {
        'Sort Method': 'quicksort',
        'Sort Space Used': 2000,
        'Sort Space Type': 'Memory',
      }),
    ),
  ],
  [
    'spill',
    found(
      node('Hash', 50, 90, {
        'Hash Batches': 8,
        'Original Hash Batches': 1,
        'Hash Buckets': 1024,
        'Peak Memory Usage': 4000,
      }),
    ),
    found(
      node('Hash', 50, 90, {
        'Hash Batches': 1,
        'Original Hash Batches': 1,
        'Hash Buckets': 1024,
        'Peak Memory Usage': 4000,
      }),
    ),
  ],
  ['nested-loop', found(loop(5000, 0.017)), found(loop(5, 17))],
  ['nested-loop', found(loop(5000, 0.017)), found(loop(5000, 0.001))],
  [
    'heap-fetches',
    found(node('Index Only Scan', 5000, 90, { 'Heap Fetches': 4900 })),
    found(node('Index Only Scan', 5000, 90, { 'Heap Fetches': 20 })),
  ],
  ['lossy-bitmap', found(bitmap(100, 900)), found(bitmap(1000, 0))],
  // From BRIN: whole pages, each counted as ten rows.
  ['lossy-bitmap', found(bitmap(0, 128, 1281)), found(bitmap(0, 128, 1280))],
  [
    'workers-missing',
    found(node('Gather', 50, 90, { 'Workers Planned': 4, 'Workers Launched': 1 })),
    found(node('Gather', 50, 90, { 'Workers Planned': 4, 'Workers Launched': 4 })),
  ],
  ['repeated-subplan', found(subplan(5000, 0.017)), found(subplan(1, 80))],
  ['partitions-not-pruned', found(append([0, 0, 0, 0, 10])), found(append([9, 9, 9, 10, 10]))],
  ['jit-dominates', found(scan({}), jit(70)), found(scan({}), jit(3))],
  ['planning-dominates', found(scan({}), { 'Planning Time': 300 }), found(scan({}), { 'Planning Time': 3 })],
  [
    'stale-statistics',
    found(scan({ 'Plan Rows': 100, 'Actual Rows': 90_000 })),
    found(scan({ 'Plan Rows': 80_000, 'Actual Rows': 90_000 })),
  ],
];

describe('findings', () => {
  it.each(cases)('%s: where it must be, and only there', (id, yes, no) => {
    expect(yes).toContain(id);
    expect(no).not.toContain(id);
  });

  it('name the first cause of a misestimate, not what inherits it', () => {
    const off = { 'Plan Rows': 1, 'Actual Rows': 5000 };
    const plan = readPlan(
      JSON.stringify({
        Plan: node(
          'Sort',
          1,
          99,
          off,
          below('Outer', node('Hash Join', 1, 95, off, below('Outer', scan({ Filter: '(a = 1)', ...off })))),
        ),
      }),
    );
    const wrong = plan.findings.filter(({ id }) => id === 'misestimate');
    expect(wrong.map(({ node: id }) => id)).toEqual([3]);
    expect(wrong[0]?.evidence).toContain('2 nodes above it inherit the error');
  });

  it('say nothing of what may have been stopped early', () => {
    const plan = node(
      'Limit',
      10,
      9,
      {},
      below('Outer', scan({ Filter: '(a = 1)', 'Plan Rows': 90_000, 'Actual Rows': 10 })),
    );
    expect(found(plan)).toEqual([]);
  });

  it('say nothing of plans that were not run', () => {
    expect(readPlan(readFixture(18, 'not-run.json')).findings).toEqual([]);
  });
});
