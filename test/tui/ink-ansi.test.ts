import { styledCharsFromTokens, styledCharsToString, tokenize } from '@alcalzone/ansi-tokenize';
import { expect, it } from 'vitest';
import type { Line, Style } from '../../src/text/line.ts';
import { inkAnsi } from '../../src/tui/components/ink-ansi.ts';

const styles: (Style | undefined)[] = [
  undefined,
  { bold: true },
  { dim: true },
  { bold: true, color: 'cyan' },
  { bold: true, dim: true },
  { color: 'red', italic: true, underline: true },
  { color: 'green', inverse: true },
];

it('writes a line as Ink would write it again', () => {
  for (const first of styles) {
    for (const second of styles) {
      for (const third of styles) {
        const line = [first, second, third].map((style, index) => ({
          text: ['ab', '日é', 'x '][index] ?? '',
          ...(style ? { style } : {}),
        })) satisfies Line;
        const text = inkAnsi(line, true);
        expect(styledCharsToString(styledCharsFromTokens(tokenize(text)))).toBe(text);
      }
    }
  }
});

it('writes no colour when there should be none', () => {
  expect(inkAnsi([{ text: 'a', style: { bold: true, color: 'red' } }], false)).toBe('\x1b[1ma\x1b[22m');
});
