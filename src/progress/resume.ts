import type { Lesson } from '../lesson/types.ts';
import { isStep } from '../player/state.ts';
import type { LessonProgress } from './types.ts';

/** A place in a lesson. */
export type Place = {
  /** Id of the page; null: the first. */
  readonly page: string | null;
  /** Id of the last step of the page to have run already; null: none. */
  readonly after: string | null;
  /** Answers given on the page, by prediction id; null: skipped. */
  readonly answers: Readonly<Record<string, number | null>>;
};

export const startOf = (page: string | null): Place => ({ page, after: null, answers: {} });

/** Where the learner left; the start when the lesson is finished, was never opened, or has lost that page since. */
export const resumePlace = (lesson: Lesson, progress: LessonProgress): Place => {
  const page = lesson.pages.find(({ id }) => id === progress.page);
  if (!page || progress.finishedAt !== null) return startOf(null);
  const known = page.blocks.some((block) => isStep(block) && block.id === progress.step);
  if (!known) return startOf(page.id);
  const answers = page.blocks.flatMap((block): [string, number | null][] => {
    const last = block.kind === 'prediction' ? progress.predictions[block.id]?.answers.at(-1) : undefined;
    return block.kind === 'prediction' && last ? [[block.id, last.choice]] : [];
  });
  return { page: page.id, after: progress.step, answers: Object.fromEntries(answers) };
};
