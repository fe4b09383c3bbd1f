import { needsGuess } from '../draw/page.ts';
import { flattenSql } from '../draw/words.ts';
import type { Step } from '../lesson/types.ts';
import {
  currentPage,
  nextStep,
  openExercise,
  openPrediction,
  type PlayerState,
  pageIndex,
} from '../player/state.ts';
import type { Context } from './context.ts';
import type { Binding } from './keymap.ts';
import { orderKeys } from './lab-keys.ts';
import { paneKeys, scrollTo } from './pane-keys.ts';
import { planKeys } from './plan-keys.ts';
import { isLastOf } from './review.ts';
import { timelineKeys } from './timeline-keys.ts';
import { writeKeys } from './write-keys.ts';

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
  if (context.review && nextStep(state) === null)
    return isLastOf(context.review) ? 'end the review' : 'next to review';
  const step = nextStep(state);
  if (step) return stepWords(step);
  if (openExercise(state)) return 'write your answer';
  return pageIndex(state.lesson, state.page) + 1 < state.lesson.pages.length ? 'next page' : 'finish';
};

/** Never runs what has not been in sight: what lies below the window is shown first. */
const goOn = (context: Context): void => {
  const { state, view, actions } = context;
  if (!state || !view) return;
  const asked = needsGuess(state);
  const exercise = openExercise(state);
  if (state.phase === 'finished') actions.leave();
  else if (hidesPage(context) && (unread(context) || asked)) actions.ui({ type: 'focused', pane: 'page' });
  else if (unread(context)) scrollTo(context, view.page, 0, view.page.y + Math.max(1, view.page.page - 2));
  else if (asked) {
    const notice = `Your guess first: 1-${asked.choices.length}, or s to skip.`;
    actions.ui({ type: 'noticed', notice });
  } else if (context.review && nextStep(state) === null && state.phase === 'ready') actions.nextReview();
  else if (exercise) actions.openExercise(exercise);
  else actions.next();
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

export const confirmOr = (
  context: Context,
  ask: boolean,
  words: string,
  then: 'reset' | 'leave',
  act: () => void,
): void => {
  if (ask) context.actions.ui({ type: 'modal', modal: { kind: 'confirm', question: words, then } });
  else act();
};

export const lessonKeys: readonly LessonBinding[] = [
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
  ...timelineKeys,
  {
    id: 'reset-broken',
    keys: ['r'],
    help: 'after a lost connection: start the page again on a fresh database',
    hint: () => 'reset',
    when: inPhase('broken'),
    run: ({ actions }) => actions.intent({ type: 'reset' }),
  },
  ...planKeys,
  ...paneKeys,
  ...writeKeys,
  ...orderKeys,
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
    run: ({ actions, state }) => {
      const has = state && currentPage(state)?.blocks.some((block) => block.kind === 'notes');
      actions.ui(has ? { type: 'noted' } : { type: 'noticed', notice: 'There are no notes on this page.' });
    },
  },
];
