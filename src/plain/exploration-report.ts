import { differences } from '../draw/exploration.ts';
import type { Lesson } from '../lesson/types.ts';
import type { Exploration } from '../player/lab-state.ts';
import { asciiGlyphs } from '../text/glyphs.ts';

/** An exploration as data: what `explore --format json` prints. */
export const explorationReport = (exploration: Exploration, lesson: Lesson): unknown => {
  const { page, total, played, impossible, phase, outcomes } = exploration;
  const apart = differences(outcomes, lesson, page, asciiGlyphs);
  return {
    lesson: lesson.id,
    page,
    orders: { total, played, impossible, complete: phase === 'done' },
    outcomes: outcomes.map((outcome, index) => ({
      orders: outcome.orders,
      own: outcome.own,
      example: outcome.example,
      unsent: outcome.unsent,
      differences: apart[index] ?? [],
      tables: outcome.tables,
      steps: outcome.timeline.steps
        .filter((step) => step.page === page)
        .map(({ step, session, status, results, error, waits }) => ({
          step,
          session,
          status,
          results,
          error,
          waitedFor: [...new Set(waits.flatMap((wait) => wait.by))],
        })),
    })),
  };
};
