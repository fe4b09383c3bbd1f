import type { Lesson } from '../lesson/types.ts';
import type { Exploration, Outcome, TableState } from '../player/lab-state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, type Span, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { fitLine } from '../text/width.ts';
import { wrapText } from '../text/wrap.ts';
import type { StepState, TimelineState } from '../timeline/state.ts';
import { drawTimeline } from './timeline.ts';
import { flattenSql, listInWords, outcomeOf, rowsInWords } from './words.ts';

type Options = { readonly width: number; readonly glyphs: Glyphs };

const ordersInWords = (count: number): string =>
  count === 1 ? '1 order' : `${count.toLocaleString('en-US')} orders`;

/** Only the steps of one page; the clock of the picture begins with the first of them. */
export const onPage = (timeline: TimelineState, page: string): TimelineState => ({
  ...timeline,
  steps: timeline.steps.filter((step) => step.page === page),
});

/** How a step ended: its last result or its error, and for whom it waited. */
export const stepInWords = (step: StepState | undefined, glyphs: Glyphs): string => {
  if (!step) return 'not sent';
  const waited = [...new Set(step.waits.flatMap((wait) => wait.by))];
  const wait =
    waited.length === 0 ? '' : `${step.endedAt === null ? 'waits' : 'waited'} for ${listInWords(waited)}`;
  const last = step.results.at(-1);
  const end = step.error
    ? `${step.error.sqlstate} ${step.error.message}`
    : last
      ? outcomeOf(last, step.statements.at(-1) ?? '', glyphs).text || last.tag
      : step.status === 'lost'
        ? 'connection lost'
        : '';
  return sanitizeLine([end, wait].filter(Boolean).join(', '));
};

export const tableInWords = ({ rowCount, rows }: TableState): string => {
  if (rowCount < 0) return 'locked, nobody can read it';
  if (rowCount === 0) return 'empty';
  return rows.length === 0 ? rowsInWords(rowCount) : sanitizeLine(rows.join(' '));
};

/** What is not the same in all outcomes, one list an outcome: tables first, then steps. */
export const differences = (
  outcomes: readonly Outcome[],
  lesson: Lesson,
  page: string,
  glyphs: Glyphs,
): readonly (readonly string[])[] => {
  const tables = [...new Set(outcomes.flatMap((outcome) => outcome.tables.map((state) => state.table)))];
  const steps = (lesson.pages.find((one) => one.id === page)?.blocks ?? []).flatMap((block) =>
    block.kind === 'sql' ? [block] : [],
  );
  const parts = [
    ...tables.map((name) =>
      outcomes.map((outcome) => {
        const state = outcome.tables.find((one) => one.table === name);
        return `${name}: ${state ? tableInWords(state) : 'not there'}`;
      }),
    ),
    ...steps.map((step) =>
      outcomes.map(({ timeline }) => {
        const run = timeline.steps.findLast((one) => one.step === step.id && one.page === page);
        const sql = flattenSql(run?.statements.at(-1) ?? step.sql);
        const verb = sql.length > 36 ? `${sql.slice(0, 35)}${glyphs.ellipsis}` : sql;
        return `${step.session}, ${verb}: ${stepInWords(run, glyphs)}`;
      }),
    ),
  ];
  const differing = parts.filter(
    (words) => new Set(words.map((text) => text.replace(/^[^:]*: /, ''))).size > 1,
  );
  return outcomes.map((_, index) => differing.map((words) => words[index] ?? ''));
};

export const progressBar = (done: number, total: number, width: number, glyphs: Glyphs): string => {
  const full = total === 0 ? 0 : Math.round((width * Math.min(done, total)) / total);
  return glyphs.barFull.repeat(full) + glyphs.barEmpty.repeat(width - full);
};

/** How far an exploration is, in a sentence. */
export const explorationInWords = (exploration: Exploration): string => {
  const { total, played, impossible, outcomes, phase, problem } = exploration;
  const found = outcomes.length === 1 ? '1 outcome' : `${outcomes.length} outcomes`;
  const ran = `${ordersInWords(played)} run of ${total.toLocaleString('en-US')}`;
  const cannot =
    impossible === 0
      ? ''
      : `; ${impossible.toLocaleString('en-US')} cannot be: a session would have to go on while it waits`;
  switch (phase) {
    case 'running':
      return `${ran}, ${found} so far${cannot}.`;
    case 'done':
      return `${ran}: ${found}${cannot}.`;
    case 'bounded':
      return `${ran}, the limit: ${found}; the others may have more${cannot}.`;
    case 'cancelled':
      return `Stopped after ${ran}: ${found}${cannot}.`;
    case 'failed':
      return `Failed after ${ran}: ${sanitizeLine(problem ?? '')}`;
  }
};

/** One line of an outcome in a list: how many orders, whether the lesson's own is among them. */
export const outcomeTitle = (outcome: Outcome, index: number, glyphs: Glyphs): Span[] => [
  span(`${index + 1}`, { bold: true }),
  span(`  ${ordersInWords(outcome.orders)}`),
  ...(outcome.own ? [span(`  ${glyphs.pageHere} the lesson's own`, { color: 'green' as const })] : []),
  ...(outcome.unsent.length > 0
    ? [span(`  ${glyphs.waiting} ends waiting`, { color: 'yellow' as const })]
    : []),
];

/** One outcome: its title, what sets it apart, and the timeline of its first order. */
export const drawOutcomeOf = (
  exploration: Exploration,
  lesson: Lesson,
  index: number,
  { width, glyphs }: Options,
): Line[] => {
  const outcome = exploration.outcomes[index];
  if (!outcome) return [];
  const apart = differences(exploration.outcomes, lesson, exploration.page, glyphs)[index] ?? [];
  const timeline = onPage(outcome.timeline, exploration.page);
  const sessions = lesson.sessions.filter((name) => timeline.steps.some((step) => step.session === name));
  const picture = drawTimeline(timeline, { sessions, width, glyphs, now: timeline.at });
  return [
    fitLine([span(' '), ...outcomeTitle(outcome, index, glyphs)], width, glyphs.ellipsis),
    ...apart.flatMap((text) =>
      wrapText(text, Math.max(10, width - 6)).map(
        (line, at): Line => [span(at === 0 ? `   ${glyphs.bullet} ` : '     ', { dim: true }), span(line)],
      ),
    ),
    [],
    ...picture.header,
    ...picture.body,
  ];
};

/** All of it, as text that is read from top to bottom. */
export const drawExploration = (exploration: Exploration, lesson: Lesson, options: Options): Line[] => {
  const title = lesson.pages.find((page) => page.id === exploration.page)?.title ?? exploration.page;
  return [
    [span(`${lesson.number} ${sanitizeLine(lesson.title)}: ${sanitizeLine(title)}`, { bold: true })],
    ...wrapText(explorationInWords(exploration), options.width).map((line): Line => [span(line)]),
    ...exploration.outcomes.flatMap((_, index) => [
      [],
      ...drawOutcomeOf(exploration, lesson, index, options),
    ]),
  ];
};
