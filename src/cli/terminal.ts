import { openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { type Glyphs, glyphsFor } from '../text/glyphs.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether text for this stream may hold colours and the like: not under NO_COLOR (https://no-color.org), under
 * FORCE_COLOR always, else on a terminal that knows them.
 */
export const wantsStyle = (
  stream: { readonly isTTY?: boolean } = process.stdout,
  env: Environment = process.env,
): boolean => {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
};

/** The longest line of prose that is pleasant to read. */
const readable = 100;
const unknownWidth = 80;

export type TextSettings = { readonly width: number; readonly glyphs: Glyphs; readonly style: boolean };

export const textSettings = (): TextSettings => {
  const columns = process.stdout.isTTY ? process.stdout.columns : Number(process.env.COLUMNS);
  return {
    width: Math.max(20, Math.min(columns || unknownWidth, readable)),
    glyphs: glyphsFor(process.env),
    style: wantsStyle(),
  };
};

/**
 * Whether a screen that is redrawn makes sense here. What screen readers and their users set: INK_SCREEN_READER
 * (Ink's own) and ACCESSIBLE (several command lines share it).
 */
export const canRedraw = (
  env: Environment = process.env,
  keyboard: { readonly isTTY?: boolean } = process.stdin,
): boolean => {
  const yes = (value: string | undefined): boolean =>
    value !== undefined && !['', '0', 'false'].includes(value);
  return (
    keyboard.isTTY === true &&
    process.stdout.isTTY === true &&
    env.TERM !== 'dumb' &&
    !yes(env.INK_SCREEN_READER) &&
    !yes(env.ACCESSIBLE)
  );
};

/**
 * The keys of the terminal while stdin brings data, as pagers read them; null when there is no terminal to ask. Who
 * opens it destroys it.
 */
export const openKeyboard = (): ReadStream | null => {
  try {
    return new ReadStream(openSync('/dev/tty', 'r'));
  } catch {
    return null;
  }
};

/** Words beside the data; to stderr. */
export const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
