import type { Glyphs } from '../text/glyphs.ts';
import type { Color } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import type { LockTarget, StatementResult } from '../timeline/events.ts';
import type { StepState, TimelineState, Wait } from '../timeline/state.ts';

/** Yellow and red mean waiting and failing, so sessions do not use them. */
const sessionColors: readonly Color[] = ['cyan', 'magenta', 'blue', 'green', 'white', 'gray'];

/** The colour of a session, by its place among the lesson's sessions. */
export const sessionColor = (sessions: readonly string[], name: string): Color =>
  sessionColors[Math.max(0, sessions.indexOf(name)) % sessionColors.length] ?? 'white';

/** How long something took: `31 ms`, `4.2 s`, `2 min 5 s`. */
export const formatDuration = (ms: number): string => {
  const time = Math.max(0, ms);
  if (time < 999.5) return `${Math.round(time)} ms`;
  if (time < 59_950) return `${(time / 1000).toFixed(1)} s`;
  const seconds = Math.round(time / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};

/** A moment of the timeline: seconds with milliseconds, minutes once there are any. */
export const formatMoment = (ms: number): string => {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 60) return seconds.toFixed(3);
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${(seconds % 60).toFixed(1).padStart(4, '0')}`;
};

const lockedThing = (lock: LockTarget): string => {
  switch (lock.type) {
    case 'transactionid':
      return `transaction ${lock.transactionId ?? '?'}`;
    case 'virtualxid':
      return `virtual transaction ${lock.virtualXid ?? '?'}`;
    case 'tuple':
      return `row (${lock.tuple ?? '?'}) of ${lock.relation ?? 'a table'}`;
    case 'advisory':
      return `advisory key ${lock.advisoryKey ?? '?'}`;
    case 'relation':
      return lock.relation ?? 'a relation';
    default:
      return lock.relation ? `${lock.type} of ${lock.relation}` : lock.type;
  }
};

/** `ShareLock on transaction 749`. Lock types and what names them: manual, view-pg-locks. */
export const lockInWords = (lock: LockTarget): string => sanitizeLine(`${lock.mode} on ${lockedThing(lock)}`);

export const rowsInWords = (count: number): string =>
  count === 1 ? '1 row' : `${count.toLocaleString('en-US')} rows`;

/** `a`, `a and b`, `a, b and c` */
export const listInWords = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;

/** One statement on one line: no comments, no run of spaces, no final semicolon. */
export const flattenSql = (sql: string): string =>
  sanitizeLine(
    sql
      .replace(/^(\s*(--[^\n]*\n|\/\*[\s\S]*?\*\/))+/, '')
      .replace(/\s+/g, ' ')
      .replace(/[\s;]+$/, '')
      .trim(),
  );

export type Outcome = { readonly kind: 'done' | 'value' | 'odd'; readonly text: string };

/**
 * How a statement ended, in a few words. `odd`: it did not fail, but did not do what it says either (COMMIT of a
 * failed transaction answers ROLLBACK).
 */
export const outcomeOf = (result: StatementResult, sql: string, glyphs: Glyphs): Outcome => {
  if (result.columns.length > 0) return { kind: 'value', text: valueInWords(result, glyphs) };
  const command = result.tag.split(' ')[0] ?? '';
  if (command === '') return { kind: 'odd', text: 'nothing to run' };
  const asked = /^\s*(commit|end)\b/i.test(flattenSql(sql));
  if (asked && command === 'ROLLBACK') return { kind: 'odd', text: 'ROLLBACK: nothing was committed' };
  return /\d$/.test(result.tag)
    ? { kind: 'done', text: rowsInWords(result.rowCount) }
    : { kind: 'done', text: '' };
};

const valueInWords = (result: StatementResult, glyphs: Glyphs): string => {
  const row = result.rows[0];
  if (result.rowCount === 0 || !row) return result.rowCount === 0 ? 'no rows' : rowsInWords(result.rowCount);
  if (result.rowCount > 1) return rowsInWords(result.rowCount);
  const cells = row.map((cell) => sanitizeLine(cell ?? glyphs.null));
  const text = cells.length === 1 ? (cells[0] ?? '') : `(${cells.join(', ')})`;
  return text.length > 40 ? '1 row' : text;
};

/** These end a wait by themselves; whatever another session was doing then did not. Manual: errcodes-appendix. */
const givesUpWaiting = new Set(['55P03', '57014', '40P01', '25P03', '57P01']);

/** How a wait of a step ended, when another session ended it: `alice committed`. */
export const releaseInWords = (
  wait: Wait,
  waiter: StepState,
  { steps, sessions }: Pick<TimelineState, 'steps' | 'sessions'>,
): string | null => {
  const step = steps.findLast((candidate) => candidate.step === wait.endedDuring);
  if (!step) return null;
  if (givesUpWaiting.has(waiter.error?.sqlstate ?? '') && wait.from === waiter.waits.at(-1)?.from)
    return null;
  if (!wait.by.includes(step.session)) {
    // Who sent pg_terminate_backend held nothing. A session that has connected anew was lost all the same.
    const [only, ...others] = wait.by;
    const ended = /\bpg_terminate_backend\b/i.test(step.sql) && others.length === 0 ? only : undefined;
    const gone = sessions.find(({ name, lost }) => lost && wait.by.includes(name))?.name ?? ended;
    if (gone) return `${gone}'s session ended`;
    // Nor did who sent pg_cancel_backend, or was at something else.
    const before = wait.to ?? Number.POSITIVE_INFINITY;
    const held = steps.findLast((one) => wait.by.includes(one.session) && one.sentAt <= before);
    if (held?.error && (held.endedAt ?? 0) >= wait.from)
      return `${held.session} ${held.error.sqlstate === '40P01' ? 'was rolled back' : 'gave up'}`;
    // Who waits lets nobody go: its search for a deadlock has found one that an order of the queue avoids (deadlock.c).
    const waits = step.waits.some(
      ({ from, to }) => wait.to !== null && from <= wait.to && (to === null || to > wait.to),
    );
    if (waits) return 'the server changed the order of the queue';
  }
  if (step.error?.sqlstate === '40P01') return `${step.session} was rolled back`;
  const last = flattenSql(step.statements[step.statements.length - 1] ?? step.sql);
  if (/^(commit|end)\b/i.test(last)) return `${step.session} committed`;
  if (/^(rollback|abort)\b/i.test(last)) return `${step.session} rolled back`;
  return `${step.session} let go`;
};
