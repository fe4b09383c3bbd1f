import type { AlignType } from 'mdast';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, plainLine, type Span, span } from '../text/line.ts';
import { lineWidth } from '../text/width.ts';
import { wrapLine } from '../text/wrap.ts';

/** A cell: its lines before wrapping. */
type TableCell = readonly Line[];

const separatorWidth = 3;
/** A column is not made narrower than this. */
const narrowest = 8;

/** Column widths that fit `width`: the widest give way first. Null when even the narrowest do not. */
const fittedWidths = (natural: readonly number[], width: number): number[] | null => {
  const room = width - separatorWidth * (natural.length - 1);
  const least = natural.map((own) => Math.min(own, narrowest));
  if (least.reduce((sum, own) => sum + own, 0) > room) return null;
  let limit = Math.max(0, ...natural);
  const total = (): number =>
    natural.reduce((sum, own, index) => sum + Math.max(Math.min(own, limit), least[index] ?? 0), 0);
  while (total() > room) limit -= 1;
  const widths = natural.map((own, index) => Math.max(Math.min(own, limit), least[index] ?? 0));
  // The columns that were cut share what is left over.
  let left = room - widths.reduce((sum, own) => sum + own, 0);
  natural.forEach((own, index) => {
    if (left > 0 && (widths[index] ?? 0) < own) {
      widths[index] = (widths[index] ?? 0) + 1;
      left -= 1;
    }
  });
  return widths;
};

const aligned = (line: Line, width: number, align: AlignType | undefined): Line => {
  const gap = Math.max(0, width - lineWidth(line));
  const before = align === 'right' ? gap : align === 'center' ? Math.floor(gap / 2) : 0;
  const after = gap - before;
  return [
    ...(before > 0 ? [span(' '.repeat(before))] : []),
    ...line,
    ...(after > 0 ? [span(' '.repeat(after))] : []),
  ];
};

/** Every row as lines `header: value`, for terminals that are too narrow for the table. */
const drawRecords = (
  header: readonly TableCell[],
  rows: readonly (readonly TableCell[])[],
  width: number,
): Line[] =>
  rows.flatMap((row, index) => [
    ...(index > 0 ? [[]] : []),
    ...row.flatMap((cell, column): Line[] => {
      const title = (header[column] ?? []).flat();
      const text = cell.flatMap((line, at) => (at > 0 ? [span(' '), ...line] : line));
      return wrapLine([...title, span(': '), ...text], width, { indent: 2 });
    }),
  ]);

/** A table whose columns are fitted to `width`; cells are wrapped. The first row is the header. */
export const drawProseTable = (
  table: readonly (readonly TableCell[])[],
  align: readonly AlignType[],
  options: { readonly width: number; readonly glyphs: Glyphs },
): Line[] => {
  const { width, glyphs } = options;
  const [header = [], ...rows] = table;
  const natural = header.map((_, column) =>
    Math.max(1, ...table.flatMap((row) => (row[column] ?? []).map(lineWidth))),
  );
  const widths = fittedWidths(natural, width);
  if (!widths) return drawRecords(header, rows, width);

  const separator: Span = span(` ${glyphs.vLine} `, { dim: true });
  const drawRow = (row: readonly TableCell[]): Line[] => {
    const cells = widths.map((own, column) => (row[column] ?? []).flatMap((line) => wrapLine(line, own)));
    const height = Math.max(1, ...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, at) =>
      cells.flatMap((cell, column) => [
        ...(column > 0 ? [separator] : []),
        ...aligned(cell[at] ?? [], widths[column] ?? 0, align[column]),
      ]),
    );
  };
  const line = widths.map((own) => glyphs.hLine.repeat(own));
  const rule = plainLine(line.join(glyphs.hLine + glyphs.cross + glyphs.hLine), { dim: true });
  return [...drawRow(header), rule, ...rows.flatMap(drawRow)];
};
