import type { Cell, StatementResult } from '../timeline/events.ts';

/** libpq counts bytes, not columns of the screen, here. */
const bytes = (text: string): number => Buffer.byteLength(text);

/**
 * Whether PQprint takes a value for text, and so its whole column: a character no number has, E at its start, or
 * no digit at its end (src/interfaces/libpq/fe-print.c, do_field).
 */
const isText = (value: Cell): boolean =>
  value !== null && value !== '' && !(/^[0-9.Ee -]*[0-9]$/.test(value) && !/^[Ee]/.test(value));

/** A result as isolationtester has libpq's PQprint write it; nothing for a result without columns. */
export const printResult = ({ columns, rows }: Pick<StatementResult, 'columns' | 'rows'>): string => {
  if (columns.length === 0) return '';
  const widths = columns.map(({ name }, index) =>
    Math.max(bytes(name), ...rows.map((row) => bytes(row[index] ?? ''))),
  );
  const text = columns.map((_, index) => rows.some((row) => isText(row[index] ?? null)));
  const line = (cells: readonly Cell[]): string =>
    columns
      .map((_, index) => {
        const cell = cells[index] ?? '';
        const blanks = ' '.repeat((widths[index] ?? 0) - bytes(cell));
        return text[index] ? cell + blanks : blanks + cell;
      })
      .join('|');
  const lines = [
    line(columns.map(({ name }) => name)),
    widths.map((width) => '-'.repeat(width)).join('+'),
    ...rows.map(line),
    `(${rows.length} row${rows.length === 1 ? '' : 's'})`,
  ];
  return `${lines.join('\n')}\n\n`;
};
