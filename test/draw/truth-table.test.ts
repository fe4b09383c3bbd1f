import { expect, it } from 'vitest';
import { drawTruthTables } from '../../src/draw/truth-table.ts';
import { unicodeGlyphs } from '../../src/text/glyphs.ts';
import { lineText } from '../../src/text/line.ts';

const columns = ['operator', 'a', 'b', 'result'];
const draw = (rows: (string | null)[][], width: number) =>
  drawTruthTables({ columns, rows }, { width, glyphs: unicodeGlyphs }).map((line) =>
    lineText(line).trimEnd(),
  );

const and = ['t', 'f', null].flatMap((a) =>
  ['t', 'f', null].map((b) => [
    'and',
    a,
    b,
    a === 'f' || b === 'f' ? 'f' : a === 't' && b === 't' ? 't' : null,
  ]),
);
const not = [
  ['not', 't', '', 'f'],
  ['not', 'f', '', 't'],
  ['not', null, '', null],
];

it('stands side by side where there is room', () => {
  expect(draw([...and, ...not], 50)).toEqual([
    ' a and b │ t  f  ∅     not a │',
    ' ────────┼──────────   ──────┼────',
    '    t    │ t  f  ∅       t   │ f',
    '    f    │ f  f  f       f   │ t',
    '    ∅    │ ∅  f  ∅       ∅   │ ∅',
  ]);
  expect(draw([...and, ...not], 30)).toHaveLength(11);
});

it('fills row by row, and is nothing before the first', () => {
  expect(draw(and.slice(0, 4), 40)).toEqual([
    ' a and b │ t  f',
    ' ────────┼───────',
    '    t    │ t  f',
    '    f    │ f',
  ]);
  expect(drawTruthTables(null, { width: 40, glyphs: unicodeGlyphs })).toEqual([]);
});
