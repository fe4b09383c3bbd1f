import type { Exercise, Position } from './types.ts';

/** So many answers that pass beside the first solution, and so many that fail, show that the checks of an exercise hold. */
export const fewestAnswers = 2;

/** How many answers of each kind an exercise comes with. */
export const answerCounts = ({ solutions, right, wrong }: Exercise): { right: number; wrong: number } => ({
  right: solutions.length - 1 + right.length,
  wrong: wrong.length,
});

/** What is to be said of an exercise with too few of them, and where. */
export const missingAnswers = (exercise: Exercise): { position: Position; what: string }[] => {
  const { right, wrong } = answerCounts(exercise);
  const say = (count: number, kind: string): { position: Position; what: string }[] =>
    count >= fewestAnswers
      ? []
      : [
          {
            position: exercise.position,
            what: `the exercise ${exercise.id} has ${count} ${kind}; ${fewestAnswers} are the fewest`,
          },
        ];
  return [...say(right, 'right answers beside the solution'), ...say(wrong, 'wrong answers')];
};
