import { describe, expect, it } from 'vitest';
import { type Line, lineText, plainLine, span } from '../../src/text/line.ts';
import { lineWidth } from '../../src/text/width.ts';
import { wrapCode, wrapLine, wrapText } from '../../src/text/wrap.ts';
import { nasty } from './nasty.ts';

const wrapped = (text: string, width: number, indent = 0) =>
  wrapLine(plainLine(text), width, { indent }).map(lineText);

describe('wrapLine', () => {
  it('breaks at spaces and drops those at the break', () => {
    expect(wrapped('the quick brown fox', 9)).toEqual(['the quick', 'brown fox']);
    expect(wrapped('the quick   brown fox', 9)).toEqual(['the quick', 'brown fox']);
    expect(wrapped('a  b', 10)).toEqual(['a  b']);
  });

  it('keeps leading spaces and drops trailing ones', () => {
    expect(wrapped('    if x then', 8)).toEqual(['    if x', 'then']);
    expect(wrapped('abc   ', 4)).toEqual(['abc']);
  });

  it('cuts a word that is longer than a line', () => {
    expect(wrapped('see https://example.org/x', 10)).toEqual(['see', 'https://ex', 'ample.org/', 'x']);
  });

  it('indents the lines that follow', () => {
    expect(wrapped('select a, b from t', 10, 4)).toEqual(['select a,', '    b from', '    t']);
    for (const line of wrapped('abcdefghijklmnopqrstuvwxyz', 8, 20))
      expect(line.length).toBeLessThanOrEqual(8);
  });

  it('breaks between wide characters, but not before a closing sign', () => {
    expect(wrapped('日本語日本語', 6)).toEqual(['日本語', '日本語']);
    expect(wrapped('日本語。日本', 6)).toEqual(['日本', '語。日', '本']);
    expect(wrapped('ab日本', 5)).toEqual(['ab日', '本']);
  });

  it('keeps the styles, also across a word made of several spans', () => {
    const line: Line = [span('one '), span('tw', { bold: true }), span('o, three')];
    expect(wrapLine(line, 6)).toEqual([
      [span('one')],
      [span('tw', { bold: true }), span('o,')],
      [span('three')],
    ]);
  });

  it('gives one empty line for an empty one', () => {
    expect(wrapLine([], 10)).toEqual([[]]);
  });

  it('never exceeds the width and loses no visible character', () => {
    for (const text of [...nasty, nasty.join(' ')]) {
      for (const width of [5, 7, 20, 41]) {
        const lines = wrapLine([span(text, { dim: true }), span(text)], width, { indent: 1 });
        for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(width);
        const squeezed = lines.map(lineText).join('').replace(/ /g, '');
        expect(squeezed).toBe((text + text).replace(/ /g, ''));
      }
    }
  });

  it('shows a sign for a character that is wider than the line', () => {
    expect(wrapped('日a', 1)).toEqual(['?', 'a']);
  });

  it('takes linear time', () => {
    const start = performance.now();
    wrapText('x'.repeat(200_000), 80);
    wrapText('word '.repeat(40_000), 80);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('wrapCode', () => {
  it('puts what follows deeper than the line', () => {
    const lines = wrapCode([span('    '), span('select', { bold: true }), span(' one_column, another')], 24);
    expect(lines.map(lineText)).toEqual(['    select one_column,', '      another']);
    expect(wrapCode(plainLine(`${' '.repeat(14)}aaaa bbbb`), 20).map(lineText)).toEqual([
      `${' '.repeat(14)}aaaa`,
      `${' '.repeat(10)}bbbb`,
    ]);
  });
});

describe('wrapText', () => {
  it('keeps line breaks', () => {
    expect(wrapText('a b c\n\nd', 3)).toEqual(['a b', 'c', '', 'd']);
  });
});
