import type { CellPattern } from '../lesson/types.ts';

type Cells = readonly (string | null)[];
type Patterns = readonly CellPattern[];

const cellMatches = (pattern: CellPattern, cell: string | null): boolean =>
  typeof pattern === 'string' || pattern === null
    ? pattern === cell
    : cell !== null && new RegExp(pattern.matches).test(cell);

export const cellsMatch = (patterns: Patterns, cells: Cells): boolean =>
  patterns.length === cells.length &&
  patterns.every((pattern, index) => cellMatches(pattern, cells[index] ?? null));

/** Same rows, each used once; in any order unless `ordered`. Exact patterns choose before regular expressions. */
export const rowsMatch = (
  patterns: readonly Patterns[],
  rows: readonly Cells[],
  ordered: boolean,
): boolean => {
  if (patterns.length !== rows.length) return false;
  if (ordered) return patterns.every((pattern, index) => cellsMatch(pattern, rows[index] ?? []));
  const left = [...rows];
  const loose = (pattern: Patterns) => pattern.some((cell) => typeof cell === 'object' && cell !== null);
  for (const pattern of [...patterns].sort((a, b) => Number(loose(a)) - Number(loose(b)))) {
    const index = left.findIndex((row) => cellsMatch(pattern, row));
    if (index < 0) return false;
    left.splice(index, 1);
  }
  return true;
};

const showCell = (cell: CellPattern): string => {
  if (cell === null) return 'null';
  return typeof cell === 'string' ? JSON.stringify(cell) : `/${cell.matches}/`;
};

const shownRows = 20;

/** Rows as a lesson writes them: `[["1", null]]`; of many the first twenty. */
export const showRows = (rows: readonly Patterns[]): string => {
  const shown = rows.slice(0, shownRows).map((row) => `[${row.map(showCell).join(', ')}]`);
  const more = rows.length - shown.length;
  return `[${shown.join(', ')}${more > 0 ? `, … ${more} more` : ''}]`;
};
