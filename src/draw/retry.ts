import type { Prediction, SqlStep } from '../lesson/types.ts';
import type { Retry } from '../player/lab-state.ts';
import { currentPage, type PlayerState } from '../player/state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { wrapLine } from '../text/wrap.ts';
import { drawOutcome } from './outcome.ts';
import { inlineCode } from './prediction.ts';
import { drawTimeline } from './timeline.ts';
import { flattenSql, listInWords, sessionColor } from './words.ts';

export type RetryOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  /** The clock of the retry's run now, ms. */
  readonly now: number;
};

const heading = (text: string): Line => [span(text, { bold: true })];

/** What came of a step with other SQL, which of the choices came true with it, and how the page went on from there. */
export const drawRetry = (retry: Retry, state: PlayerState, options: RetryOptions): Line[] => {
  const { glyphs, width } = options;
  const blocks = state.lesson.pages.find((page) => page.id === retry.page)?.blocks ?? [];
  const steps = blocks.filter((block): block is SqlStep => block.kind === 'sql');
  const at = steps.findIndex((step) => step.id === retry.step);
  // Claims of the lesson are about its own SQL.
  const then: PlayerState = { ...state, timeline: retry.timeline, checks: [] };
  const outcomeOf = (step: SqlStep): Line[] => {
    const run = retry.timeline.steps.findLast((one) => one.step === step.id && one.page === retry.page);
    return run ? drawOutcome(step, run, then, { ...options, results: 'tables' }) : [];
  };
  const own = steps[at];
  const lines: Line[] = own ? outcomeOf(own) : [];
  if (retry.problem !== null)
    lines.push(
      ...wrapLine([span(`${glyphs.failed} ${sanitizeLine(retry.problem)}`, { color: 'red' })], width),
    );
  const question = blocks.find(
    (block): block is Prediction => block.kind === 'prediction' && block.step === retry.step,
  );
  if (question && retry.right !== null) {
    const came = retry.right.map((index) => question.choices[index]?.text ?? '');
    const words: Line =
      came.length === 0
        ? [span('With this SQL none of the choices comes true.')]
        : [span('With this SQL: '), ...inlineCode(listInWords(came), { bold: true })];
    lines.push([], ...wrapLine([span(`${glyphs.arrowRight} `), ...words], width, { indent: 2 }));
  }
  const later = steps.slice(at + 1).flatMap((step) => {
    const outcome = outcomeOf(step);
    if (outcome.length === 0) return [];
    const color = sessionColor(state.lesson.sessions, step.session);
    const sql: Line = [
      span(`${sanitizeLine(step.session)}> `, { bold: true, color }),
      span(flattenSql(step.sql), { dim: true }),
    ];
    return [...wrapLine(sql, width, { indent: 4 }), ...outcome.map((line): Line => [span('  '), ...line])];
  });
  if (later.length > 0) lines.push([], heading('Then the page went on'), ...later);
  const here = retry.timeline.steps.filter((step) => step.page === retry.page);
  if (here.some((step) => step.waits.length > 0)) {
    const sessions = state.lesson.sessions.filter((name) => here.some((step) => step.session === name));
    const picture = drawTimeline(
      { ...retry.timeline, steps: here },
      { sessions, width, glyphs, now: options.now },
    );
    lines.push([], heading('Who did what when'), ...picture.header, ...picture.body);
  }
  return lines;
};

/** The steps of the page that can be tried with other SQL: those that have run, in the order of the page. */
export const retrySteps = (state: PlayerState): readonly SqlStep[] =>
  (currentPage(state)?.blocks ?? []).filter(
    (block): block is SqlStep => block.kind === 'sql' && state.ran.includes(block.id),
  );
