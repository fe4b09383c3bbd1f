import { describe, expect, it } from 'vitest';
import { describeNode } from '../../src/explain/describe.ts';
import { diffPlans } from '../../src/explain/diff.ts';
import { nodeTypes } from '../../src/explain/node-types.ts';
import { readPlan } from '../../src/explain/read.ts';
import { capturedPlans, readCaptured } from '../support/plans.ts';

const sorted = `Sort  (cost=9.00..9.50 rows=20 width=4) (actual time=8.000..9.000 rows=20.00 loops=1)
  Sort Key: o.at
  Sort Method: quicksort  Memory: 25kB
  Buffers: shared hit=3110
  ->  Hash Join  (cost=1.00..8.00 rows=20 width=4) (actual time=1.000..7.000 rows=20.00 loops=1)
        Hash Cond: (o.c = c.id)
        Buffers: shared hit=3110
        ->  Seq Scan on ord o  (cost=0.00..5.00 rows=20 width=4) (actual time=0.500..5.000 rows=20.00 loops=1)
              Buffers: shared hit=3100
        ->  Hash  (cost=1.00..1.00 rows=5 width=4) (actual time=0.500..0.500 rows=5.00 loops=1)
              Buckets: 1024  Batches: 1  Memory Usage: 9kB
              Buffers: shared hit=10
              ->  Seq Scan on cust c  (cost=0.00..1.00 rows=5 width=4) (actual time=0.100..0.400 rows=5.00 loops=1)
                    Buffers: shared hit=10
Execution Time: 9.100 ms`;
const ordered = `Nested Loop  (cost=0.50..9.50 rows=20 width=4) (actual time=0.100..0.300 rows=20.00 loops=1)
  Buffers: shared hit=24
  ->  Index Scan using ord_at on ord o  (cost=0.00..5.00 rows=20 width=4) (actual time=0.050..0.100 rows=20.00 loops=1)
        Buffers: shared hit=4
  ->  Index Scan using cust_pkey on cust c  (cost=0.00..1.00 rows=1 width=4) (actual time=0.005..0.005 rows=1.00 loops=20)
        Index Cond: (id = o.c)
        Buffers: shared hit=20
Execution Time: 0.400 ms`;

describe('a diff', () => {
  const diff = diffPlans(readPlan(sorted), readPlan(ordered));

  it('matches scans by relation and joins by the relations below', () => {
    expect(diff.rows.map(({ mark, before, after }) => [mark, before, after])).toEqual([
      ['vanished', 1, null],
      ['changed', 2, 1],
      ['changed', 3, 2],
      ['vanished', 4, null],
      ['changed', 5, 3],
    ]);
    expect(diff.rows[2]?.changes).toContain('Seq Scan on ord → Index Scan using ord_at on ord');
    expect(diff.rows[2]?.changes).toContain('pages 3,100 → 4');
  });

  it('gives a verdict: shape, then pages', () => {
    expect(diff.verdict).toBe('the sort is gone: index order; 3,110 → 24 pages');
    expect(diff.pages).toEqual({ before: 3110, after: 24 });
    expect(diff.ms).toEqual({ before: 9.1, after: 0.4 });
    expect(diffPlans(readPlan(ordered), readPlan(sorted)).verdict).toContain('24 → 3,110 pages');
  });

  it('gives no verdict about nodes that are called the same in both', () => {
    const { verdict } = diffPlans(
      readPlan(`HashAggregate  (cost=9.00..9.50 rows=3 width=4)
  ->  Seq Scan on ord  (cost=0.00..5.00 rows=20 width=4)`),
      readPlan(`HashAggregate  (cost=1.00..1.50 rows=3 width=4)
  ->  Seq Scan on sums  (cost=0.00..0.50 rows=3 width=4)`),
    );
    expect(verdict).toBe('Seq Scan on sums instead of Seq Scan on ord');
  });

  it('says when the same nodes are put together otherwise', () => {
    const join = (inner: string, last: string): string => `Nested Loop  (cost=9.00..9.50 rows=3 width=4)
  ->  Nested Loop  (cost=9.00..9.50 rows=3 width=4)
        ->  Seq Scan on a  (cost=0.00..5.00 rows=20 width=4)
        ->  Seq Scan on ${inner}  (cost=0.00..5.00 rows=20 width=4)
  ->  Seq Scan on ${last}  (cost=0.00..5.00 rows=20 width=4)`;
    const { verdict } = diffPlans(readPlan(join('b', 'c')), readPlan(join('c', 'b')));
    expect(verdict).toBe('the same nodes in another order');
  });

  it.each(
    capturedPlans().filter(({ file }) => file.endsWith('18/merge.json') || file.endsWith('cte-nested.json')),
  )('of $major $name with itself is the same all over', ({ file }) => {
    const plan = readCaptured(file);
    const same = diffPlans(plan, plan);
    expect(new Set(same.rows.map(({ mark }) => mark))).toEqual(new Set(['same']));
    expect(same.verdict).toContain('the same plan');
  });
});

describe('descriptions', () => {
  it('are there for the 42 node types of PostgreSQL 18', () => {
    expect(nodeTypes).toHaveLength(42);
    for (const type of nodeTypes) {
      const plan = readPlan(JSON.stringify({ 'Node Type': type, 'Plan Rows': 3, 'Total Cost': 9 }));
      const [node] = plan.nodes;
      const words = node && describeNode(node, plan);
      expect(words?.does.length).toBeGreaterThan(20);
      expect(words?.badWhen.length).toBeGreaterThan(15);
      expect(words?.here).toBe('The planner expects 3 rows at a cost of 9; it was not run.');
    }
  });

  it('put the numbers of the plan into sentences', () => {
    const plan = readPlan(sorted);
    const [, , scan] = plan.nodes;
    expect(scan && describeNode(scan, plan).here).toBe(
      'Read ord and gave 20 rows, about as many as the planner expected. Its own work took 5.0 ms, 56 % of the plan. It looked at 3,100 pages, all in shared buffers.',
    );
  });
});
