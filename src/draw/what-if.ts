import type { Lesson } from '../lesson/types.ts';
import type { TableState, WhatIf } from '../player/lab-state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, type Style, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { truncate } from '../text/width.ts';
import type { StepState, TimelineState } from '../timeline/state.ts';
import { onPage, stepInWords, tableInWords } from './exploration.ts';
import { drawTimeline, type TimelinePicture } from './timeline.ts';
import { flattenSql, sessionColor } from './words.ts';

type Options = { readonly width: number; readonly glyphs: Glyphs; readonly now: number };

/** Where two timelines of a page part. */
export type Parting = {
  /** The first place where another step was sent, or a step came to something else. */
  readonly left: StepState | null;
  readonly right: StepState | null;
  readonly words: string;
};

const name = (step: StepState, glyphs: Glyphs): string =>
  `${step.session}'s ${truncate(flattenSql(step.statements.at(-1) ?? step.sql), 40, glyphs.ellipsis)}`;

/**
 * The first step that came out differently; while none has, the first place where the orders part. null: as far as
 * both have come they are the same. Only the steps of one page are compared.
 */
export const partingOf = (
  lesson: TimelineState,
  other: TimelineState,
  page: string,
  glyphs: Glyphs,
): Parting | null => {
  const lefts = onPage(lesson, page).steps;
  const rights = onPage(other, page).steps;
  for (const right of rights) {
    const left = lefts.findLast((step) => step.step === right.step);
    if (!left) continue;
    const [was, is] = [stepInWords(left, glyphs), stepInWords(right, glyphs)];
    if (was === is) continue;
    const words = `First difference: ${name(right, glyphs)}: ${was || 'done'} in the lesson, ${is || 'done'} here.`;
    return { left, right, words };
  }
  const at = rights.findIndex(
    (step, index) => lefts[index] !== undefined && lefts[index]?.step !== step.step,
  );
  const [left, right] = [lefts[at], rights[at]];
  if (!left || !right) return null;
  const words = `Another order from step ${at + 1} on: ${name(left, glyphs)} in the lesson, ${name(right, glyphs)} here. Nothing came out differently so far.`;
  return { left, right, words };
};

/** One of two timelines of a page, with the row where they part marked. */
export const drawPartingTimeline = (
  timeline: TimelineState,
  lesson: Lesson,
  page: string,
  parting: StepState | null,
  { width, glyphs, now }: Options,
): TimelinePicture => {
  const shown = onPage(timeline, page);
  // The same columns in both, whoever has gone so far.
  const here = lesson.pages.find((one) => one.id === page)?.blocks ?? [];
  const sessions = lesson.sessions.filter(
    (one) =>
      here.some((block) => block.kind === 'sql' && block.session === one) ||
      shown.steps.some((step) => step.session === one),
  );
  const cursor = parting && { at: parting.sentAt, sessions: timeline.sessions };
  return drawTimeline(shown, { sessions, width, glyphs, now, cursor });
};

/** Who can go next: `1 alice  commit`, and why somebody cannot. */
export const drawChoices = (
  { choices, phase }: WhatIf,
  sessions: readonly string[],
  { width, glyphs }: Omit<Options, 'now'>,
): Line[] =>
  choices.map((choice, index): Line => {
    const can = choice.why === null && phase === 'ready';
    const style: Style = can ? { bold: true } : { dim: true };
    const sql = truncate(flattenSql(choice.sql), Math.max(8, width - 40), glyphs.ellipsis);
    const why =
      choice.why === null ? '' : sanitizeLine(choice.step === null ? choice.why : `cannot: ${choice.why}`);
    return [
      span(` ${can ? index + 1 : glyphs.skipped} `, style),
      span(`${sanitizeLine(choice.session)}  `, { bold: can, color: sessionColor(sessions, choice.session) }),
      span(sql, can ? undefined : { dim: true }),
      span(why === '' ? '' : `  ${why}`, choice.step === null ? { dim: true } : { color: 'yellow' }),
    ];
  });

/** What the tables hold at the end, a line each. */
export const drawTables = (tables: readonly TableState[]): Line[] =>
  tables.map(
    (state): Line => [span(` ${sanitizeLine(state.table)}: `, { dim: true }), span(tableInWords(state))],
  );
