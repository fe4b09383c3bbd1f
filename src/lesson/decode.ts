import type { Position } from './types.ts';

/** A lesson file larger than this is refused unread: no lesson is, and Markdown of that size takes seconds. */
export const maxLessonBytes = 1_000_000;

type Decoded = { readonly text: string } | { readonly invalid: Position };

/** The text of a file, or where it stops being UTF-8. */
export const decodeText = (bytes: Uint8Array, file: string): Decoded => {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const lines = new TextDecoder('utf-8')
      .decode(bytes)
      .split('\uFFFD', 1)[0]
      ?.split(/\r\n|\r|\n/) ?? [''];
    return { invalid: { file, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 } };
  }
};
