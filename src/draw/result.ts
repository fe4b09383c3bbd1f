import type { Glyphs } from '../text/glyphs.ts';
import { type Line, plainLine, type Span, type Style, span } from '../text/line.ts';
import { sanitize, sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, isAscii, padEnd, truncate } from '../text/width.ts';
import type { Cell, StatementResult } from '../timeline/events.ts';

/** A result as a picture; `header` stays in place when `body` scrolls. */
export type ResultPicture = {
  readonly header: Line[];
  readonly body: Line[];
  readonly footer: Line[];
  /** Columns of the widest line of header and body. */
  readonly width: number;
};

export type ResultOptions = {
  readonly glyphs: Glyphs;
  /** One line for each value, as psql's \x does. */
  readonly expanded?: boolean;
  /** Wider values are cut. */
  readonly maxCellWidth?: number;
};

/** Types that psql aligns to the right (column_type_alignment in src/fe_utils/print.c), by pg_type.oid. */
export const rightAligned: ReadonlySet<number> = new Set([
  20, // int8
  21, // int2
  23, // int4
  26, // oid
  28, // xid
  29, // cid
  700, // float4
  701, // float8
  790, // money
  1700, // numeric
  5069, // xid8
]);

/** A value with more lines than this is cut. */
const maxCellLines = 40;

const dim: Style = { dim: true };

/** The largest measure, at least 0; Math.max(...items) would put all of them on the stack. */
const maximum = <Item>(items: readonly Item[], measure: (item: Item) => number): number =>
  items.reduce((largest, item) => Math.max(largest, measure(item)), 0);

const blanks = (width: number): string => ' '.repeat(Math.max(0, width));

type DrawnCell = { readonly lines: readonly string[]; readonly width: number; readonly isNull: boolean };

const drawCell = (value: Cell, maxWidth: number, glyphs: Glyphs): DrawnCell => {
  if (value === null) return { lines: [glyphs.null], width: displayWidth(glyphs.null), isNull: true };
  // Nearly every cell of nearly every result.
  if (value.length <= maxWidth && isAscii(value))
    return { lines: [value], width: value.length, isNull: false };
  // Whatever fits is found in the beginning of a huge value.
  const beginning = value.slice(0, Math.max(16_384, maxWidth * 8));
  const all = sanitize(beginning).split('\n');
  const lines = all.slice(0, maxCellLines).map((line) => truncate(line, maxWidth, glyphs.ellipsis));
  if (all.length > lines.length) lines.push(glyphs.ellipsis);
  else if (beginning.length < value.length) {
    const last = lines.pop() ?? '';
    lines.push(truncate(last + glyphs.ellipsis.repeat(2), maxWidth, glyphs.ellipsis));
  }
  return { lines, width: maximum(lines, displayWidth), isNull: false };
};

const count = (value: number): string => value.toLocaleString('en-US');

/** Statements whose tag says more than the number of rows that they returned (PrintQueryResult in psql). */
export const changesRows = /^(INSERT|UPDATE|DELETE|MERGE) /;

const drawFooter = (result: StatementResult): Line[] => {
  const tag = sanitizeLine(result.tag);
  if (result.columns.length === 0) return tag === '' ? [] : [plainLine(tag, dim)];
  const shown = result.rows.length;
  const rows =
    result.rowCount > shown
      ? `first ${count(shown)} of ${count(result.rowCount)} rows`
      : `(${count(shown)} ${shown === 1 ? 'row' : 'rows'})`;
  const lines = [plainLine(rows, dim)];
  if (changesRows.test(tag)) lines.push(plainLine(tag, dim));
  return lines;
};

const drawTable = (result: StatementResult, cells: DrawnCell[][], names: string[], glyphs: Glyphs) => {
  const last = result.columns.length - 1;
  const right = result.columns.map((column) => rightAligned.has(column.typeOid));
  const widths = names.map((name) => displayWidth(name));
  for (const row of cells) {
    row.forEach((cell, index) => {
      if (cell.width > (widths[index] ?? 0)) widths[index] = cell.width;
    });
  }
  const separator: Span = span(`${glyphs.vLine} `, dim);
  const newline: Span = span(glyphs.newline, dim);
  const space: Span = span(' ');

  const align = (text: string, textWidth: number, index: number): string => {
    const gap = blanks((widths[index] ?? 0) - textWidth);
    return right[index] ? gap + text : text + gap;
  };
  const drawRow = (row: readonly DrawnCell[]): Line[] => {
    const height = maximum(row, (cell) => cell.lines.length);
    return Array.from({ length: height }, (_, at) => {
      const line: Span[] = [];
      row.forEach((cell, index) => {
        const goesOn = at < cell.lines.length - 1;
        const text = cell.lines[at] ?? '';
        // The last column has nothing to its right that would have to be in line.
        const bare = index === last && !right[index] && !goesOn;
        const textWidth = at === 0 && cell.lines.length === 1 ? cell.width : displayWidth(text);
        line.push(span(bare ? text : align(text, textWidth, index), cell.isNull ? dim : undefined));
        if (goesOn) line.push(newline);
        else if (index < last) line.push(space);
        if (index < last) line.push(separator);
      });
      return line;
    });
  };

  const header = names.flatMap((name, index): Span[] => [
    ...(index > 0 ? [space, separator] : []),
    span(index === last && !right[index] ? name : align(name, displayWidth(name), index), { bold: true }),
  ]);
  const body = cells.flatMap(drawRow);
  const line = widths
    .map((width) => glyphs.hLine.repeat(width))
    .join(glyphs.hLine + glyphs.cross + glyphs.hLine);
  // A value of several lines in the last column has its mark behind that column.
  const marked = cells.some((row) => (row[last]?.lines.length ?? 0) > 1);
  return {
    header: [header, plainLine(line, dim)],
    body,
    width: line.length + (marked ? newline.text.length : 0),
  };
};

const drawExpanded = (cells: DrawnCell[][], names: string[], glyphs: Glyphs) => {
  const nameWidth = maximum(names, displayWidth);
  const titles = names.map((name): Span => span(padEnd(name, nameWidth), { bold: true }));
  const noTitle: Span = span(blanks(nameWidth));
  const separator: Span = span(` ${glyphs.vLine} `, dim);
  const newline: Span = span(glyphs.newline, dim);
  const drawCellLines = (cell: DrawnCell, index: number): Line[] =>
    cell.lines.map((text, at): Line => {
      const title = (at === 0 && titles[index]) || noTitle;
      if (at < cell.lines.length - 1) return [title, separator, span(padEnd(text, cell.width)), newline];
      return [title, separator, span(text, cell.isNull ? dim : undefined)];
    });
  const heading = (number: number): string => `${glyphs.hLine}[ record ${number} ]${glyphs.hLine}`;
  const valueWidth = maximum(cells, (row) =>
    maximum(row, (cell) => cell.width + (cell.lines.length > 1 ? newline.text.length : 0)),
  );
  const width = cells.length === 0 ? 0 : Math.max(heading(cells.length).length, nameWidth + 3 + valueWidth);
  const body = cells.flatMap((row, index): Line[] => [
    plainLine(heading(index + 1).padEnd(width, glyphs.hLine), dim),
    ...row.flatMap(drawCellLines),
  ]);
  return { header: [], body, width };
};

/**
 * A result the way psql prints it, without the noise: numbers to the right, NULL as a dim sign (an empty string is
 * nothing), a line break in a value as a mark and a new line.
 */
export const drawResult = (result: StatementResult, options: ResultOptions): ResultPicture => {
  const { glyphs } = options;
  const maxWidth = Math.max(1, options.maxCellWidth ?? 60);
  const footer = drawFooter(result);
  if (result.columns.length === 0) return { header: [], body: [], footer, width: 0 };
  const names = result.columns.map((column) =>
    truncate(sanitizeLine(column.name, glyphs.newline), maxWidth, glyphs.ellipsis),
  );
  const cells = result.rows.map((row) =>
    result.columns.map((_, index) => drawCell(row[index] ?? null, maxWidth, glyphs)),
  );
  return {
    ...(options.expanded ? drawExpanded(cells, names, glyphs) : drawTable(result, cells, names, glyphs)),
    footer,
  };
};

/** The whole picture, one under another, for places that do not scroll. */
export const resultLines = (picture: ResultPicture): Line[] => [
  ...picture.header,
  ...picture.body,
  ...picture.footer,
];
