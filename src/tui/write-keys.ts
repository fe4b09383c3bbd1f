import { retrySteps } from '../draw/retry.ts';
import type { Exercise } from '../lesson/types.ts';
import { openExercise, visibleBlocks } from '../player/state.ts';
import type { Context } from './context.ts';
import type { Binding } from './keymap.ts';

/** Steps of the page that have run and may be tried with other SQL now. */
const tried = ({ state, lab }: Context) =>
  state && lab && state.server && (state.phase === 'ready' || state.phase === 'finished')
    ? retrySteps(state)
    : [];

/** What the learner writes: an answer to an exercise, another SQL for a step of the page. */
/** Exercises of the page that may be seen and answered now. */
const exercises = ({ state }: Context): readonly Exercise[] =>
  state?.server && (state.phase === 'ready' || state.phase === 'finished')
    ? visibleBlocks(state).filter((block): block is Exercise => block.kind === 'exercise')
    : [];

export const writeKeys: readonly Binding<Context>[] = [
  {
    id: 'answer',
    keys: ['a'],
    help: 'an exercise: write your answer',
    hint: ({ state }) => (state && openExercise(state) ? null : 'answer again'),
    when: (context) => exercises(context).length > 0,
    run: (context) => {
      const open = context.state && openExercise(context.state);
      const exercise = open ?? exercises(context).at(-1);
      if (exercise) context.actions.openExercise(exercise);
    },
  },
  {
    id: 'skip-exercise',
    keys: ['s'],
    help: 'an exercise: go on without it',
    hint: () => 'skip',
    when: ({ state }) => state?.phase === 'ready' && openExercise(state) !== null,
    run: ({ state, actions }) => {
      const exercise = state && openExercise(state);
      if (exercise) actions.intent({ type: 'skip-exercise', exercise: exercise.id });
    },
  },
  {
    id: 'retry',
    keys: ['e'],
    help: 'a step that has run: change its SQL and run it again, beside the lesson',
    hint: () => 'edit SQL',
    when: (context) => tried(context).length > 0,
    run: (context) => {
      const step = tried(context).at(-1);
      if (step) context.actions.openRetry(step);
    },
  },
];
