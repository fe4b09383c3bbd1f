import type { Key } from 'ink';

/** `enter`, `esc`, `up`, `ctrl-c`, or the character itself. */
export type KeyName = string;

const characterNames: Readonly<Record<string, KeyName>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  ' ': 'space',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x1b': 'esc',
  '\x03': 'ctrl-c',
};

const isControl = (character: string): boolean => /\p{Cc}/u.test(character);

/**
 * What was pressed, in order: several characters can arrive in one event, and what a terminal sends for Backspace
 * may be named Delete.
 */
export const keysOf = (input: string, key: Key): KeyName[] => {
  if (key.upArrow) return ['up'];
  if (key.downArrow) return ['down'];
  if (key.leftArrow) return ['left'];
  if (key.rightArrow) return ['right'];
  if (key.pageUp) return ['pgup'];
  if (key.pageDown) return ['pgdn'];
  if (key.home) return ['home'];
  if (key.end) return ['end'];
  if (key.return) return ['enter'];
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab'];
  if (key.backspace || key.delete) return ['backspace'];
  if (key.ctrl && input.length > 0) return [`ctrl-${input === ' ' ? 'space' : input.toLowerCase()}`];
  // Escape also sets meta; Alt with a character sets meta and gives the character, which is no key of ours.
  if (key.escape) return ['esc'];
  if (key.meta) return [];
  return [...input].flatMap((character) => {
    const name = characterNames[character];
    if (name !== undefined) return [name];
    return isControl(character) ? [] : [character];
  });
};
