import { describe, expect, it } from 'vitest';
import { toAnsi } from '../../src/text/ansi.ts';
import { type Line, span } from '../../src/text/line.ts';

const line: Line = [
  span('a'),
  span('b', { bold: true, color: 'red' }),
  span('c', { dim: true }),
  span('d', { color: 'gray' }),
  span('e', { italic: true, underline: true, inverse: true }),
];

describe('toAnsi', () => {
  it('writes styles and colours, and ends each', () => {
    expect(toAnsi(line, { color: true, style: true })).toBe(
      'a\x1b[1;31mb\x1b[0m\x1b[2mc\x1b[0m\x1b[90md\x1b[0m\x1b[3;4;7me\x1b[0m',
    );
  });

  it('keeps other styles without colour', () => {
    expect(toAnsi(line, { color: false, style: true })).toBe(
      'a\x1b[1mb\x1b[0m\x1b[2mc\x1b[0md\x1b[3;4;7me\x1b[0m',
    );
  });

  it('gives bare text without style', () => {
    expect(toAnsi(line, { color: true, style: false })).toBe('abcde');
  });
});
