import { describe, expect, it } from 'vitest';
import { hstack, rule } from '../../src/draw/lines.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/text/glyphs.ts';
import { lineText, plainLine, span } from '../../src/text/line.ts';

describe('hstack', () => {
  it('puts pictures side by side at exact widths', () => {
    const left = { lines: [plainLine('a'), plainLine('日本語')], width: 5 };
    const right = { lines: [plainLine('one'), plainLine('two'), plainLine('three')], width: 4 };
    expect(hstack([left, right], span(' | ')).map(lineText)).toEqual([
      'a     | one ',
      '日本… | two ',
      '      | thr…',
    ]);
    expect(hstack([], span('|'))).toEqual([]);
  });
});

describe('rule', () => {
  it('is as long as asked', () => {
    expect(lineText(rule(3, unicodeGlyphs))).toBe('───');
    expect(lineText(rule(3, asciiGlyphs))).toBe('---');
    expect(lineText(rule(-1, asciiGlyphs))).toBe('');
  });
});
