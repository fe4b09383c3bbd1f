import type { Key } from 'ink';
import { describe, expect, it } from 'vitest';
import { asciiGlyphs, unicodeGlyphs } from '../../src/text/glyphs.ts';
import { type Binding, findBinding, helpOf, hintsOf } from '../../src/tui/keymap.ts';
import { keysOf } from '../../src/tui/keys.ts';

const none: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};
const keys = (input: string, key: Partial<Key> = {}) => keysOf(input, { ...none, ...key });

describe('keys', () => {
  it('come one by one though they arrive together', () => {
    expect(keys('jjj')).toEqual(['j', 'j', 'j']);
    expect(keys('1\r \tq')).toEqual(['1', 'enter', 'space', 'tab', 'q']);
    expect(keys('日😀')).toEqual(['日', '😀']);
    expect(keys('a\x00\x9bb')).toEqual(['a', 'b']);
  });

  it('have one name, whatever the terminal calls them', () => {
    expect(keys('', { backspace: true })).toEqual(['backspace']);
    expect(keys('', { escape: true, meta: true })).toEqual(['esc']);
    expect(keys('', { tab: true, shift: true })).toEqual(['shift-tab']);
    expect(keys('c', { ctrl: true })).toEqual(['ctrl-c']);
    expect(keys('', { pageDown: true })).toEqual(['pgdn']);
  });

  it('with Alt are not the letter', () => {
    expect(keys('q', { meta: true })).not.toContain('q');
  });
});

describe('a keymap', () => {
  type Context = { readonly on: boolean };
  const keymap: Binding<Context>[] = [
    {
      id: 'first',
      keys: ['enter', 'x'],
      help: 'the first',
      hint: () => 'go',
      when: ({ on }) => on,
      run: () => {},
    },
    {
      id: 'second',
      keys: ['x', 'down'],
      shown: () => ['up', 'down'],
      help: 'the second',
      hint: () => 'se\x1b[2Jcond',
      run: () => {},
    },
    { id: 'third', keys: ['ctrl-z'], help: 'the third', run: () => {} },
  ];

  it('gives the first command that can be done', () => {
    expect(findBinding(keymap, 'x', { on: true })?.id).toBe('first');
    expect(findBinding(keymap, 'x', { on: false })?.id).toBe('second');
    expect(findBinding(keymap, 'y', { on: true })).toBeNull();
  });

  it('makes hints of what can be done and help of all', () => {
    expect(hintsOf(keymap, { on: false }, unicodeGlyphs)).toEqual([{ key: '↑↓', label: 'second' }]);
    expect(hintsOf(keymap, { on: true }, asciiGlyphs)[0]).toEqual({ key: 'Enter', label: 'go' });
    expect(helpOf(keymap, unicodeGlyphs).map((entry) => entry.keys)).toEqual(['⏎ x', 'x ↓', 'Ctrl+Z']);
  });
});
