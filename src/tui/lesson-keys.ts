import { needsGuess } from '../draw/page.ts';
import { flattenSql } from '../draw/words.ts';
import type { Step } from '../lesson/types.ts';
import { currentPage, nextStep, openPrediction, type PlayerState, pageIndex } from '../player/state.ts';
import type { Context } from './context.ts';
import type { Binding } from './keymap.ts';
import type { PaneView } from './screens/pane.ts';
import type { PaneId } from './ui.ts';

type Can = (context: Context) => boolean;
type LessonBinding = Binding<Context>;

const inPhase =
  (...phases: PlayerState['phase'][]): Can =>
  ({ state }) =>
    state !== null && phases.includes(state.phase);

const isOver: Can = inPhase('finished');
const goesOn: Can = inPhase('ready', 'finished');

const unread = ({ view }: Context): boolean => view !== null && view.page.y < view.page.maxY;
const hidesPage = ({ view }: Context): boolean => view !== null && !view.wide && view.focused.id !== 'page';

const scrollTo = ({ actions }: Context, pane: PaneView, x: number, y: number): void => {
  const clamp = (value: number, max: number): number => Math.max(0, Math.min(value, max));
  const scroll = { key: pane.key, x: clamp(x, pane.maxX), y: clamp(y, pane.maxY) };
  actions.ui({ type: 'scrolled', pane: pane.id, scroll });
};

const scrollBy = (context: Context, dx: number, dy: number): void => {
  const pane = context.view?.focused;
  if (pane) scrollTo(context, pane, pane.x + dx, dx === 0 ? pane.y + dy : pane.y);
};

const focus = ({ actions, view, ui }: Context, by: number): void => {
  if (!view) return;
  const at = view.panes.indexOf(view.focused.id);
  const pane = view.panes[(at + by + view.panes.length) % view.panes.length];
  if (pane && pane !== ui.player.focus) actions.ui({ type: 'focused', pane });
};

const stepWords = (step: Step): string => {
  if (step.kind === 'view') return 'show the picture';
  const words = flattenSql(step.sql).split(/[\s;(]+/);
  const what = /;\s*\S/.test(step.sql) ? 'SQL' : (words[0] ?? '').toLowerCase();
  return step.session === 'you' ? `run your ${what}` : `run ${step.session}'s ${what}`;
};

const nextWords = (context: Context): string | null => {
  const { state } = context;
  if (!state) return null;
  if (state.phase === 'finished') return 'back to the list';
  if (hidesPage(context) && (unread(context) || needsGuess(state))) return 'to the page';
  if (unread(context)) return 'read on';
  if (needsGuess(state)) return null;
  const step = nextStep(state);
  if (step) return stepWords(step);
  return pageIndex(state.lesson, state.page) + 1 < state.lesson.pages.length ? 'next page' : 'finish';
};

/** Never runs what has not been in sight: what lies below the window is shown first. */
const goOn = (context: Context): void => {
  const { state, view, actions } = context;
  if (!state || !view) return;
  const asked = needsGuess(state);
  if (state.phase === 'finished') actions.leave();
  else if (hidesPage(context) && (unread(context) || asked)) actions.ui({ type: 'focused', pane: 'page' });
  else if (unread(context)) scrollTo(context, view.page, 0, view.page.y + Math.max(1, view.page.page - 2));
  else if (asked) {
    const notice = `Your guess first: 1-${asked.choices.length}, or s to skip.`;
    actions.ui({ type: 'noticed', notice });
  } else actions.next();
};

const question = ({ state }: Context) => (state?.phase === 'ready' ? openPrediction(state) : null);

const guess = (context: Context, key: string): void => {
  const asked = question(context);
  if (!asked) return;
  if (hidesPage(context)) context.actions.ui({ type: 'focused', pane: 'page' });
  const choice = Number(key) - 1;
  if (asked.choices[choice]) context.actions.intent({ type: 'predict', choice });
  else context.actions.ui({ type: 'noticed', notice: `There are ${asked.choices.length} choices.` });
};

const confirmOr = (
  context: Context,
  ask: boolean,
  words: string,
  then: 'reset' | 'leave',
  act: () => void,
): void => {
  if (ask) context.actions.ui({ type: 'modal', modal: { kind: 'confirm', question: words, then } });
  else act();
};

const hasPane =
  (pane: PaneId): Can =>
  ({ view }) =>
    view?.panes.includes(pane) ?? false;
const scrollsSideways: Can = ({ view }) => (view?.focused.maxX ?? 0) > 0;

/** Whether Ctrl+C has a statement to cancel: one that runs, or waits for a lock. */
export const canCancel = (state: PlayerState | null): boolean =>
  state !== null &&
  (state.phase === 'running' ||
    (state.phase === 'ready' && state.timeline.steps.some((step) => step.endedAt === null)));

/** A lesson. The order is that of the hint line and of help. */
export const lessonKeys: readonly LessonBinding[] = [
  {
    id: 'reset-broken',
    keys: ['r'],
    help: 'after a lost connection: start the page again on a fresh database',
    hint: () => 'reset',
    when: inPhase('broken'),
    run: ({ actions }) => actions.intent({ type: 'reset' }),
  },
  {
    id: 'next',
    keys: ['enter', 'space'],
    help: 'run the next step, or go on to the next page',
    hint: nextWords,
    when: goesOn,
    run: goOn,
  },
  {
    id: 'guess',
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    shown: ({ state }) => [`1-${(state && openPrediction(state)?.choices.length) || 9}`],
    help: 'your guess',
    hint: ({ state }) => (state && needsGuess(state) ? 'your guess' : null),
    when: (context) => question(context) !== null,
    run: guess,
  },
  {
    id: 'skip',
    keys: ['s'],
    help: 'skip the question',
    hint: ({ state }) => (state && needsGuess(state) ? 'skip' : null),
    when: (context) => question(context) !== null,
    run: ({ actions }) => actions.intent({ type: 'predict', choice: null }),
  },
  {
    id: 'next-lesson',
    keys: ['n'],
    help: 'at the end: the next lesson',
    hint: () => 'next lesson',
    when: (context) => isOver(context) && context.nextLesson !== null,
    run: ({ actions, nextLesson }) => {
      if (nextLesson !== null) actions.open(nextLesson, null);
    },
  },
  {
    id: 'pane',
    keys: ['tab'],
    help: 'next pane: page, timeline, result, locks',
    hint: ({ view }) => {
      if (!view) return null;
      const at = view.panes.indexOf(view.focused.id);
      return view.panes[(at + 1) % view.panes.length] ?? null;
    },
    when: ({ view }) => view !== null,
    run: (context) => focus(context, 1),
  },
  { id: 'pane-before', keys: ['shift-tab'], help: 'pane before', run: (context) => focus(context, -1) },
  {
    id: 'scroll-left',
    keys: ['left', 'h'],
    help: 'a wide pane: to the left',
    when: scrollsSideways,
    run: (context) => scrollBy(context, -8, 0),
  },
  {
    id: 'scroll-right',
    keys: ['right', 'l'],
    shown: () => ['left', 'right'],
    help: 'a wide pane: to the right',
    hint: () => 'sideways',
    when: scrollsSideways,
    run: (context) => scrollBy(context, 8, 0),
  },
  {
    id: 'scroll-down',
    keys: ['down', 'j'],
    shown: () => ['up', 'down'],
    help: 'scroll down',
    hint: ({ view }) => ((view?.focused.maxY ?? 0) > 0 ? 'scroll' : null),
    run: (context) => scrollBy(context, 0, 1),
  },
  { id: 'scroll-up', keys: ['up', 'k'], help: 'scroll up', run: (context) => scrollBy(context, 0, -1) },
  {
    id: 'page-down',
    keys: ['pgdn', 'ctrl-f'],
    help: 'a screen down',
    run: (context) => scrollBy(context, 0, Math.max(1, (context.view?.focused.page ?? 2) - 1)),
  },
  {
    id: 'page-up',
    keys: ['pgup', 'ctrl-b'],
    help: 'a screen up',
    run: (context) => scrollBy(context, 0, -Math.max(1, (context.view?.focused.page ?? 2) - 1)),
  },
  {
    id: 'top',
    keys: ['home'],
    help: 'to the top',
    run: (context) => scrollBy(context, 0, Number.NEGATIVE_INFINITY),
  },
  {
    id: 'bottom',
    keys: ['end', 'G'],
    help: 'to the bottom',
    run: (context) => scrollBy(context, 0, Number.MAX_SAFE_INTEGER),
  },
  {
    id: 'expanded',
    keys: ['x'],
    help: 'result: one line for each value, as \\x in psql',
    hint: ({ view, ui }) =>
      view?.focused.id === 'result' ? (ui.player.expanded ? 'table' : 'expanded') : null,
    run: ({ actions }) => actions.ui({ type: 'expanded' }),
  },
  {
    id: 'zoom',
    keys: ['z'],
    help: 'the pane alone on the screen, and back',
    when: ({ view, ui }) => (view?.wide ?? false) || ui.player.zoom,
    run: ({ actions }) => actions.ui({ type: 'zoomed' }),
  },
  {
    id: 'timeline',
    keys: ['t'],
    help: 'timeline',
    when: hasPane('timeline'),
    run: ({ actions }) => actions.ui({ type: 'focused', pane: 'timeline' }),
  },
  {
    id: 'locks',
    keys: ['L'],
    help: 'locks',
    when: hasPane('locks'),
    run: ({ actions }) => actions.ui({ type: 'focused', pane: 'locks' }),
  },
  {
    id: 'back',
    keys: ['b', 'left'],
    help: 'the page before; what was done up to it is done again',
    hint: () => 'back',
    when: ({ state }) =>
      state !== null && state.phase !== 'starting' && pageIndex(state.lesson, state.page) > 0,
    run: ({ actions }) => actions.intent({ type: 'back' }),
  },
  {
    id: 'reset',
    keys: ['r'],
    help: 'start the page again on a fresh database',
    hint: ({ state }) => (state && state.ran.length > 0 ? 'reset' : null),
    when: inPhase('ready', 'running', 'finished'),
    run: (context) =>
      confirmOr(
        context,
        (context.state?.ran.length ?? 0) > 0,
        'Start this page again? What you did on it is undone.',
        'reset',
        () => context.actions.intent({ type: 'reset' }),
      ),
  },
  {
    id: 'pages',
    keys: ['g'],
    help: 'go to a page',
    when: ({ state }) => state !== null && state.phase !== 'starting',
    run: ({ actions, state }) => {
      if (state)
        actions.ui({
          type: 'modal',
          modal: { kind: 'pages', selected: Math.max(0, pageIndex(state.lesson, state.page)) },
        });
    },
  },
  {
    id: 'notes',
    keys: ['i'],
    help: "the instructor's notes",
    when: ({ state }) => state !== null && currentPage(state) !== undefined,
    run: ({ actions }) => actions.ui({ type: 'noted' }),
  },
];

const isRunning: Can = inPhase('running');

/** Everywhere. */
export const globalKeys: readonly LessonBinding[] = [
  {
    id: 'cancel',
    keys: ['ctrl-c'],
    help: 'cancel the statement that runs or waits; with nothing to cancel, twice: leave pg-tutor',
    hint: (context) => (isRunning(context) ? 'cancel' : null),
    run: ({ state, ui, actions }) => {
      if (ui.leaving) return actions.quit(130);
      if (canCancel(state)) {
        actions.intent({ type: 'cancel' });
        actions.ui({
          type: 'noticed',
          notice: 'Cancelling. Press Ctrl+C again to leave pg-tutor.',
          leaving: true,
        });
      } else actions.ui({ type: 'noticed', notice: 'Press Ctrl+C again to leave pg-tutor.', leaving: true });
    },
  },
  {
    id: 'help',
    keys: ['?'],
    help: 'this list',
    hint: () => 'keys',
    run: ({ actions }) => actions.ui({ type: 'modal', modal: { kind: 'help', offset: 0 } }),
  },
  {
    id: 'quit',
    keys: ['q'],
    help: 'leave: the lesson for the list, the list for the shell',
    hint: ({ ui }) => (ui.screen === 'home' ? 'quit' : 'leave'),
    run: (context) => {
      const { ui, state, actions } = context;
      if (ui.screen === 'home') return actions.quit(0);
      confirmOr(
        context,
        state?.phase === 'running',
        'A statement is running. Leave the lesson?',
        'leave',
        actions.leave,
      );
    },
  },
  {
    id: 'suspend',
    keys: ['ctrl-z'],
    help: 'suspend; fg in the shell comes back',
    run: ({ actions }) => actions.suspend(),
  },
  {
    id: 'redraw',
    keys: ['ctrl-l'],
    help: 'draw the screen again',
    run: ({ actions }) => actions.ui({ type: 'pressed' }),
  },
];
