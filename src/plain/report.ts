import type { Lesson } from '../lesson/types.ts';
import type { PlayerState } from '../player/state.ts';
import type { ClaimCheck } from '../timeline/events.ts';

/** A whole run as one JSON value; times are ms since the run began. */
export type LessonReport = {
  readonly lesson: Pick<Lesson, 'id' | 'number' | 'title' | 'summary' | 'file'>;
  readonly postgres: PlayerState['server'];
  readonly pages: readonly {
    readonly id: string;
    readonly title: string;
    readonly steps: readonly unknown[];
    readonly predictions: readonly unknown[];
    readonly exercises: readonly unknown[];
  }[];
  readonly checks: readonly ClaimCheck[];
  /** Why the lesson could not be played to its end; null: it was. */
  readonly error: string | null;
};

type Summary = { readonly checks: readonly ClaimCheck[]; readonly error: string | null };

/** @param states the state at the end of each page, in order */
export const lessonReport = (
  lesson: Lesson,
  states: ReadonlyMap<string, PlayerState>,
  summary: Summary,
): LessonReport => {
  const { id, number, title, file } = lesson;
  const last = [...states.values()].at(-1);
  return {
    lesson: { id, number, title, summary: lesson.summary, file },
    postgres: last?.server ?? null,
    pages: lesson.pages.flatMap((page) => {
      const state = states.get(page.id);
      if (!state) return [];
      // A wait of an earlier page may have ended since: the last state knows.
      const steps = (last ?? state).timeline.steps.filter((step) => step.page === page.id);
      const predictions = page.blocks.flatMap((block) => {
        if (block.kind !== 'prediction') return [];
        const right = state.predictions[block.id]?.right ?? null;
        return [
          { id: block.id, question: block.question, choices: block.choices.map(({ text }) => text), right },
        ];
      });
      const exercises = page.blocks.flatMap((block) => {
        if (block.kind !== 'exercise') return [];
        const solutions = block.solutions.map(({ label, sql }) => ({ label, sql }));
        return [{ id: block.id, passed: (last ?? state).exercises[block.id] === 'passed', solutions }];
      });
      return [{ id: page.id, title: page.title, steps, predictions, exercises }];
    }),
    checks: summary.checks,
    error: summary.error,
  };
};
