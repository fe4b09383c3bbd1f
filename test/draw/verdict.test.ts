import { describe, expect, it } from 'vitest';
import { drawVerdict } from '../../src/draw/verdict.ts';
import type { Evidence, Verdict } from '../../src/player/judge-state.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/text/glyphs.ts';
import { lineText } from '../../src/text/line.ts';
import { lineWidth } from '../../src/text/width.ts';
import { reduceTimeline } from '../../src/timeline/reduce.ts';
import { emptyTimeline } from '../../src/timeline/state.ts';
import { Recorder } from '../support/recording.ts';

const draw = (verdict: Verdict, { width = 76, glyphs = unicodeGlyphs, answer = 'select 1' } = {}): string =>
  drawVerdict(verdict, { width, glyphs, answer })
    .map((line) => lineText(line).trimEnd())
    .join('\n');

const failed = (evidence: Evidence | null, more: Partial<Verdict & { outcome: 'failed' }> = {}): Verdict => ({
  outcome: 'failed',
  kind: 'missing-row',
  sentence: 'Rows are missing.',
  evidence,
  data: 'page',
  warnings: [],
  ...more,
});

const name = { name: 'name', typeOid: 25 };
const boss = { name: 'boss', typeOid: 23 };

const rows: Evidence = {
  kind: 'rows',
  of: null,
  columns: [name, boss],
  missing: [['茶碗', null]],
  extra: [['rug\x1b[31m', '7']],
  missingCount: 3,
  extraCount: 1,
  expectedCount: 9,
  gotCount: 7,
};

const timeline = new Recorder()
  .send('a', 'you_1', 'update account set balance = 200')
  .add()
  .run('b', 'you_2', 'select balance from account', 'SELECT 1')
  .events.reduce((state, event) => reduceTimeline(state, event), emptyTimeline);

const evidences: readonly Evidence[] = [
  rows,
  { kind: 'columns', expected: ['name', 'boss'], got: ['name'] },
  {
    kind: 'order',
    columns: [name],
    expected: [['ann'], ['bob']],
    got: [['bob'], ['ann']],
    at: 0,
  },
  {
    kind: 'error',
    expected: '23514',
    error: { severity: 'ERROR', sqlstate: '22012', message: 'division by zero', statement: 1, position: 99 },
  },
  { kind: 'error', expected: '23514', error: null },
  { kind: 'plan', plan: '[{"Plan": {"Node Type": "Seq Scan", "Relation Name": "account"}}]' },
  {
    kind: 'locks',
    locks: [
      { session: 'you', type: 'relation', relation: 'account', mode: 'AccessExclusiveLock', granted: true },
    ],
  },
  { kind: 'timeline', timeline, invariant: { sql: 'select sum(balance) = 100 from account', got: 'f' } },
  { kind: 'place', from: 7, to: 8 },
];

describe('drawVerdict', () => {
  it('says in a sentence what is wrong, then shows rows, each with what it is', () => {
    expect(draw(failed(rows))).toBe(
      `✗ Rows are missing.

              │ name │ boss
    ──────────┼──────┼─────
    – missing │ 茶碗 │    ∅
    + extra   │ rug  │    7
    … 2 more missing
    Wanted: 9 rows. Yours: 7 rows.`
        .replace(/^ {4}/gm, '  ')
        .replace('\n              │', '\n            │'),
    );
  });

  it('says that other rows have shown it, and what it thinks of the style', () => {
    const text = draw(
      failed(null, {
        data: 'hidden',
        warnings: [{ rule: 'select-star', sentence: 'Name the columns.', offset: 0 }],
      }),
    );
    expect(text).toContain('Seen on other rows in the same tables');
    expect(text).toMatch(/^! Name the columns\.$/m);
  });

  it('sets the right order beside the other one, or above it', () => {
    const order = evidences.find((one) => one.kind === 'order') ?? null;
    expect(draw(failed(order))).toMatch(/wanted +yours/);
    expect(draw(failed(order), { width: 20 })).toMatch(/wanted[\s\S]*\n {2}yours\n/);
    expect(draw(failed(order))).toContain('▸1 │ ann');
  });

  it('names the columns, the error that was wanted, the plan, the locks and the place', () => {
    const all = evidences.map((evidence) => draw(failed(evidence), { answer: 'select * from a' })).join('\n');
    expect(all).toMatch(/wanted {2}name, boss\n +yours {3}name$/m);
    expect(all).toContain('wanted  SQLSTATE 23514');
    expect(all).toContain('division by zero');
    expect(all).toMatch(/yours {3}no error/);
    expect(all).toContain('Seq Scan');
    expect(all).toContain('AccessExclusiveLock');
    expect(all).toMatch(/LINE 1: select \* from a\n +\^/);
  });

  it('draws the order of statements that breaks what must hold', () => {
    const text = draw(failed(evidences.find((one) => one.kind === 'timeline') ?? null));
    expect(text).toMatch(/you_1 .*you_2/);
    expect(text).toContain('Then select sum(balance) = 100 from account said f, not t.');
  });

  it('counts the orders of an answer that passes', () => {
    expect(draw({ outcome: 'passed', warnings: [], orders: 70 })).toBe(
      '✓ Right. What must hold does so in all 70 orders of the statements.',
    );
    expect(draw({ outcome: 'cancelled' })).toContain('Cancelled');
  });

  it('is never wider than asked, in ASCII too', () => {
    for (const evidence of evidences.filter((one) => !['timeline', 'locks', 'plan'].includes(one.kind)))
      for (const width of [48, 76, 120])
        for (const glyphs of [unicodeGlyphs, asciiGlyphs]) {
          const lines = drawVerdict(failed(evidence), { width, glyphs, answer: 'select 1' });
          expect(Math.max(...lines.map(lineWidth))).toBeLessThanOrEqual(width);
          const text = lines.map(lineText).join('\n');
          if (glyphs.ascii) expect(text.replaceAll('茶碗', '')).toMatch(/^[\n -~]*$/);
        }
  });
});
