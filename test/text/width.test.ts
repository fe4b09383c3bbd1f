import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { type Line, lineText, span } from '../../src/text/line.ts';
import {
  clusters,
  displayWidth,
  fitLine,
  lineWidth,
  padEnd,
  padStart,
  sliceLine,
  takeColumns,
  truncate,
} from '../../src/text/width.ts';
import { nasty } from './nasty.ts';

const styled: Line = [
  span('ab', { bold: true }),
  span('日本語'),
  span('cafe\u0301', { color: 'red' }),
  span(' 👍🏽!'),
];

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['日本', 4],
    ['cafe\u0301', 4],
    ['👍🏽', 4],
    ['🏽', 2],
    ['한글', 4],
    ['ｱ', 1],
    ['שלום', 4],
  ])('%s is %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('the fast way', () => {
  it('agrees with string-width and the segmenter for every character it takes', () => {
    const taken = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
      (character) => !/[\x00-\x1f\x7f-\x9f]|\p{Surrogate}/u.test(character),
    );
    expect(taken.filter((character) => displayWidth(character) !== stringWidth(character))).toEqual([]);
    const text = taken.join('');
    for (let at = 0; at < text.length; at += 1000) {
      const part = text.slice(at, at + 1000);
      expect(displayWidth(part)).toBe(stringWidth(part));
      const segments = [...new Intl.Segmenter().segment(part)].map(({ segment }) => segment);
      expect([...clusters(part)].map((cluster) => cluster.text)).toEqual(segments);
    }
  });
});

describe('clusters', () => {
  it('keeps marks with their letter', () => {
    expect([...clusters('e\u0301日')]).toEqual([
      { text: 'e\u0301', width: 1 },
      { text: '日', width: 2 },
    ]);
  });
});

describe('takeColumns and truncate', () => {
  it('keeps a mark with the last letter that fits', () => {
    expect(takeColumns('abe\u0301x', 3)).toEqual({ text: 'abe\u0301', width: 3 });
  });

  it('leaves out a wide character that fits only by half', () => {
    expect(takeColumns('a日本', 4)).toEqual({ text: 'a日', width: 3 });
  });

  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['日本', 4, '日本'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
    ['', 0, ''],
  ])('cuts %s at %i to %s', (text, width, expected) => {
    expect(truncate(text, width)).toBe(expected);
  });

  it('takes any ellipsis and never exceeds the width', () => {
    expect(truncate('abcdef', 4, '...')).toBe('a...');
    expect(truncate('abcdef', 2, '...')).toBe('..');
    for (const text of nasty) {
      for (let width = 0; width < 12; width += 1)
        expect(stringWidth(truncate(text, width))).toBeLessThanOrEqual(width);
    }
  });

  it('costs no more for a megabyte than for the beginning it keeps', () => {
    const texts = ['x'.repeat(5_000_000), '日'.repeat(5_000_000), `a${'\u0301'.repeat(8)}b`.repeat(500_000)];
    const start = performance.now();
    for (const text of texts) for (let i = 0; i < 20; i += 1) truncate(text, 60);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('padEnd and padStart', () => {
  it('counts columns', () => {
    expect(padEnd('日本', 6)).toBe('日本  ');
    expect(padStart('e\u0301', 3)).toBe('  e\u0301');
    expect(padEnd('long', 2)).toBe('long');
  });
});

describe('sliceLine', () => {
  it('keeps styles', () => {
    expect(sliceLine(styled, 1, 3)).toEqual([span('b', { bold: true }), span('日')]);
  });

  it('replaces the halves of a cut wide character by spaces', () => {
    expect(lineText(sliceLine(styled, 3, 4))).toBe(' 本 ');
    expect(lineText(sliceLine([span('日')], 0, 1))).toBe(' ');
    expect(lineText(sliceLine([span('日')], 1, 5))).toBe(' ');
  });

  it('keeps a mark with its letter at either edge', () => {
    const line = [span('ae\u0301b')];
    expect(lineText(sliceLine(line, 0, 2))).toBe('ae\u0301');
    expect(lineText(sliceLine(line, 1, 1))).toBe('e\u0301');
    expect(lineText(sliceLine(line, 2, 1))).toBe('b');
  });

  it('gives exactly the columns asked for, as far as there are some', () => {
    const lines: Line[] = [styled, ...nasty.map((text) => [span(text), span(text, { dim: true })])];
    const wrong: unknown[] = [];
    for (const line of lines) {
      const width = lineWidth(line);
      for (let from = 0; from <= width + 2; from += 1) {
        for (let columns = 0; columns <= width + 2; columns += 7) {
          const slice = sliceLine(line, from, columns);
          if (lineWidth(slice) !== Math.max(0, Math.min(columns, width - from)))
            wrong.push({ line, from, columns, slice });
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('puts a line together again from its slices', () => {
    const text = 'ab cafe\u0301 xyz';
    const parts = [0, 3, 6, 9].map((from) => lineText(sliceLine([span(text)], from, 3)));
    expect(parts.join('')).toBe(text);
  });
});

describe('fitLine', () => {
  it('is exact for every width', () => {
    for (const line of [styled, [], ...nasty.map((text) => [span(text)])]) {
      for (let width = 0; width < 40; width += 1) expect(lineWidth(fitLine(line, width))).toBe(width);
    }
  });

  it('fills with spaces or ends in the ellipsis', () => {
    expect(lineText(fitLine([span('abc')], 5))).toBe('abc  ');
    expect(lineText(fitLine([span('abcdef')], 4))).toBe('abc…');
    expect(lineText(fitLine([span('ab'), span('    ')], 4))).toBe('ab  ');
    expect(lineText(fitLine([span('日本 ')], 3))).toBe('日…');
    expect(lineText(fitLine([span('日本語')], 4))).toBe('日 …');
    expect(lineText(fitLine([span('abcdef')], 4, '~'))).toBe('abc~');
  });
});
