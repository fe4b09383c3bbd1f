import type { Position } from './types.ts';

/** A piece of a lesson file (the front matter, the inside of a fence) that knows where each character stands. */
export type Excerpt = {
  readonly text: string;
  /** Of the character at this offset of `text`. */
  position(offset: number): Position;
};

/**
 * @param lines the lines of the whole file
 * @param first the line of the file, from 1, where `text` begins
 * @param text what is left of the lines after Markdown took away their indentation
 */
export const makeExcerpt = (
  file: string,
  lines: readonly string[],
  first: number,
  text: string,
): Excerpt => ({
  text,
  position: (offset) => {
    const before = text.slice(0, Math.min(Math.max(offset, 0), text.length));
    const row = before.split('\n').length - 1;
    const start = before.lastIndexOf('\n') + 1;
    const end = text.indexOf('\n', start);
    const length = (end < 0 ? text.length : end) - start;
    // Without any text, the line is already the one that closes the block.
    const indent = text === '' ? 0 : Math.max(0, (lines[first - 1 + row]?.length ?? length) - length);
    return { file, line: first + row, column: indent + before.length - start + 1 };
  },
});
