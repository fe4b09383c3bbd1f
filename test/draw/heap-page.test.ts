import { expect, it } from 'vitest';
import { drawHeapPage } from '../../src/draw/heap-page.ts';
import { unicodeGlyphs } from '../../src/text/glyphs.ts';
import { lineText } from '../../src/text/line.ts';

const columns = ['lp', 'state', 'xmin', 'xmax', 'ctid', 'hot', 'row', 'evidence'];
const rows = [
  ['1', 'redirect to 2', null, null, null, null, null, null],
  ['2', 'normal', 'committed', 'in progress', '(0,3)', 'heap only, hot updated', '1, 9', '749/750'],
  ['3', 'normal', 'in progress', null, '(0,3)', 'heap only', '1, 8', '750/'],
];
const draw = (width: number) =>
  drawHeapPage({ columns, rows }, { width, glyphs: unicodeGlyphs }).map((line) => lineText(line).trimEnd());

it('keeps flags in the line of their row where there is room', () => {
  expect(draw(110)).toEqual([
    'lp │ state         │ xmin            │ xmax            │ ctid  │ row  │ hot',
    '───┼───────────────┼─────────────────┼─────────────────┼───────┼──────┼───────────────────────',
    ' 1 │ redirect to 2 │                 │                 │       │      │',
    ' 2 │ normal        │ 749 committed   │ 750 in progress │ (0,3) │ 1, 9 │ heap only, hot updated',
    ' 3 │ normal        │ 750 in progress │                 │ (0,3) │ 1, 8 │ heap only',
  ]);
});

it('puts flags below their row where there is not', () => {
  const narrow = draw(84);
  expect(narrow.slice(3)).toEqual([
    ' 2 │ normal        │ 749 committed   │ 750 in progress │ (0,3) │ 1, 9 │ heap only,',
    '   │               │                 │                 │       │      │ hot updated',
    ' 3 │ normal        │ 750 in progress │                 │ (0,3) │ 1, 8 │ heap only',
  ]);
  expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(84);
});
