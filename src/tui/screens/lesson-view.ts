import { hstack, rule } from '../../draw/lines.ts';
import { drawStatus } from '../../draw/status.ts';
import type { PlayerState } from '../../player/state.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import { type Line, span } from '../../text/line.ts';
import { sanitize } from '../../text/sanitize.ts';
import { fitLine } from '../../text/width.ts';
import { wrapText } from '../../text/wrap.ts';
import type { LessonUi, PaneId } from '../ui.ts';
import {
  cursorOf,
  type LessonEnv,
  locksContent,
  pageContent,
  timelineContent,
  timelineSessions,
} from './lesson-panes.ts';
import { type Content, fillRule, moreSigns, type PaneView, titleRule, viewPane } from './pane.ts';
import { resultContent } from './result-pane.ts';

export type LessonView = {
  /** Everything but the hint line: `height - 1` lines. */
  readonly lines: readonly Line[];
  /** The panes of this lesson in the order of Tab, whether in sight or not. */
  readonly panes: readonly PaneId[];
  /** The pane that keys move. */
  readonly focused: PaneView;
  /** The page pane, even when another hides it. */
  readonly page: PaneView;
  readonly wide: boolean;
};

export const wideFrom = 100;
/** Lines of body from which result and locks both have a pane of their own beside the timeline. */
const tallFrom = 44;

/** The panes of a lesson: a timeline and locks only where several sessions meet. */
const panesOf = (state: PlayerState): readonly PaneId[] =>
  state.lesson.sessions.length > 1 ? ['page', 'timeline', 'result', 'locks'] : ['page', 'result'];

/** The screen of a lesson, from what happened, where one looks, and how large the terminal is. */
export const viewLesson = (
  state: PlayerState,
  ui: LessonUi,
  size: { readonly width: number; readonly height: number },
  env: LessonEnv,
): LessonView => {
  const { width, height } = size;
  const { glyphs } = env;
  const panes = panesOf(state);
  const focus = panes.includes(ui.focus) ? ui.focus : 'page';
  const status = drawStatus(state, { width, glyphs, server: env.server });
  const banner = drawBanner(state, width, glyphs);
  const bodyHeight = height - 4 - banner.length;
  const single = width < wideFrom || ui.zoom;

  const content = (id: PaneId, paneWidth: number): Content => {
    switch (id) {
      case 'page':
        return pageContent(state, ui, env, paneWidth, width < wideFrom ? 'tables' : 'words');
      case 'timeline':
        return timelineContent(state, ui, env, paneWidth);
      case 'result':
        return resultContent(state, ui, env, paneWidth);
      case 'locks':
        return locksContent(state, ui, env, paneWidth);
    }
  };
  const pane = (
    id: PaneId,
    paneWidth: number,
    paneHeight: number,
    drawn = content(id, paneWidth),
  ): PaneView => viewPane(id, drawn, ui.scroll[id], { width: paneWidth, height: paneHeight, glyphs });

  if (single) {
    const shown = pane(focus, width, bodyHeight);
    const page = focus === 'page' ? shown : pane('page', width, bodyHeight);
    const lines = [
      status,
      paneBar(panes, shown, width, glyphs),
      ...banner,
      ...shown.lines,
      rule(width, glyphs),
    ];
    return { lines, panes, focused: shown, page, wide: false };
  }

  const left = Math.max(48, Math.min(84, Math.floor(width * 0.44)));
  const right = width - left - 1;
  const page = pane('page', left, bodyHeight);
  const stack = stackRight(state, panes, focus, bodyHeight, cursorOf(state, ui) !== null, (id) =>
    content(id, right),
  );
  const views = stack.map(({ id, height: own, drawn }) => pane(id, right, own, drawn));
  const rightLines = views.flatMap((view, index) => [
    ...(index > 0 ? [titleRule(view, right, focus === view.id, glyphs)] : []),
    ...view.lines,
  ]);
  const first = views[0] ?? page;
  const separator = span(glyphs.vLine, { dim: true });
  const lines = [
    status,
    [
      ...titleRule(page, left, focus === 'page', glyphs),
      span(glyphs.hLine, { dim: true }),
      ...titleRule(first, right, focus === first.id, glyphs),
    ],
    ...banner,
    ...hstack(
      [
        { lines: page.lines, width: left },
        { lines: rightLines, width: right },
      ],
      separator,
    ),
    rule(width, glyphs),
  ];
  return { lines, panes, focused: views.find((view) => view.id === focus) ?? page, page, wide: true };
};

type Part = { readonly id: PaneId; readonly height: number; readonly drawn: Content };

/** Who stands in the right half, and how high: the timeline above, below it what matters now. */
const stackRight = (
  state: PlayerState,
  panes: readonly PaneId[],
  focus: PaneId,
  height: number,
  /** A moment of the past is looked at: what was held then stands beside it. */
  past: boolean,
  content: (id: PaneId) => Content,
): Part[] => {
  const result = content('result');
  if (!panes.includes('timeline')) return [{ id: 'result', height, drawn: result }];
  // A page of pictures only: no session of its own does anything.
  const nothing = timelineSessions(state, 0).length === 0;
  if (nothing && focus !== 'timeline' && focus !== 'locks') return [{ id: 'result', height, drawn: result }];
  const timeline = content('timeline');
  const locks = content('locks');
  const need = (drawn: Content): number => drawn.header.length + drawn.body.length;
  if (height >= tallFrom) {
    const locksHeight = Math.max(5, Math.min(12, need(locks)));
    const [above, below] = split(height - locksHeight - 1, need(timeline), need(result));
    return [
      { id: 'timeline', height: above, drawn: timeline },
      { id: 'result', height: below, drawn: result },
      { id: 'locks', height: locksHeight, drawn: locks },
    ];
  }
  const waiting = state.timeline.steps.some((step) => step.status === 'blocked');
  const chosen = focus === 'locks' || ((waiting || past) && focus !== 'result') ? 'locks' : 'result';
  const below = chosen === 'locks' ? locks : result;
  const [above, rest] = split(height, need(timeline), need(below));
  return [
    { id: 'timeline', height: above, drawn: timeline },
    { id: chosen, height: rest, drawn: below },
  ];
};

/** Heights of two panes with one rule between them; what one does not need the other gets. */
const split = (height: number, above: number, below: number): [number, number] => {
  const room = height - 1;
  const base = Math.floor(room * 0.4);
  const spareAbove = Math.max(0, room - base - above);
  const missingAbove = Math.max(0, above - (room - base));
  const wanted =
    below > base ? base + Math.min(spareAbove, below - base) : base - Math.min(missingAbove, base - below);
  const rest = Math.max(4, Math.min(wanted, room - 6));
  return [room - rest, rest];
};

const paneBar = (panes: readonly PaneId[], shown: PaneView, width: number, glyphs: Glyphs): Line => {
  const names = panes.flatMap((id): Line => {
    if (id !== shown.id) return [span(` ${id} `, { dim: true }), span(glyphs.hLine, { dim: true })];
    return [span(`${glyphs.cursor}${id} `, { bold: true }), span(glyphs.hLine, { dim: true })];
  });
  return fillRule([span(glyphs.hLine, { dim: true }), ...names], moreSigns(shown, glyphs), width, glyphs);
};

/** What is lost and why, while only reset and leaving make sense. */
const drawBanner = (state: PlayerState, width: number, glyphs: Glyphs): Line[] => {
  if (state.phase !== 'broken') return [];
  const text = sanitize(state.problem ?? 'The connection to PostgreSQL is gone.');
  const words = wrapText(text, width - 5).slice(0, 5);
  return [
    ...words.map(
      (line, index): Line =>
        fitLine(
          [
            span(index === 0 ? ` ${glyphs.lost} ` : '   ', { color: 'red', bold: true }),
            span(line, { color: 'red', bold: true }),
          ],
          width,
        ),
    ),
    fitLine(
      [
        span('   r', { bold: true }),
        span(' reset: this page again on a fresh database   '),
        span('q', { bold: true }),
        span(' leave'),
      ],
      width,
    ),
    rule(width, glyphs),
  ];
};
