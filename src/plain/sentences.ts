import { formatDuration, listInWords, lockInWords } from '../draw/words.ts';
import type { Prediction } from '../lesson/types.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import type { ClaimCheck, ServerMessage } from '../timeline/events.ts';
import type { Item } from './items.ts';

/** What text and Markdown say in the same words. */

const names = (sessions: readonly string[]): string =>
  sessions.length > 0 ? listInWords(sessions.map((name) => sanitizeLine(name))) : 'someone else';

export const waitsInWords = (item: Item & { kind: 'waits' }): string =>
  `${item.again ? 'now waits' : 'waits'} for ${names(item.by)} (${lockInWords(item.lock)}).`;

export const waitedInWords = (item: Item & { kind: 'waited' }): string => {
  const release = item.release === null ? '' : `; ${sanitizeLine(item.release)}`;
  return `${sanitizeLine(item.session)} waited ${formatDuration(item.ms)} for ${names(item.by)}${release}.`;
};

export const notificationInWords = ({
  session,
  channel,
  payload,
  pid,
}: Item & { kind: 'notification' }): string => {
  const words = payload === '' ? '' : ` with "${sanitizeLine(payload)}"`;
  return `${sanitizeLine(session)} is notified on ${sanitizeLine(channel)}${words} by backend ${pid}.`;
};

/** As psql prints it (manual: app-psql, VERBOSITY): the message, then what the server adds to it. */
export const messageLines = (message: ServerMessage): string[] => {
  const sqlstate = message.sqlstate === '00000' ? '' : ` ${sanitizeLine(message.sqlstate)}`;
  const lines = [`${sanitizeLine(message.severity)}${sqlstate}: ${sanitizeLine(message.message, ' ')}`];
  if (message.detail) lines.push(`DETAIL: ${sanitizeLine(message.detail, ' ')}`);
  if (message.hint) lines.push(`HINT: ${sanitizeLine(message.hint, ' ')}`);
  return lines;
};

export const choiceInWords = (prediction: Prediction, choice: number): string =>
  `${choice + 1}) ${sanitizeLine(prediction.choices[choice]?.text ?? '')}`;

const ended = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** `asked`: somebody could have answered. */
export const verdictInWords = (item: Item & { kind: 'verdict' }, asked: boolean): string => {
  const { prediction, choice, right } = item;
  const happened = right.map((index) => choiceInWords(prediction, index)).join(' and ');
  if (right.length === 0) return 'None of these happened.';
  if (!asked) return ended(`What happened: ${happened}`);
  if (choice !== null && right.includes(choice)) return ended(`Right: ${happened}`);
  return ended(choice === null ? `What happened: ${happened}` : `Not this time. What happened: ${happened}`);
};

export const falseClaimInWords = ({ file, line, column, claimed, happened }: ClaimCheck): string =>
  sanitizeLine(`${file}:${line}:${column}: claimed ${claimed}; happened: ${happened}`);

export const pageTitle = (title: string): string => ended(sanitizeLine(title));
