import { drawLocks } from '../../draw/locks.ts';
import { drawPage } from '../../draw/page.ts';
import { drawPlan } from '../../draw/plan.ts';
import { drawResult, type ResultPicture } from '../../draw/result.ts';
import { drawNotice, drawServerError } from '../../draw/server-error.ts';
import { drawSummary } from '../../draw/summary.ts';
import { drawTimeline } from '../../draw/timeline.ts';
import { drawView, viewTitles } from '../../draw/view.ts';
import { flattenSql, sessionColor } from '../../draw/words.ts';
import { parsePlan } from '../../explain/parse.ts';
import type { LessonHead, ViewStep } from '../../lesson/types.ts';
import { currentPage, isStep, type PlayerState } from '../../player/state.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import type { Highlighter } from '../../text/highlight.ts';
import { type Line, span } from '../../text/line.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { lineWidth } from '../../text/width.ts';
import type { StatementResult } from '../../timeline/events.ts';
import type { StepState } from '../../timeline/state.ts';
import type { LessonUi } from '../ui.ts';
import type { Content, Sticky } from './pane.ts';

export type LessonEnv = {
  readonly glyphs: Glyphs;
  readonly highlight: Highlighter;
  /** The run's clock now, ms. */
  readonly now: number;
  readonly server: string | null;
  /** What comes after this lesson. */
  readonly next: LessonHead | null;
};

const top = (): number => 0;

export const pageContent = (
  state: PlayerState,
  ui: LessonUi,
  env: LessonEnv,
  width: number,
  results: 'words' | 'tables',
): Content => {
  const inner = width - 2;
  const settled = state.timeline.steps.filter((step) => step.settled).length;
  const judged = Object.values(state.predictions).filter((made) => made.right !== null).length;
  const key = `${state.page} ${state.ran.length} ${settled} ${judged} ${state.phase}`;
  const { glyphs, highlight, now } = env;
  if (state.phase === 'replaying') {
    const words = ' Getting the page ready: the steps before it are run again…';
    return { key, title: 'page', header: [], body: [[span(words, { dim: true })]], width, auto: top };
  }
  const finished = state.phase === 'finished';
  const page = finished
    ? { lines: drawSummary(state, env.next, { width: inner, glyphs }), fresh: 0 }
    : drawPage(state, { width: inner, glyphs, highlight, results, notes: ui.notes, now });
  const body = page.lines.map((line): Line => [span(' '), ...line]);
  return { key, title: 'page', header: [], body, width, auto: () => page.fresh };
};

/** A column narrower than this breaks a short statement over three lines. */
const comfortable = 28;

/**
 * Sessions worth a column: those that have done something or are about to on this page; when they are too many,
 * those of this page and whoever still has a transaction or a statement open.
 */
export const timelineSessions = (state: PlayerState, width: number): readonly string[] => {
  const { steps, sessions } = state.timeline;
  const here = new Set(
    currentPage(state)?.blocks.flatMap((block) => (block.kind === 'sql' ? [block.session] : [])),
  );
  const all = state.lesson.sessions;
  const used = all.filter((name) => here.has(name) || steps.some((step) => step.session === name));
  if (used.length * comfortable <= width) return used;
  return used.filter(
    (name) =>
      here.has(name) ||
      sessions.some((session) => session.name === name && (session.transaction !== 'idle' || session.lost)) ||
      steps.some((step) => step.session === name && step.endedAt === null),
  );
};

export const timelineContent = (state: PlayerState, env: LessonEnv, width: number): Content => {
  const sessions = timelineSessions(state, width);
  const { steps } = state.timeline;
  const titles = Object.fromEntries(state.lesson.pages.map((page) => [page.id, page.title]));
  const waits = steps.reduce((sum, step) => sum + step.waits.length, 0);
  const picture = drawTimeline(state.timeline, { sessions, width, glyphs: env.glyphs, now: env.now, titles });
  const empty: Line[] = [[span('  What the sessions do appears here, time running down.', { dim: true })]];
  return {
    key: `${steps.length} ${waits}`,
    title: 'timeline',
    header: picture.header,
    body: picture.body.length > 0 ? picture.body : empty,
    width: picture.width,
    auto: (height) => picture.body.length - height,
  };
};

export const locksContent = (state: PlayerState, env: LessonEnv): Content => {
  const { sessions } = state.lesson;
  const body = drawLocks(state.timeline.locks, { sessions, glyphs: env.glyphs });
  const empty: Line[] = [[span('  No session holds a lock or waits for one.', { dim: true })]];
  const width = Math.max(0, ...body.map(lineWidth));
  return { key: 'locks', title: 'locks', header: [], body: body.length > 0 ? body : empty, width, auto: top };
};

const hasSomething = (step: StepState): boolean =>
  step.results.length > 0 || step.error !== null || step.view !== null || step.plan !== null;

/** The step whose result is the freshest. */
export const shownStep = (state: PlayerState): StepState | null =>
  state.timeline.steps
    .filter(hasSomething)
    .reduce<StepState | null>((best, step) => (best && timeOf(best) > timeOf(step) ? best : step), null);

const timeOf = (step: StepState): number => step.endedAt ?? step.sentAt;

type Drawn = { readonly key: string; readonly picture: ResultPicture };
const pictures = new WeakMap<StatementResult, Drawn>();

/** A result never changes, so a frame a second does not lay out a thousand rows again. */
const resultPicture = (
  result: StatementResult,
  glyphs: Glyphs,
  expanded: boolean,
  maxCellWidth: number,
): ResultPicture => {
  const key = `${expanded} ${maxCellWidth} ${glyphs.ascii}`;
  const known = pictures.get(result);
  if (known?.key === key) return known.picture;
  const picture = drawResult(result, { glyphs, expanded, maxCellWidth });
  pictures.set(result, { key, picture });
  return picture;
};

export const resultContent = (state: PlayerState, ui: LessonUi, env: LessonEnv, width: number): Content => {
  const step = shownStep(state);
  const { glyphs } = env;
  if (!step) {
    const body: Line[] = [[span('  Results appear here.', { dim: true })]];
    return { key: '', title: 'result', header: [], body, width, auto: top };
  }
  const key = `${step.step} ${step.sentAt} ${step.results.length} ${step.status} ${ui.expanded}`;
  const view = viewOf(state, step);
  if (view) {
    const body = drawView(view, step.view, { width: width - 1, glyphs }).map(
      (line): Line => [span(' '), ...line],
    );
    const widest = Math.max(0, ...body.map(lineWidth));
    return { key: step.step, title: viewTitles[view.view], header: [], body, width: widest, auto: top };
  }
  const { body, sticky } = stepLines(step, state, ui, env, width);
  const widest = body.reduce((most, line) => Math.max(most, lineWidth(line)), 0);
  return {
    key,
    title: `result, ${sanitizeLine(step.session)}`,
    header: [],
    body,
    width: widest,
    auto: top,
    sticky,
  };
};

const viewOf = (state: PlayerState, step: StepState): ViewStep | null => {
  for (const page of state.lesson.pages) {
    const found = page.blocks.find((block) => isStep(block) && block.id === step.step);
    if (found) return found.kind === 'view' ? found : null;
  }
  return null;
};

const stepLines = (
  step: StepState,
  state: PlayerState,
  ui: LessonUi,
  env: LessonEnv,
  width: number,
): { body: Line[]; sticky: Sticky[] } => {
  const { glyphs } = env;
  const body: Line[] = [];
  const sticky: Sticky[] = [];
  const color = sessionColor(state.lesson.sessions, step.session);
  const maxCellWidth = ui.expanded ? 4000 : Math.max(60, width);
  const prompt = (sql: string): Line => [
    span(` ${sanitizeLine(step.session)}> `, { bold: true, color }),
    span(flattenSql(sql).slice(0, Math.max(10, width - step.session.length - 4)), { dim: true }),
  ];
  const batch = step.statements.length === 1;
  for (const result of step.results) {
    if (body.length > 0 && result.columns.length > 0) body.push([]);
    const sql =
      batch && step.results.length > 1 ? result.tag : (step.statements[result.statement - 1] ?? step.sql);
    body.push(prompt(sql));
    const picture = resultPicture(result, glyphs, ui.expanded, maxCellWidth);
    const indented = (lines: readonly Line[]): Line[] => lines.map((line) => [span(' '), ...line]);
    const from = body.length;
    const header = indented(picture.header);
    body.push(...header, ...indented(picture.body));
    if (header.length > 0) sticky.push({ from, to: body.length, header });
    body.push(...indented(picture.footer));
  }
  for (const notice of step.notices) body.push(...drawNotice(notice, { width }));
  if (step.error) {
    const sql = step.statements[step.error.statement - 1] ?? step.sql;
    if (body.length > 0) body.push([]);
    body.push(prompt(sql));
    body.push(
      ...drawServerError(step.error, sql, { width: width - 1, glyphs }).map(
        (line): Line => [span(' '), ...line],
      ),
    );
  }
  if (step.plan !== null)
    body.push(...planLines(step.plan, width - 1, glyphs).map((line): Line => [span(' '), ...line]));
  return { body, sticky };
};

const planLines = (plan: string, width: number, glyphs: Glyphs): Line[] => {
  try {
    return drawPlan(parsePlan(plan), { width, glyphs });
  } catch {
    // A plan of a server newer than we know is still worth seeing as PostgreSQL wrote it.
    return plan.split('\n').map((line): Line => [span(sanitizeLine(line))]);
  }
};
