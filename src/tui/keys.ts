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

/** What a terminal sends for Ctrl and a letter, when it comes in one event with other text; null: another control. */
const controlName = (character: string): KeyName | null => {
  const code = character.charCodeAt(0);
  if (code >= 1 && code <= 26) return `ctrl-${String.fromCharCode(code + 96)}`;
  return code === 31 ? 'ctrl-_' : null;
};

const isControl = (character: string): boolean => /\p{Cc}/u.test(character);

/** `ctrl-left`, `alt-enter`; of keys that have one meaning however they are pressed, the name alone. */
const modified = (name: KeyName, key: Key): KeyName =>
  key.ctrl ? `ctrl-${name}` : key.meta ? `alt-${name}` : name;

/**
 * What was pressed, in order: several characters can arrive in one event. With the keyboard protocol of kitty,
 * Ctrl+Enter and Ctrl+1 arrive as such; without, terminals send nothing of their own for them.
 */
export const keysOf = (input: string, key: Key): KeyName[] => {
  if (key.upArrow) return [modified('up', key)];
  if (key.downArrow) return [modified('down', key)];
  if (key.leftArrow) return [modified('left', key)];
  if (key.rightArrow) return [modified('right', key)];
  if (key.pageUp) return ['pgup'];
  if (key.pageDown) return ['pgdn'];
  if (key.home) return ['home'];
  if (key.end) return ['end'];
  if (key.return) return [modified('enter', key)];
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab'];
  if (key.backspace) return [modified('backspace', key)];
  if (key.delete) return [modified('delete', key)];
  // Escape also sets meta.
  if (key.escape) return ['esc'];
  if (key.ctrl && input.length > 0) return [`ctrl-${input === ' ' ? 'space' : input.toLowerCase()}`];
  if (key.meta) return input.length > 0 ? [`alt-${input}`] : [];
  return [...input].flatMap((character) => {
    const name = characterNames[character];
    if (name !== undefined) return [name];
    return isControl(character) ? (controlName(character) ?? []) : [character];
  });
};
