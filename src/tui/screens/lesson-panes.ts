import { drawMoment } from '../../draw/moment.ts';
import { drawPage } from '../../draw/page.ts';
import { drawSummary } from '../../draw/summary.ts';
import { cursorRow, drawTimeline } from '../../draw/timeline.ts';
import { formatMoment } from '../../draw/words.ts';
import type { LessonHead } from '../../lesson/types.ts';
import { currentPage, type PlayerState } from '../../player/state.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import type { Highlighter } from '../../text/highlight.ts';
import { type Line, span } from '../../text/line.ts';
import { lineWidth } from '../../text/width.ts';
import { at, type Stop, stopsOf } from '../../timeline/at.ts';
import type { LessonUi } from '../ui.ts';
import type { Content } from './pane.ts';

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

/** Where the learner looks at the timeline; null: at what is now. */
export const cursorOf = (state: PlayerState, ui: LessonUi): Stop | null =>
  ui.cursor === null ? null : (stopsOf(state.timeline).find((stop) => stop.at === ui.cursor) ?? null);

const sinceStart = (state: PlayerState, at: number): string =>
  formatMoment(at - (state.timeline.steps[0]?.sentAt ?? 0));

export const timelineContent = (state: PlayerState, ui: LessonUi, env: LessonEnv, width: number): Content => {
  const stop = cursorOf(state, ui);
  const sessions = timelineSessions(state, width);
  const { steps } = state.timeline;
  const titles = Object.fromEntries(state.lesson.pages.map((page) => [page.id, page.title]));
  const waits = steps.reduce((sum, step) => sum + step.waits.length, 0);
  const cursor = stop && { at: stop.at, sessions: at(state.timeline, stop.until).sessions };
  const picture = drawTimeline(state.timeline, {
    sessions,
    width,
    glyphs: env.glyphs,
    now: env.now,
    titles,
    cursor,
  });
  const marked = stop ? cursorRow(picture.rows, stop.at) : -1;
  const empty: Line[] = [[span('  What the sessions do appears here, time running down.', { dim: true })]];
  return {
    key: `${steps.length} ${waits} ${stop?.at ?? ''}`,
    title: stop ? `timeline at ${sinceStart(state, stop.at)}` : 'timeline',
    header: picture.header,
    body: picture.body.length > 0 ? picture.body : empty,
    width: picture.width,
    auto: (height) => (stop ? marked - Math.floor(height / 2) : picture.body.length - height),
  };
};

export const locksContent = (state: PlayerState, ui: LessonUi, env: LessonEnv, width: number): Content => {
  const { sessions } = state.lesson;
  const stop = cursorOf(state, ui);
  const moment = at(state.timeline, stop?.until ?? null);
  const now = stop?.until ?? env.now;
  const body = drawMoment(moment, { sessions, width, glyphs: env.glyphs, now });
  const empty: Line[] = [[span('  No session holds a lock or waits for one.', { dim: true })]];
  return {
    key: `locks ${stop?.at ?? ''}`,
    title: stop ? `locks at ${sinceStart(state, stop.at)}` : 'locks',
    header: [],
    body: body.length > 0 ? body : empty,
    width: Math.max(0, ...body.map(lineWidth)),
    auto: top,
  };
};
