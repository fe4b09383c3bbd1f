import { describe, expect, it } from 'vitest';
import { drawResult, type ResultOptions, resultLines } from '../../src/draw/result.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/text/glyphs.ts';
import { lineText } from '../../src/text/line.ts';
import { lineWidth } from '../../src/text/width.ts';
import type { Cell, StatementResult } from '../../src/timeline/events.ts';
import { nastyRaw } from '../text/nasty.ts';

const int4 = 23;
const text = 25;

const resultOf = (
  columns: readonly (readonly [string, number])[],
  rows: readonly (readonly Cell[])[],
  more: Partial<StatementResult> = {},
): StatementResult => ({
  statement: 1,
  tag: `SELECT ${rows.length}`,
  columns: columns.map(([name, typeOid]) => ({ name, typeOid })),
  rows,
  rowCount: rows.length,
  ...more,
});

const drawn = (result: StatementResult, options: Partial<ResultOptions> = {}) =>
  resultLines(drawResult(result, { glyphs: unicodeGlyphs, ...options })).map((line) =>
    lineText(line).trimEnd(),
  );

const people = resultOf(
  [
    ['id', int4],
    ['name', text],
    ['note', text],
  ],
  [
    ['1', 'Ann', null],
    ['20', '', 'x'],
    ['300', '日本', 'y'],
  ],
);

describe('drawResult', () => {
  it('aligns numbers to the right and the rest to the left', () => {
    expect(drawn(people)).toEqual([
      ' id │ name │ note',
      '────┼──────┼─────',
      '  1 │ Ann  │ ∅',
      ' 20 │      │ x',
      '300 │ 日本 │ y',
      '(3 rows)',
    ]);
  });

  it('has an ASCII twin', () => {
    expect(drawn(people, { glyphs: asciiGlyphs }).slice(0, 3)).toEqual([
      ' id | name | note',
      '----+------+-----',
      '  1 | Ann  | NULL',
    ]);
  });

  it('shows NULL dim, and a text that looks like it not', () => {
    const { body } = drawResult(resultOf([['a', text]], [[null], ['∅']]), { glyphs: unicodeGlyphs });
    expect(body).toEqual([[{ text: '∅', style: { dim: true } }], [{ text: '∅' }]]);
  });

  it.each([20, 21, 23, 26, 700, 701, 790, 1700])('aligns type %i to the right', (oid) => {
    expect(drawn(resultOf([['number', oid]], [['1']]))[2]).toBe('     1');
  });

  it('continues a value of several lines below itself', () => {
    const result = resultOf(
      [
        ['a', int4],
        ['b', text],
        ['c', text],
      ],
      [
        ['1', 'one\ntwo\n\nfour', 'x\nyyy'],
        ['2', 'z', ''],
      ],
    );
    expect(drawn(result)).toEqual([
      'a │ b    │ c',
      '──┼──────┼────',
      '1 │ one ↵│ x  ↵',
      '  │ two ↵│ yyy',
      '  │     ↵│',
      '  │ four │',
      '2 │ z    │',
      '(2 rows)',
    ]);
  });

  it('prints one line for each value when expanded', () => {
    expect(drawn(people, { expanded: true })).toEqual([
      '─[ record 1 ]─',
      'id   │ 1',
      'name │ Ann',
      'note │ ∅',
      '─[ record 2 ]─',
      'id   │ 20',
      'name │',
      'note │ x',
      '─[ record 3 ]─',
      'id   │ 300',
      'name │ 日本',
      'note │ y',
      '(3 rows)',
    ]);
    expect(drawn({ ...people, rows: [], rowCount: 0 }, { expanded: true })).toEqual(['(0 rows)']);
  });

  it('shows columns also when there is no row', () => {
    expect(drawn(resultOf([['a', int4]], []))).toEqual(['a', '─', '(0 rows)']);
  });

  it('cuts wide values and names', () => {
    const result = resultOf([['a_very_long_name', text]], [['0123456789'], ['日本語日本語']]);
    expect(drawn(result, { maxCellWidth: 8 })).toEqual([
      'a_very_…',
      '────────',
      '0123456…',
      '日本語…',
      '(2 rows)',
    ]);
  });

  describe('footer', () => {
    it.each<[Partial<StatementResult>, string[]]>([
      [{ rows: [['1']], rowCount: 1 }, ['(1 row)']],
      [{ rows: [['1']], rowCount: 12_345 }, ['first 1 of 12,345 rows']],
      [{ rows: [['1']], rowCount: 1, tag: 'UPDATE 1' }, ['(1 row)', 'UPDATE 1']],
      [{ rows: [['1']], rowCount: 1, tag: 'SHOW' }, ['(1 row)']],
    ])('%j', (more, footer) => {
      const picture = drawResult(resultOf([['a', int4]], [], more), { glyphs: unicodeGlyphs });
      expect(picture.footer.map(lineText)).toEqual(footer);
    });

    it('is the tag where there is no result', () => {
      expect(drawn(resultOf([], [], { tag: 'UPDATE 3', rowCount: 3 }))).toEqual(['UPDATE 3']);
      expect(drawn(resultOf([], [], { tag: '' }))).toEqual([]);
    });
  });

  it('survives anything in values, names and tags, with exact columns', () => {
    for (const glyphs of [unicodeGlyphs, asciiGlyphs]) {
      for (const expanded of [false, true]) {
        const result = resultOf(
          nastyRaw.map((name, index) => [name, index % 2 ? int4 : text]),
          [nastyRaw, [...nastyRaw].reverse(), nastyRaw.map(() => null)],
          { tag: 'x\x1b[2J' },
        );
        const picture = drawResult(result, { glyphs, expanded, maxCellWidth: 12 });
        const lines = resultLines(picture);
        for (const line of lines) {
          expect(lineText(line)).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
          expect(lineText(line)).not.toContain('undefined');
        }
        const widths = [...picture.header, ...picture.body].map(lineWidth);
        expect(Math.max(...widths)).toBe(picture.width);
        // The separators stand in the same columns on every line.
        const bars = (line: (typeof lines)[number]): number[] => {
          const at: number[] = [];
          let column = 0;
          for (const part of line) {
            if (part.text.trim() === glyphs.vLine && part.style?.dim)
              at.push(column + part.text.indexOf(glyphs.vLine));
            column += lineWidth([part]);
          }
          return at;
        };
        const [first, ...others] = picture.body.map(bars).filter((at) => at.length > 0);
        for (const at of others) expect(at).toEqual(first);
        if (!expanded) expect(bars(picture.header[0] ?? [])).toEqual(first);
      }
    }
  });

  it('draws a megabyte in a cell, and a thousand columns, at once', () => {
    const start = performance.now();
    for (const cell of [
      'x'.repeat(1_000_000),
      '日'.repeat(1_000_000),
      'a\n'.repeat(500_000),
      'e\u0301'.repeat(500_000),
      '\x1b]'.repeat(500_000),
      '\t'.repeat(1_000_000),
    ]) {
      for (const expanded of [false, true]) {
        const picture = drawResult(resultOf([['a', text]], [[cell], [cell]]), {
          glyphs: unicodeGlyphs,
          expanded,
        });
        expect(picture.width).toBeLessThanOrEqual(66);
        expect(picture.body.length).toBeLessThan(100);
        expect(picture.body.map(lineText).join('\n')).toContain('…');
      }
    }
    const columns = Array.from({ length: 1600 }, (_, index): [string, number] => [`column_${index}`, int4]);
    const row = columns.map((_, index) => String(index));
    const wide = drawResult(
      resultOf(
        columns,
        Array.from({ length: 50 }, () => row),
      ),
      { glyphs: unicodeGlyphs },
    );
    expect(wide.width).toBeGreaterThan(16_000);
    const tall = resultOf(
      columns.slice(0, 200),
      Array.from({ length: 1000 }, () => row.slice(0, 200)),
    );
    expect(drawResult(tall, { glyphs: unicodeGlyphs, expanded: true }).body).toHaveLength(201_000);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
