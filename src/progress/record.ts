import type { Lesson } from '../lesson/types.ts';
import {
  type ExerciseStatus,
  exerciseStatus,
  initialPlayerState,
  isPageDone,
  type PlayerState,
  pageIndex,
  reducePlayer,
} from '../player/state.ts';
import type { RunEvent } from '../timeline/events.ts';
import {
  type Answer,
  type ExerciseRecord,
  exerciseStatusOf,
  exercisesOf,
  keptAnswers,
  type LessonProgress,
  type PredictionRecord,
  type ProgressStore,
} from './types.ts';

/** The answers with one more. */
const withAnswer = (record: PredictionRecord | undefined, answer: Answer): PredictionRecord => ({
  ...record,
  answers: [...(record?.answers ?? []), answer].slice(-keptAnswers),
});

const started = (progress: LessonProgress, page: string, now: string): LessonProgress['pages'] =>
  progress.pages[page] ? progress.pages : { ...progress.pages, [page]: { startedAt: now, doneAt: null } };

const done = (progress: LessonProgress, page: string, now: string): LessonProgress => {
  const known = progress.pages[page];
  if (known?.doneAt) return progress;
  return { ...progress, pages: { ...progress.pages, [page]: { startedAt: now, ...known, doneAt: now } } };
};

/** The learner is on this page, where this step ran last. */
const at = (progress: LessonProgress, page: string, step: string | null, now: string): LessonProgress => {
  const pages = started(progress, page, now);
  if (progress.page === page && progress.step === step && progress.pages === pages) return progress;
  return { ...progress, pages, page, step, pageAt: now, updatedAt: now };
};

const noRecord: ExerciseRecord = { passedAt: null, shownAt: null, skippedAt: null };

const withExercise = (
  progress: LessonProgress,
  exercise: string,
  now: ExerciseStatus,
  at: string,
): LessonProgress => {
  const known = progress.exercises[exercise];
  const before = exerciseStatusOf(known);
  if (exerciseStatus(before, now) === before) return progress;
  const record = { ...noRecord, ...known, [`${now}At`]: at };
  return { ...progress, exercises: { ...progress.exercises, [exercise]: record }, updatedAt: at };
};

/** What is recorded: everything, or only the answers, so that a review leaves the place in the lesson alone. */
export type Recording = 'everything' | 'answers';

/**
 * The progress after one more event; the same object when the event says nothing about it. Pure.
 * @param before the player's state before the event
 * @param now ISO time
 */
export const recordEvent = (
  progress: LessonProgress,
  event: RunEvent,
  before: PlayerState,
  now: string,
  recording: Recording = 'everything',
): LessonProgress => {
  // A silent replay only repeats what was recorded when the learner did it.
  if (before.phase === 'replaying' && event.type !== 'replay-finished') return progress;
  if (recording === 'answers' && !answers.has(event.type)) return progress;
  switch (event.type) {
    case 'page-entered': {
      const forward = pageIndex(before.lesson, event.page) > pageIndex(before.lesson, before.page);
      const left = forward && isPageDone(before) ? done(progress, before.page, now) : progress;
      return at(left, event.page, null, now);
    }
    case 'replay-finished':
      return at(progress, event.page, before.ran.at(-1) ?? null, now);
    case 'step-settled':
      return before.ran.includes(event.step) ? at(progress, before.page, event.step, now) : progress;
    case 'prediction-judged': {
      const choice = before.predictions[event.prediction]?.choice ?? null;
      const right = choice === null ? null : event.right.includes(choice);
      const record = withAnswer(progress.predictions[event.prediction], { at: now, choice, right });
      const predictions = { ...progress.predictions, [event.prediction]: record };
      return { ...progress, predictions, updatedAt: now };
    }
    case 'exercise-judged':
      return event.passed ? withExercise(progress, event.exercise, 'passed', now) : progress;
    case 'solution-shown':
      return withExercise(progress, event.exercise, 'shown', now);
    case 'exercise-skipped':
      return withExercise(progress, event.exercise, 'skipped', now);
    case 'lesson-finished':
      return { ...done(progress, before.page, now), finishedAt: progress.finishedAt ?? now, updatedAt: now };
    default:
      return progress;
  }
};

const answers: ReadonlySet<RunEvent['type']> = new Set([
  'prediction-judged',
  'exercise-judged',
  'solution-shown',
  'exercise-skipped',
]);

const relevant: ReadonlySet<RunEvent['type']> = new Set([
  ...answers,
  'page-entered',
  'replay-finished',
  'step-settled',
  'lesson-finished',
]);

/** To be given every event of a player (`onEvent`): saves what it says about progress as it happens. */
export const createProgressRecorder = (
  store: ProgressStore,
  lesson: Lesson,
  { now = () => new Date(), recording }: { readonly now?: () => Date; readonly recording?: Recording } = {},
): ((event: RunEvent) => void) => {
  let state = initialPlayerState(lesson, exercisesOf(store.lesson(lesson.id)));
  return (event) => {
    const before = state;
    state = reducePlayer(state, event);
    if (!relevant.has(event.type)) return;
    store.update(lesson.id, (progress) =>
      recordEvent(progress, event, before, now().toISOString(), recording),
    );
  };
};
