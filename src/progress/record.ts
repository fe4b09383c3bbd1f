import type { Lesson } from '../lesson/types.ts';
import {
  initialPlayerState,
  isPageDone,
  type PlayerState,
  pageIndex,
  reducePlayer,
} from '../player/state.ts';
import type { RunEvent } from '../timeline/events.ts';
import type { LessonProgress, ProgressStore } from './types.ts';

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
): LessonProgress => {
  // A silent replay only repeats what was recorded when the learner did it.
  if (before.phase === 'replaying' && event.type !== 'replay-finished') return progress;
  const done = (page: string) =>
    progress.pagesDone.includes(page) ? progress.pagesDone : [...progress.pagesDone, page];
  switch (event.type) {
    case 'page-entered': {
      const forward = pageIndex(before.lesson, event.page) > pageIndex(before.lesson, before.page);
      const pagesDone = forward && isPageDone(before) ? done(before.page) : progress.pagesDone;
      if (progress.page === event.page && pagesDone === progress.pagesDone) return progress;
      return { ...progress, pagesDone, page: event.page, updatedAt: now };
    }
    case 'replay-finished':
      if (progress.page === event.page) return progress;
      return { ...progress, page: event.page, updatedAt: now };
    case 'prediction-judged': {
      const choice = before.predictions[event.prediction]?.choice ?? null;
      const right = choice === null ? null : event.right.includes(choice);
      const predictions = { ...progress.predictions, [event.prediction]: { choice, right, at: now } };
      return { ...progress, predictions, updatedAt: now };
    }
    case 'lesson-finished':
      return {
        ...progress,
        pagesDone: done(before.page),
        finishedAt: progress.finishedAt ?? now,
        updatedAt: now,
      };
    default:
      return progress;
  }
};

const relevant: ReadonlySet<RunEvent['type']> = new Set([
  'page-entered',
  'replay-finished',
  'prediction-judged',
  'lesson-finished',
]);

/** To be given every event of a player (`onEvent`): saves what it says about progress as it happens. */
export const createProgressRecorder = (
  store: ProgressStore,
  lesson: Lesson,
  now: () => Date = () => new Date(),
): ((event: RunEvent) => void) => {
  let state = initialPlayerState(lesson);
  return (event) => {
    const before = state;
    state = reducePlayer(state, event);
    if (!relevant.has(event.type)) return;
    store.update(lesson.id, (progress) => recordEvent(progress, event, before, now().toISOString()));
  };
};
