import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawPlan } from '../../src/draw/plan.ts';
import { drawDiffPanes, drawPlanDiff } from '../../src/draw/plan-diff.ts';
import { firstView, lessonView, metricsOf, scaleOf } from '../../src/draw/plan-metric.ts';
import { formatCount, formatFactor, formatMs, heatBar, planGlyphs } from '../../src/draw/plan-numbers.ts';
import { noFolds, planRows, reveal } from '../../src/draw/plan-rows.ts';
import { planJson, planText } from '../../src/draw/plan-text.ts';
import { drawTreeRows } from '../../src/draw/plan-tree.ts';
import { diffPlans } from '../../src/explain/diff.ts';
import { readPlan } from '../../src/explain/read.ts';
import type { Plan, PlanNode } from '../../src/explain/types.ts';
import { asciiGlyphs, unicodeGlyphs as glyphs } from '../../src/text/glyphs.ts';
import { type Line, lineText } from '../../src/text/line.ts';
import { lineWidth } from '../../src/text/width.ts';

const folder = path.resolve(import.meta.dirname, '../fixtures/plans/18');
const fixture = (name: string): Plan => readPlan(readFileSync(path.join(folder, `${name}.json`), 'utf8'));
const text = (lines: readonly Line[]): string[] => lines.map((line) => lineText(line).trimEnd());

type Raw = Record<string, unknown>;
const node = (type: string, more: Raw = {}, plans: readonly Raw[] = []): Raw => ({
  'Node Type': type,
  'Startup Cost': 0,
  'Total Cost': 10,
  'Plan Rows': 1,
  'Plan Width': 4,
  'Actual Startup Time': 0.01,
  'Actual Total Time': 1,
  'Actual Rows': 1,
  'Actual Loops': 1,
  ...more,
  ...(plans.length > 0 ? { Plans: plans } : {}),
});
const planOf = (root: Raw): Plan => readPlan(JSON.stringify([{ Plan: root, 'Execution Time': 5 }]));
const partition = (number: number): Raw =>
  node('Seq Scan', {
    'Parent Relationship': 'Member',
    'Relation Name': `ev_${number}`,
    Alias: `ev_${number}`,
  });
const partitioned = planOf(
  node(
    'Append',
    { 'Actual Total Time': 20, 'Subplans Removed': 3 },
    Array.from({ length: 12 }, (_, at) => partition(at)),
  ),
);

describe('the tree of a plan', () => {
  it.each([60, 80, 120, 160])(
    'never is wider than %i columns, in no plan, and holds no control character',
    (width) => {
      for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
        const plan = readPlan(readFileSync(path.join(folder, file), 'utf8'));
        for (const some of [glyphs, asciiGlyphs])
          for (const line of drawPlan(plan, { width, glyphs: some })) {
            expect(lineWidth(line)).toBeLessThanOrEqual(width);
            expect(lineText(line)).not.toMatch(/\p{Cc}/u);
          }
      }
    },
  );

  it('drops the bars first, then the percentages', () => {
    const plan = fixture('initplan-filter');
    const head = (width: number): string => lineText(drawPlan(plan, { width, glyphs })[1] ?? []);
    expect(head(80)).toMatch(/self ms +% heat +rows +est× +node/);
    expect(head(75)).toMatch(/self ms +% +rows +est× +node/);
    expect(head(50)).toMatch(/self ms +rows +est× +node/);
  });

  it('drops the bars where names would be cut, and keeps the percentages where names are cut anyway', () => {
    const named = (length: number): string => {
      const plan = planOf(node('Seq Scan', { 'Relation Name': 'r'.repeat(length), 'Actual Total Time': 1 }));
      return lineText(drawPlan(plan, { width: 80, glyphs })[1] ?? []);
    };
    expect(named(20)).toMatch(/ % heat /);
    expect(named(36)).toMatch(/ % +rows/);
    expect(named(38)).toMatch(/self ms +rows/);
    expect(named(90)).toMatch(/ % +rows/);
  });

  it('says when a node runs at all', () => {
    const plan = planOf(node('Result', { 'One-Time Filter': '(now() < $1)' }));
    expect(text(drawPlan(plan, { width: 80, glyphs }))[2]).toMatch(/Result {2}only if now\(\) < \$1/);
  });

  it('says who pays for an InitPlan, with dotted branches', () => {
    const lines = text(drawPlan(fixture('initplan-filter'), { width: 100, glyphs }));
    expect(lines.join('\n')).toMatch(/[├└]╌InitPlan 1 .*⇢ paid by #\d/);
  });

  it('drops qualifiers from a condition, but nothing from a string in it', () => {
    const plan = planOf(
      node('Index Scan', {
        'Relation Name': 't',
        'Index Name': 'i',
        'Index Cond': "(((o.mail)::text >= 'greta.w'::text) AND (o.\"to\" < 'it''s d7.com'::text))",
      }),
    );
    expect(text(drawPlan(plan, { width: 140, glyphs })).join('\n')).toContain(
      "((mail) >= 'greta.w') AND (\"to\" < 'it''s d7.com')",
    );
  });

  it('needs nothing but ASCII', () => {
    for (const name of ['initplan-filter', 'prune-init', 'parallel-leader', 'prune-exec'])
      expect(
        text(drawPlan(fixture(name), { width: 100, glyphs: asciiGlyphs, findings: 0 })).join('\n'),
      ).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('shows a ghost for what pruning removed, and a cross for what never ran', () => {
    expect(text(drawPlan(partitioned, { width: 100, glyphs })).join('\n')).toMatch(
      /✗ +├─3 subplans removed before the start/,
    );
    expect(text(drawPlan(fixture('prune-exec'), { width: 100, glyphs })).join('\n')).toMatch(/ never +✗/);
  });

  it('brackets the workers under their Gather, with the leader only when it took part', () => {
    const lines = text(drawPlan(fixture('parallel-leader'), { width: 110, glyphs })).join('\n');
    expect(lines).toMatch(/Gather.*\n.*║ leader.*\n.*║ worker 0 .*ms/);
    const without = text(drawPlan(fixture('parallel-no-leader'), { width: 110, glyphs })).join('\n');
    expect(without).toMatch(/Gather.*\n.*║ worker 0/);
    expect(without).not.toContain('leader ');
  });

  it('folds partitions that look alike into one row that adds them up', () => {
    const rows = planRows(partitioned, noFolds);
    expect(rows).toMatchObject([
      { kind: 'node', id: 1 },
      { kind: 'removed', count: 3, last: false },
      { kind: 'run', id: 2, members: { length: 12 }, last: true },
    ]);
    const [, , run] = text(
      drawTreeRows(rows, partitioned, { width: 80, glyphs, view: firstView(partitioned) }),
    );
    expect(run).toMatch(/ 12\.00 +60 .* 12 +└─▸12 × Seq Scan ev_0 … ev_11$/);
    expect(planRows(partitioned, reveal(partitioned, noFolds, 9))).toHaveLength(14);
  });

  it('folds a subtree to one row with its sum, and opens what hides a node', () => {
    const plan = fixture('initplan-filter');
    const folds = { closed: new Set([1]), opened: new Set<number>() };
    const rows = planRows(plan, folds);
    expect(rows).toEqual([{ kind: 'node', id: 1, last: true, hidden: plan.nodes.length - 1 }]);
    expect(text(drawTreeRows(rows, plan, { width: 80, glyphs, view: firstView(plan) }))[0]).toMatch(
      /▸\d+ more/,
    );
    expect(planRows(plan, reveal(plan, folds, 3)).some((row) => row.id === 3)).toBe(true);
  });

  it('keeps the words in sight however deep the tree', () => {
    let root = node('Seq Scan', { 'Relation Name': 'deep' });
    for (let depth = 0; depth < 400; depth++)
      root = node('Limit', {}, [{ ...root, 'Parent Relationship': 'Outer' }]);
    const plan = planOf(root);
    const rows = planRows(plan, noFolds);
    const last = text(drawTreeRows(rows.slice(-1), plan, { width: 80, glyphs, view: firstView(plan) }))[0];
    expect(last).toMatch(/… +└─Seq Scan deep/);
  });

  it('counts pages first in lessons, where the plan has them', () => {
    const plan = fixture('sort-disk');
    const [summary, head] = text(drawPlan(plan, { width: 80, glyphs, view: lessonView(plan) }));
    expect(summary).toMatch(/^ [\d,]+ pages│.* ms│/);
    expect(head).toMatch(/^ +# +pages /);
    expect(lessonView(fixture('not-run')).metric).toBe('cost');
  });

  it('knows what there is to count, and what has most of it', () => {
    const plan = fixture('initplan-filter');
    expect(metricsOf(plan)).toContain('time');
    expect(metricsOf(fixture('not-run'))).toEqual(['cost']);
    const view = firstView(plan);
    const { hottest, whole } = scaleOf(plan, view);
    const own = hottest.map((id) => plan.nodes[id - 1]?.selfMs ?? 0);
    expect(own).toEqual([...own].sort((a, b) => b - a));
    expect(Math.max(...plan.nodes.map(({ selfMs }) => selfMs ?? 0))).toBe(own[0]);
    expect(whole).toBeCloseTo(
      plan.nodes.reduce((sum, { selfMs }) => sum + (selfMs ?? 0), 0),
      6,
    );
  });

  it('strips what a plan may not do to the terminal', () => {
    const evil = planOf(
      node('Seq Scan', { 'Relation Name': 't\x1b[2J\x1b]0;x\x07', Filter: "(a = '\x1b[31m')" }),
    );
    expect(drawPlan(evil, { width: 100, glyphs }).map(lineText).join('')).not.toMatch(/\p{Cc}/u);
    expect([...planText(evil), ...planJson(evil)].join('')).not.toMatch(/\p{Cc}/u);
  });
});

describe('numbers', () => {
  const signs = planGlyphs(glyphs);
  it('are short and never lie about being zero', () => {
    expect([0, 0.001, 0.126, 67.8, 999.99, 1234.56, 12_345.6, 1e7].map(formatMs)).toEqual([
      '0',
      '0.001',
      '0.13',
      '67.80',
      '999.99',
      '1,234.5',
      '12,346',
      '10,000,000',
    ]);
    expect([0, 0.33, 7, 9_999, 12_345, 999_999, 1.8e6, 2e12].map(formatCount)).toEqual([
      '0',
      '0.33',
      '7',
      '9,999',
      '12.3k',
      '1.0M',
      '1.8M',
      '2.0T',
    ]);
  });

  it('mark misestimates at 10, 100 and 1000 times', () => {
    const looks = (factor: number) => [
      formatFactor(factor, signs).text,
      formatFactor(factor, signs).style.color,
    ];
    expect([1.5, 5, 37, 0.01, 1 / 2000].map(looks)).toEqual([
      ['', undefined],
      ['▲5.0', undefined],
      ['▲37', 'yellow'],
      ['▼100', 'yellow'],
      ['▼2000', 'red'],
    ]);
  });

  it('fill bars by eighths', () => {
    expect([0, 0.5, 0.51, 1, 2].map((share) => heatBar(share, 4, signs))).toEqual([
      '',
      '██',
      '██',
      '████',
      '████',
    ]);
    expect(heatBar(0.3, 4, signs)).toBe('█▎');
  });
});

describe('two plans', () => {
  const before = planOf(
    node('Sort', {}, [node('Seq Scan', { 'Relation Name': 't', 'Parent Relationship': 'Outer' })]),
  );
  const after = planOf(node('Index Scan', { 'Relation Name': 't', 'Index Name': 'i' }));
  const diff = diffPlans(before, after);

  it('are one list for text, with the verdict first', () => {
    const lines = text(drawPlanDiff(diff, { width: 100, glyphs }));
    expect(lines[0]).toBe(diff.verdict);
    expect(lines.join('\n')).toMatch(/− +1?[\d.]* .*Sort/);
    expect(lines.join('\n')).toMatch(/~ .*Index Scan t using i/);
  });

  it('are two panes of exact width with a gutter', () => {
    for (const width of [132, 160]) {
      const lines = drawDiffPanes(diff.rows, diff, { width, glyphs });
      expect(lines.map(lineWidth)).toEqual(lines.map(() => width));
      expect(text(lines).join('\n')).toMatch(/Seq Scan t +~ .*Index Scan t using i/);
    }
  });
});

describe('the plan in PostgreSQL’s own words', () => {
  it('has all of its WAL, as 18 counts it', () => {
    const counts = { 'WAL Records': 3, 'WAL FPI': 1, 'WAL Bytes': 120, 'WAL Buffers Full': 2 };
    const plan = planOf(node('ModifyTable', { Operation: 'Insert', ...counts }));
    const words = planText(plan).join('\n');
    expect(words).toContain('WAL: records=3 fpi=1 bytes=120 buffers full=2');
    expect(readPlan(words).nodes[0]?.wal).toEqual(plan.nodes[0]?.wal);
  });

  it('is the same plan again when it is read', () => {
    for (const name of [
      ...['initplan-filter', 'memoize', 'sort-disk', 'prune-exec', 'hash-batches', 'hashagg-disk'],
      ...['incremental-sort', 'bitmap-lossy', 'window-setop', 'cte-twice'],
    ]) {
      const plan = fixture(name);
      const again = readPlan(planJson(plan).join('\n'));
      expect(again.nodes.map(({ label, rows, selfMs }) => [label, rows, selfMs])).toEqual(
        plan.nodes.map(({ label, rows, selfMs }) => [label, rows, selfMs]),
      );
      const words = readPlan(planText(plan).join('\n'));
      const read = ({
        label,
        relation,
        rows,
        buffers,
        sort,
        hash,
        memoize,
        ...node
      }: PlanNode): unknown[] => [
        ...[label, relation, rows, buffers?.total.sharedHit ?? 0, buffers?.total.tempWritten ?? 0],
        ...[
          sort,
          hash?.buckets,
          hash?.batches,
          memoize,
          node.memoryKb,
          node.diskKb,
          node.heapBlocks?.exact || null,
          node.heapBlocks?.lossy || null,
        ],
      ];
      expect(words.nodes.map(read)).toEqual(plan.nodes.map(read));
      expect(words.notes).toEqual([]);
    }
  });
});
