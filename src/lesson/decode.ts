import type { Position } from './types.ts';

/**
 * A lesson file larger than this is refused unread. It is ten times the longest lesson, and still read in a second or
 * two when it is one paragraph of short lines, which costs the Markdown parser the square of its length.
 */
export const maxLessonBytes = 256 * 1024;
export const tooLarge = `the file is too large: more than ${maxLessonBytes / 1024} KB`;

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
