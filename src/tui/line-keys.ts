import type { KeyName } from './keys.ts';

/** What a key makes of a line that is typed at its end only; null: the key does not edit. */
export const typeInto = (text: string, key: KeyName): string | null => {
  if (key === 'backspace' || key === 'delete') return [...text].slice(0, -1).join('');
  if (key === 'ctrl-u') return '';
  if (key === 'ctrl-w') return text.replace(/\S+\s*$/, '');
  if (key === 'space') return `${text} `;
  return [...key].length === 1 ? text + key : null;
};

const scrolls: Readonly<Record<KeyName, number>> = {
  down: 1,
  j: 1,
  up: -1,
  k: -1,
  pgdn: 10,
  space: 10,
  pgup: -10,
};

/**
 * A list of keys that is open over a screen and takes every key: the first line to show, `close`, or null when the key
 * does nothing there.
 */
export const pressInList = (key: KeyName, offset: number, max: number): number | 'close' | null => {
  const by = scrolls[key];
  if (by !== undefined) return Math.max(0, Math.min(max, offset + by));
  return ['?', 'f1', 'q', 'esc', 'enter'].includes(key) ? 'close' : null;
};
