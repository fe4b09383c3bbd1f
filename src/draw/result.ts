import type { Glyphs } from '../text/glyphs.ts';
import { type Line, lineText, plainLine, type Span, span } from '../text/line.ts';
import { sanitize, sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, lineWidth, truncate } from '../text/width.ts';
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
const rightAligned: ReadonlySet<number> = new Set([
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

type DrawnCell = { readonly lines: readonly string[]; readonly width: number; readonly isNull: boolean };

const drawCell = (value: Cell, maxWidth: number, glyphs: Glyphs): DrawnCell => {
  if (value === null) return { lines: [glyphs.null], width: displayWidth(glyphs.null), isNull: true };
  // Whatever fits is found in the beginning of a huge value.
  const beginning = value.slice(0, Math.max(16_384, maxWidth * 8));
  const all = sanitize(beginning).split('\n');
  const lines = all.slice(0, maxCellLines).map((line) => truncate(line, maxWidth, glyphs.ellipsis));
  if (all.length > lines.length) lines.push(glyphs.ellipsis);
  else if (beginning.length < value.length) {
    const last = lines.pop() ?? '';
    lines.push(truncate(last + glyphs.ellipsis.repeat(2), maxWidth, glyphs.ellipsis));
  }
  return { lines, width: Math.max(...lines.map(displayWidth)), isNull: false };
};

const count = (value: number): string => value.toLocaleString('en-US');

/** Statements whose tag says more than the number of rows that they returned (PrintQueryResult in psql). */
const changesRows = /^(INSERT|UPDATE|DELETE|MERGE) /;

const drawFooter = (result: StatementResult): Line[] => {
  const tag = sanitizeLine(result.tag);
  if (result.columns.length === 0) return tag === '' ? [] : [plainLine(tag, { dim: true })];
  const shown = result.rows.length;
  const rows =
    result.rowCount > shown
      ? `first ${count(shown)} of ${count(result.rowCount)} rows`
      : `(${count(shown)} ${shown === 1 ? 'row' : 'rows'})`;
  const lines = [plainLine(rows, { dim: true })];
  if (changesRows.test(tag)) lines.push(plainLine(tag, { dim: true }));
  return lines;
};

const blanks = (width: number): string => ' '.repeat(Math.max(0, width));

const drawTable = (result: StatementResult, cells: DrawnCell[][], names: string[], glyphs: Glyphs) => {
  const last = result.columns.length - 1;
  const right = result.columns.map((column) => rightAligned.has(column.typeOid));
  const widths = names.map((name) => displayWidth(name));
  for (const row of cells) {
    row.forEach((cell, index) => {
      if (cell.width > (widths[index] ?? 0)) widths[index] = cell.width;
    });
  }
  const separator: Span = span(`${glyphs.vLine} `, { dim: true });
  const newline: Span = span(glyphs.newline, { dim: true });
  const space: Span = span(' ');

  const align = (text: string, index: number): string => {
    const gap = blanks((widths[index] ?? 0) - displayWidth(text));
    return right[index] ? gap + text : text + gap;
  };
  const drawRow = (row: readonly DrawnCell[]): Line[] => {
    const height = Math.max(1, ...row.map((cell) => cell.lines.length));
    return Array.from({ length: height }, (_, at) => {
      const line: Span[] = [];
      row.forEach((cell, index) => {
        const goesOn = at < cell.lines.length - 1;
        const text = cell.lines[at] ?? '';
        // The last column has nothing to its right that would have to be in line.
        const bare = index === last && !right[index] && !goesOn;
        line.push(span(bare ? text : align(text, index), cell.isNull ? { dim: true } : undefined));
        if (goesOn) line.push(newline);
        else if (index < last) line.push(space);
        if (index < last) line.push(separator);
      });
      return line;
    });
  };

  const header = names.flatMap((name, index): Span[] => [
    ...(index > 0 ? [space, separator] : []),
    span(index === last && !right[index] ? name : align(name, index), { bold: true }),
  ]);
  const body = cells.flatMap(drawRow);
  const line = widths
    .map((width) => glyphs.hLine.repeat(width))
    .join(glyphs.hLine + glyphs.cross + glyphs.hLine);
  const ruleLine = plainLine(line, { dim: true });
  const width = Math.max(lineWidth(ruleLine), ...body.map(lineWidth));
  return { header: [header, ruleLine], body, width };
};

const drawExpanded = (cells: DrawnCell[][], names: string[], glyphs: Glyphs) => {
  const nameWidth = Math.max(0, ...names.map(displayWidth));
  const separator = span(` ${glyphs.vLine} `, { dim: true });
  const newline = span(glyphs.newline, { dim: true });
  const records = cells.map((row) =>
    row.flatMap((cell, index) =>
      cell.lines.map((text, at): Line => {
        const name = at === 0 ? (names[index] ?? '') : '';
        const goesOn = at < cell.lines.length - 1;
        return [
          span(name + blanks(nameWidth - displayWidth(name)), { bold: true }),
          separator,
          span(
            goesOn ? text + blanks(cell.width - displayWidth(text)) : text,
            cell.isNull ? { dim: true } : undefined,
          ),
          ...(goesOn ? [newline] : []),
        ];
      }),
    ),
  );
  const title = (number: number): string => `${glyphs.hLine}[ record ${number} ]`;
  const width = Math.max(
    0,
    cells.length > 0 ? displayWidth(title(cells.length)) + 1 : 0,
    ...records.flatMap((record) => record.map(lineWidth)),
  );
  const body = records.flatMap((record, index): Line[] => {
    const text = title(index + 1);
    return [plainLine(text + glyphs.hLine.repeat(width - displayWidth(text)), { dim: true }), ...record];
  });
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

export const resultText = (picture: ResultPicture): string[] =>
  resultLines(picture).map((line) => lineText(line).trimEnd());
