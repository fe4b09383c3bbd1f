/**
 * From what happened to rows of cells, one column a session, time running down. It is one thing: a walk over the
 * moments of a run that keeps, per column, who waits and where each step was last drawn, so that the end of a wait
 * can stand beside the statement that ended it.
 */
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, lineText, type Style, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, truncate } from '../text/width.ts';
import { wrapText } from '../text/wrap.ts';
import type { StepState, TimelineState, Wait } from '../timeline/state.ts';
import { endedBy, lossInWords } from './ends.ts';
import {
  flattenSql,
  formatDuration,
  formatMoment,
  listInWords,
  lockInWords,
  outcomeOf,
  releaseInWords,
} from './words.ts';

export type Link = { readonly from: number; readonly to: number; readonly style: Style };
export type Row = {
  /** The page that begins here; the row holds nothing else. */
  readonly page?: string;
  readonly at: number | null;
  /** When what the row tells of happened, ms. */
  readonly moment: number;
  /** By column; null: nothing of that session here. */
  readonly cells: readonly (Line | null)[];
  readonly link: Link | null;
};

export type RowOptions = {
  readonly sessions: readonly string[];
  readonly glyphs: Glyphs;
  /** Columns a cell may take. */
  readonly cellWidth: number;
  /** The run's clock now, for waits that go on. */
  readonly now: number;
};

type DraftRow = {
  page?: string;
  at: number | null;
  moment: number;
  cells: (Line | null)[];
  bars: boolean[];
  link: Link | null;
};

type Moment = {
  /** Where it is drawn. */
  readonly at: number;
  /** When it was. */
  readonly moment: number;
  readonly rank: number;
  readonly draw: () => void;
};

const dim: Style = { dim: true };
const waitStyle: Style = { color: 'yellow' };

export const timelineRows = (timeline: TimelineState, options: RowOptions): Row[] => {
  const { sessions, glyphs, cellWidth, now } = options;
  const rows: DraftRow[] = [];
  const waiting = new Map<number, Wait>();
  /** Where the latest wait of each column begins. */
  const firstRow = new Map<number, number>();
  const lastRow = new Map<string, number>();
  const columnOf = (session: string): number => sessions.indexOf(session);
  /** Of the rows being drawn. */
  let current = timeline.steps[0]?.sentAt ?? 0;

  const bar = (column: number): Line | null => {
    if (waiting.has(column)) return [span(glyphs.waiting, waitStyle)];
    const name = sessions[column] ?? '';
    const holds = [...waiting.values()].some((wait) => wait.by.includes(name));
    return holds ? [span(glyphs.holds, dim)] : null;
  };

  const addRow = (step: StepState, line: Line, at: number | null = null): number => {
    const column = columnOf(step.session);
    const bars = sessions.map((_, index) => bar(index));
    const cells = bars.map((cell, index) => (index === column ? line : cell));
    rows.push({ at, moment: current, cells, bars: bars.map((_, index) => index !== column), link: null });
    lastRow.set(step.step, rows.length - 1);
    return rows.length - 1;
  };

  const wrapped = (text: string, style?: Style, max = cellWidth < 26 ? 3 : 2): Line[] => {
    const lines = wrapText(text, cellWidth).map((line) => sanitizeLine(line).trimEnd());
    const shown = lines.slice(0, max);
    const rest = lines.slice(max - 1).join(' ');
    if (lines.length > max) shown[max - 1] = truncate(rest, cellWidth, glyphs.ellipsis);
    return shown.map((line) => [span(line, style)]);
  };

  /** Words after a mark, wrapped with a hanging indent. */
  const marked = (mark: string, text: string, style: Style, max = 2): Line[] => {
    const indent = displayWidth(mark) + 1;
    const room = Math.max(4, cellWidth - indent);
    const all = wrapText(text, room);
    const words = all.slice(0, max);
    if (words.length === 0) return [[span(mark, style)]];
    if (all.length > max) words[max - 1] = truncate(all.slice(max - 1).join(' '), room, glyphs.ellipsis);
    return words.map((word, index) => [
      span(index === 0 ? `${mark} ` : ' '.repeat(indent), style),
      span(word, style),
    ]);
  };

  const outcome = (step: StepState, statement: number): Line[] => {
    const batch = step.statements.length === 1;
    const results = step.results.filter((result) => batch || result.statement === statement);
    const sql = step.statements[statement - 1] ?? step.sql;
    const lines = results.flatMap((result): Line[] => {
      const found = outcomeOf(result, batch && results.length > 1 ? result.tag : sql, glyphs);
      if (found.kind === 'value') return marked(glyphs.arrowRight, found.text, {}, 1);
      if (found.kind === 'odd') return marked(glyphs.skipped, found.text, waitStyle);
      return marked(glyphs.done, found.text, { color: 'green' }, 1);
    });
    const last = statement >= Math.max(1, step.statements.length);
    if (!last) return lines;
    if (step.plan !== null && step.status === 'done') lines.push(...marked(glyphs.arrowRight, 'plan', {}, 1));
    if (step.error) {
      const red: Style = { color: 'red', bold: true };
      if (step.status === 'cancelled') lines.push(...marked(glyphs.skipped, 'cancelled', waitStyle));
      else
        lines.push(
          ...marked(glyphs.failed, `${step.error.sqlstate} ${sanitizeLine(step.error.message)}`, red, 3),
        );
      const by = step.status === 'cancelled' ? null : endedBy(step.error);
      if (by) lines.push(...wrapped(by, { color: 'red' }));
      if (step.conflict) lines.push(...wrapped(`against ${step.conflict.session}`, { color: 'red' }));
      const ring = deadlockRing(step, timeline.steps);
      if (ring) lines.push(...wrapped(ring.join(` ${glyphs.arrowRight} `), { color: 'red' }));
    } else if (step.status === 'lost') {
      const lost = timeline.sessions.find((session) => session.name === step.session)?.lost;
      lines.push(
        ...marked(
          glyphs.lost,
          `lost: ${lossInWords(lost ?? null, timeline.serverLost !== null)}`,
          { color: 'red' },
          4,
        ),
      );
    } else if (step.status === 'running' && now - step.sentAt >= 1000) {
      lines.push([span(`running, ${formatDuration(now - step.sentAt)}`, dim)]);
    }
    return lines;
  };

  /** Statements from..to (from 1), each with its outcome; the last one without when it is about to wait. */
  const statements = (
    step: StepState,
    from: number,
    to: number,
    endsOpen: boolean,
    at: number | null,
  ): void => {
    let first = at;
    const add = (line: Line): void => {
      addRow(step, line, first);
      first = null;
    };
    for (let number = from; number <= to; number += 1) {
      const text = flattenSql(step.statements[number - 1] ?? step.sql);
      const lines = wrapped(text);
      const ends = endsOpen && number === to ? [] : outcome(step, number);
      const lastLine = lines[lines.length - 1];
      const end = ends[0];
      if (lastLine && end && ends.length === 1 && lineLength(lastLine) + lineLength(end) + 2 <= cellWidth) {
        lines[lines.length - 1] = [...lastLine, span('  '), ...end];
      } else lines.push(...ends);
      for (const line of lines) add(line);
      if (ends.length > 0 && !(endsOpen && number === to)) pointAtWinner(step);
    }
  };

  /** From the error of a serialization failure to the transaction that won, unless a line from there leads here. */
  const pointAtWinner = (step: StepState): void => {
    const { conflict } = step;
    const column = columnOf(step.session);
    const other = columnOf(conflict?.session ?? '');
    const row = rows.findLast((one) => lineText(one.cells[column] ?? []).startsWith(`${glyphs.failed} `));
    if (!conflict || !row || other < 0 || row.link) return;
    row.link = { from: column, to: other, style: { color: 'red' } };
    if (row.cells[other]) return;
    const commit = timeline.commits.findLast(
      (one) => one.session === conflict.session && one.step === conflict.step,
    );
    const start = timeline.steps[0]?.sentAt ?? 0;
    const words = commit ? `committed at ${formatMoment(commit.at - start)}` : 'read or wrote the same';
    row.cells[other] = [span(truncate(words, cellWidth, glyphs.ellipsis), { color: 'red' })];
  };

  const count = (step: StepState): number => Math.max(1, step.statements.length);

  let page: string | null = null;
  const sent = (step: StepState): void => {
    if (step.page !== null && step.page !== page) {
      page = step.page;
      rows.push({
        page,
        at: null,
        moment: current,
        cells: sessions.map(() => null),
        bars: sessions.map(() => false),
        link: null,
      });
    }
    const wait = step.waits[0];
    statements(
      step,
      1,
      wait ? Math.min(wait.statement, count(step)) : count(step),
      Boolean(wait),
      step.sentAt,
    );
  };

  const blocked = (step: StepState, wait: Wait): void => {
    const column = columnOf(step.session);
    waiting.set(column, wait);
    firstRow.set(column, rows.length);
    const open = wait.to === null;
    const elapsed = formatDuration((wait.to ?? now) - wait.from);
    const texts = [
      ...wrapText(`waits for ${listInWords(wait.by)}`, cellWidth - 2),
      ...wrapText(lockInWords(wait.lock), cellWidth - 2),
      open ? (now - wait.from < 1000 ? glyphs.ellipsis : `${elapsed} so far`) : `waited ${elapsed}`,
    ];
    const holder = columnOf(wait.by[0] ?? '');
    const held = open ? heldLock(timeline, wait, sessions[holder] ?? '') : null;
    texts.forEach((text, index) => {
      const row = addRow(step, [
        span(`${glyphs.waiting} `, waitStyle),
        span(text, index === 0 ? { color: 'yellow', bold: true } : waitStyle),
      ]);
      const draft = rows[row];
      if (!draft || holder < 0) return;
      if (index === 0) draft.link = { from: column, to: holder, style: waitStyle };
      if (index > 0 && index - 1 < (held?.length ?? 0) && !waiting.has(holder)) {
        draft.cells[holder] = [
          span(`${glyphs.holds} ${truncate(held?.[index - 1] ?? '', cellWidth - 2, glyphs.ellipsis)}`, dim),
        ];
      }
    });
  };

  const unblocked = (step: StepState, index: number): void => {
    const wait = step.waits[index];
    if (!wait) return;
    const column = columnOf(step.session);
    waiting.delete(column);
    const following = step.waits[index + 1];
    if (following && following.statement === wait.statement) return;
    const until = following ? Math.min(following.statement, count(step)) : count(step);
    const release = releaseInWords(wait, step, timeline);
    const releaseRow = release === null ? undefined : lastRow.get(wait.endedDuring ?? '');
    const lines = outcome(step, wait.statement);
    // What was sent before the wait has released it later: there is no row of that to stand beside.
    const beside = (releaseRow ?? -1) < (firstRow.get(column) ?? 0) ? undefined : rows[releaseRow ?? -1];
    if (beside?.bars[column]) {
      beside.cells[column] = lines.shift() ?? [span('goes on', dim)];
      beside.bars[column] = false;
      const from = columnOf(
        timeline.steps.findLast((other) => other.step === wait.endedDuring)?.session ?? '',
      );
      // An arrow to the next one released would run through what this row says of the one between.
      if (!saysBetween(beside, from, column))
        beside.link = { from, to: column, style: { color: step.error && !following ? 'red' : 'green' } };
      for (const later of rows.slice((releaseRow ?? 0) + 1))
        if (later.bars[column]) later.cells[column] = null;
    }
    for (const line of lines) addRow(step, line, lines.indexOf(line) === 0 && !beside ? wait.to : null);
    if (release) for (const line of wrapped(`released: ${release}`, dim, 2)) addRow(step, line);
    statements(step, wait.statement + 1, until, Boolean(following), null);
  };

  for (const moment of moments(timeline, sessions, { sent, blocked, unblocked })) {
    current = moment.moment;
    moment.draw();
  }
  return rows;
};

const saysBetween = (row: DraftRow, one: number, other: number): boolean =>
  row.cells
    .slice(Math.min(one, other) + 1, Math.max(one, other))
    .some((cell, index) => cell !== null && !row.bars[Math.min(one, other) + 1 + index]);

const lineLength = (line: Line): number => line.reduce((sum, part) => sum + displayWidth(part.text), 0);

const moments = (
  timeline: TimelineState,
  sessions: readonly string[],
  draw: {
    sent: (step: StepState) => void;
    blocked: (step: StepState, wait: Wait) => void;
    unblocked: (step: StepState, index: number) => void;
  },
): Moment[] => {
  const list: Moment[] = [];
  for (const step of timeline.steps) {
    if (!sessions.includes(step.session)) continue;
    list.push({ at: step.sentAt, moment: step.sentAt, rank: 0, draw: () => draw.sent(step) });
    step.waits.forEach((wait, index) => {
      list.push({ at: wait.from, moment: wait.from, rank: 2, draw: () => draw.blocked(step, wait) });
      if (wait.to === null) return;
      // A survivor's grant is drawn beside the victim's error, whichever event came first.
      const cause = timeline.steps.findLast((other) => other.step === wait.endedDuring);
      const at = cause?.error?.sqlstate === '40P01' ? Math.max(wait.to, cause.endedAt ?? 0) : wait.to;
      list.push({
        at,
        moment: wait.to,
        rank: step.error?.sqlstate === '40P01' ? 1 : 3,
        draw: () => draw.unblocked(step, index),
      });
    });
  }
  return list.sort((a, b) => a.at - b.at || a.rank - b.rank);
};

/** What the session waited for holds on the same thing, as the last sample of pg_locks had it. */
const heldLock = (timeline: TimelineState, wait: Wait, holder: string): string[] | null => {
  const held = timeline.locks.find(
    (lock) =>
      lock.session === holder &&
      lock.granted &&
      lock.type === wait.lock.type &&
      lock.relation === wait.lock.relation &&
      lock.tuple === wait.lock.tuple &&
      lock.transactionId === wait.lock.transactionId &&
      lock.advisoryKey === wait.lock.advisoryKey,
  );
  return held ? ['holds', held.mode] : null;
};

/** The circle of sessions that waited for each other when this step was chosen as the victim: `a, b, a`. */
const deadlockRing = (victim: StepState, steps: readonly StepState[]): string[] | null => {
  if (victim.error?.sqlstate !== '40P01' || victim.endedAt === null) return null;
  const end = victim.endedAt;
  const ring = [victim.session];
  let step: StepState | undefined = victim;
  while (step) {
    const wait: Wait | undefined = step.waits.findLast(
      (candidate) =>
        candidate.from <= end && (step === victim || candidate.to === null || candidate.to >= end - 50),
    );
    const next: string | undefined = wait?.by.find((name) => name === victim.session) ?? wait?.by[0];
    if (next === undefined) return null;
    ring.push(next);
    if (next === victim.session) return ring;
    if (ring.length > 12) return null;
    step = steps.findLast((other) => other.session === next && other.waits.length > 0 && other.sentAt <= end);
  }
  return null;
};
