import { EventEmitter } from 'node:events';
import { useStdin } from 'ink';
import { useEffect } from 'react';
import type { KeyName } from './keys.ts';

/** What terminals send for the function keys we use: VT100, VT220 and the Linux console. */
const sequences: Readonly<Record<string, KeyName>> = {
  OP: 'f1',
  '[11~': 'f1',
  '[[A': 'f1',
  '[P': 'f1',
  OQ: 'f2',
  '[12~': 'f2',
  '[[B': 'f2',
  '[Q': 'f2',
  OR: 'f3',
  '[13~': 'f3',
  '[[C': 'f3',
  '[R': 'f3',
  OS: 'f4',
  '[14~': 'f4',
  '[[D': 'f4',
  '[S': 'f4',
  '[15~': 'f5',
  '[[E': 'f5',
  '[17~': 'f6',
  '[18~': 'f7',
  '[19~': 'f8',
};

/** @param input one key as the terminal sent it */
const functionKeyOf = (input: unknown): KeyName | null =>
  typeof input === 'string' && input.startsWith('\x1b') ? (sequences[input.slice(1)] ?? null) : null;

/**
 * Ink's useInput knows function keys and tells nobody which. The emitter it listens to has them; it is not part of
 * Ink's types, so without it there are no function keys, and Alt with a letter does the same.
 */
export const useFunctionKeys = (onKey: (key: KeyName) => void): void => {
  const stdin = useStdin();
  const emitter = 'internal_eventEmitter' in stdin ? stdin.internal_eventEmitter : null;
  useEffect(() => {
    if (!(emitter instanceof EventEmitter)) return;
    const listen = (input: unknown) => {
      const key = functionKeyOf(input);
      if (key !== null) onKey(key);
    };
    emitter.on('input', listen);
    return () => {
      emitter.off('input', listen);
    };
  }, [emitter, onKey]);
};
