import { displayWidth } from '../text/width.ts';
import type { ServerMessage } from '../timeline/events.ts';

/** Columns of a line of SQL that are shown, and how many of them are kept right of the place of the error. */
const shownColumns = 60;
const rightMargin = 10;

/** libpq counts a tab or a control character as one column. */
const widthOf = (character: string): number => Math.max(1, displayWidth(character));
const sumOf = (characters: readonly string[]): number =>
  characters.reduce((sum, one) => sum + widthOf(one), 0);

/** The line of the SQL with the place of an error and a caret under it (fe-protocol3.c, reportErrorPosition). */
const pointAt = (sql: string, position: number): string => {
  const characters = [...sql].map((one) => (one === '\t' ? ' ' : one));
  const place = position - 1;
  if (place < 0 || place > characters.length) return '';
  const before = characters.slice(0, place).join('');
  const number = before.split(/\r\n|\r|\n/).length;
  const lineBreak = (one: string): boolean => one === '\n' || one === '\r';
  let begin = characters.slice(0, place).findLastIndex(lineBreak) + 1;
  let end = characters.findIndex((one, index) => index >= place && lineBreak(one));
  if (end < 0) end = characters.length;
  const width = (from: number, to: number): number => sumOf(characters.slice(from, to));
  let [cutLeft, cutRight] = [false, false];
  if (width(begin, end) > shownColumns) {
    if (shownColumns >= width(begin, place) + rightMargin) {
      while (width(begin, end) > shownColumns) end--;
      cutRight = true;
    } else {
      while (rightMargin < width(place, end)) {
        end--;
        cutRight = true;
      }
      while (width(begin, end) > shownColumns) {
        begin++;
        cutLeft = true;
      }
    }
  }
  const label = `LINE ${number}: ${cutLeft ? '...' : ''}`;
  const shown = characters.slice(begin, end).join('');
  const caret = ' '.repeat(label.length + width(begin, place));
  return `${label}${shown}${cutRight ? '...' : ''}\n${caret}^\n`;
};

/**
 * An error or a notice as libpq words it with its default verbosity: severity, message, place, detail, hint; the
 * context of errors alone (fe-protocol3.c, pqBuildErrorMessage3).
 * @param sql what was sent, as one message
 */
export const serverText = (message: ServerMessage, sql: string, kind: 'error' | 'notice'): string => {
  const { severity, position, internalPosition, internalQuery } = message;
  const place =
    position !== undefined
      ? pointAt(sql, position)
      : internalPosition !== undefined && internalQuery !== undefined
        ? pointAt(internalQuery, internalPosition)
        : '';
  const more = [
    ['DETAIL', message.detail],
    ['HINT', message.hint],
    ['QUERY', internalQuery],
    ['CONTEXT', kind === 'error' ? message.where : undefined],
  ].map(([label, text]) => (text === undefined ? '' : `${label}:  ${text}\n`));
  return `${severity}:  ${message.message}\n${place}${more.join('')}`;
};

/** What libpq says of a connection that ended without a word. */
export const closedText =
  'server closed the connection unexpectedly\n' +
  '\tThis probably means the server terminated abnormally\n' +
  '\tbefore or while processing the request.\n';

/** And of an attempt to use it again. */
export const goneText = 'no connection to the server\n';
