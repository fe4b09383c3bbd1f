import type { Glyphs } from '../text/glyphs.ts';
import { type Line, type Span, type Style, span } from '../text/line.ts';
import { fitLine } from '../text/width.ts';

/** Pictures side by side, each at exactly its width; shorter ones are filled with blank lines. */
export const hstack = (
  columns: readonly { readonly lines: readonly Line[]; readonly width: number }[],
  separator: Span,
): Line[] => {
  const height = Math.max(0, ...columns.map((column) => column.lines.length));
  return Array.from({ length: height }, (_, row) =>
    columns.flatMap((column, index) => [
      ...(index > 0 ? [separator] : []),
      ...fitLine(column.lines[row] ?? [], column.width),
    ]),
  );
};

/** A thin line across. */
export const rule = (width: number, glyphs: Glyphs, style: Style = { dim: true }): Line => [
  span(glyphs.hLine.repeat(Math.max(0, width)), style),
];
