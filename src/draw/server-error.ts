import type { Glyphs } from '../text/glyphs.ts';
import { type Line, span } from '../text/line.ts';
import { sanitize, sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, takeColumns } from '../text/width.ts';
import { wrapText } from '../text/wrap.ts';
import type { ServerMessage } from '../timeline/events.ts';

/** Columns of the statement shown before and after the place of an error in a long line. */
const context = 30;

/**
 * The line of the statement that an error points into, a caret under the place. Positions count characters, not
 * bytes or UTF-16 units (manual: protocol-error-fields, P).
 */
export const pointAt = (sql: string, position: number, width: number): Line[] => {
  const characters = [...sql];
  const before = characters.slice(0, position - 1).join('');
  const number = before.split('\n').length;
  const start = before.lastIndexOf('\n') + 1;
  const rest =
    characters
      .slice(position - 1)
      .join('')
      .split('\n')[0] ?? '';
  let lead = sanitizeLine(before.slice(start));
  const label = `LINE ${number}: `;
  const room = Math.max(10, width - displayWidth(label));
  if (displayWidth(lead) > Math.min(context, room - 8) && displayWidth(lead) + displayWidth(rest) > room) {
    const keep = Math.min(context, room - 8);
    const all = [...lead];
    while (displayWidth(all.join('')) > keep) all.shift();
    lead = `...${all.join('')}`;
  }
  const shown = takeColumns(lead + sanitizeLine(rest), room).text;
  return [
    [span(label, { dim: true }), span(shown)],
    [span(' '.repeat(displayWidth(label) + displayWidth(lead))), span('^', { color: 'red', bold: true })],
  ];
};

/** An error as psql shows it: severity, SQLSTATE, message, where in the SQL, detail, hint. */
export const drawServerError = (
  error: ServerMessage,
  sql: string,
  { width, glyphs }: { readonly width: number; readonly glyphs: Glyphs },
): Line[] => {
  const red = { color: 'red', bold: true } as const;
  const wrap = (text: string): string[] => wrapText(text, Math.max(10, width - 4));
  const head = `${sanitizeLine(error.severity)} ${error.sqlstate}: ${sanitize(error.message)}`;
  const lines: Line[] = wrap(head).map((line, index) => [
    span(index === 0 ? `${glyphs.failed} ` : '  ', red),
    span(line, red),
  ]);
  if (error.position !== undefined)
    lines.push(...pointAt(sql, error.position, width - 2).map((line) => [span('  '), ...line]));
  for (const [label, text] of [
    ['DETAIL', error.detail],
    ['HINT', error.hint],
    ['CONTEXT', error.where],
  ] as const) {
    if (text === undefined) continue;
    lines.push(
      ...wrap(`${label}: ${sanitize(text)}`).map(
        (line): Line => [span(`  ${line}`, label === 'HINT' ? undefined : { dim: true })],
      ),
    );
  }
  return lines;
};

/** NOTICE, WARNING and the like. */
export const drawNotice = (notice: ServerMessage, { width }: { readonly width: number }): Line[] =>
  wrapText(`${sanitizeLine(notice.severity)}: ${sanitize(notice.message)}`, Math.max(10, width - 2)).map(
    (line): Line => [span(`  ${line}`, { color: 'yellow' })],
  );
