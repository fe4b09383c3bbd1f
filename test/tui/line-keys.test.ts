import { describe, expect, it } from 'vitest';
import { pressInList, typeInto } from '../../src/tui/line-keys.ts';

describe('a line that is typed at its end', () => {
  it.each([
    ['a', 'seq', 'seqa'],
    ['space', 'seq', 'seq '],
    ['backspace', 'se🐘', 'se'],
    ['ctrl-w', 'seq scan ', 'seq '],
    ['ctrl-u', 'seq scan', ''],
    ['pgdn', 'seq', null],
    ['esc', 'seq', null],
  ])('%s after "%s" gives "%s"', (key, text, wanted) => {
    expect(typeInto(text, key)).toBe(wanted);
  });
});

describe('a list of keys over a screen', () => {
  it('scrolls within its lines, closes, and does nothing else', () => {
    expect(pressInList('down', 0, 5)).toBe(1);
    expect(pressInList('space', 0, 5)).toBe(5);
    expect(pressInList('pgup', 3, 5)).toBe(0);
    for (const key of ['?', 'q', 'esc', 'enter', 'f1']) expect(pressInList(key, 3, 5)).toBe('close');
    expect(pressInList('x', 3, 5)).toBe(null);
  });
});
