import { answerCounts, fewestAnswers } from '../lesson/missing-answers.ts';
import type { Answer, Exercise, Lesson, VerdictKind } from '../lesson/types.ts';
import type { Server } from '../postgres/types.ts';
import { withRemedy } from '../text/error-words.ts';
import type { ClaimCheck } from '../timeline/events.ts';
import { Base } from './judge/base.ts';
import { createJudge } from './judge.ts';
import type { Judge, Verdict } from './judge-state.ts';

export type VerifyExercisesOptions = {
  readonly lesson: Lesson;
  /** Stays open. */
  readonly server: Server;
  readonly onCheck: (exercise: Exercise, check: ClaimCheck) => void;
  readonly signal?: AbortSignal | undefined;
};

/** What the judge has to say of an answer; null: that it passes. */
type Expected = Answer & { readonly name: string; readonly verdicts: readonly VerdictKind[] | null };

const answersOf = (exercise: Exercise): Expected[] => {
  const numbered = (
    name: string,
    list: readonly Answer[],
    verdicts: Expected['verdicts'] = null,
  ): Expected[] =>
    list.map(({ sql, position }, index) => ({
      name: list.length > 1 ? `${name} ${index + 1}` : name,
      sql,
      position,
      verdicts,
    }));
  return [
    ...numbered('solution', exercise.solutions),
    ...numbered('right', exercise.right),
    ...exercise.wrong.map(({ sql, position, verdicts }, index) => ({
      name: `wrong ${index + 1}`,
      sql,
      position,
      verdicts,
    })),
  ];
};

const sayVerdict = (verdict: Verdict): string => {
  if (verdict.outcome !== 'failed') return verdict.outcome;
  const hidden = verdict.data === 'hidden' ? ' on the hidden data' : '';
  return `${verdict.kind}${hidden}: ${verdict.sentence}`;
};

const check = (
  { file, line, column }: Answer['position'],
  ok: boolean,
  claimed: string,
  happened: string,
): ClaimCheck => ({ file, line, column, ok, claimed, happened });

const countChecks = (exercise: Exercise): ClaimCheck[] => {
  const { right, wrong } = answerCounts(exercise);
  const enough = (count: number, what: string): ClaimCheck =>
    check(exercise.position, count >= fewestAnswers, `${fewestAnswers} ${what}`, `${count}`);
  return [enough(right, 'right answers beside the solution'), enough(wrong, 'wrong answers')];
};

const verifyOne = async (
  { name, sql, position, verdicts }: Expected,
  judge: Judge,
  signal: AbortSignal | undefined,
): Promise<ClaimCheck> => {
  const verdict = await judge.judge(sql, signal ? { signal } : {});
  const kind = verdict.outcome === 'failed' ? verdict.kind : null;
  const ok = verdicts === null ? verdict.outcome === 'passed' : kind !== null && verdicts.includes(kind);
  const claimed = verdicts === null ? `${name} passes` : `${name} fails with ${verdicts.join(' or ')}`;
  return check(position, ok, claimed, sayVerdict(verdict));
};

const verifyExercise = async (
  exercise: Exercise,
  judge: Judge,
  { onCheck, signal }: VerifyExercisesOptions,
): Promise<void> => {
  for (const one of countChecks(exercise)) onCheck(exercise, one);
  try {
    for (const answer of answersOf(exercise)) {
      signal?.throwIfAborted();
      onCheck(exercise, await verifyOne(answer, judge, signal));
    }
    if (exercise.starter.trim() !== '') {
      const verdict = await judge.judge(exercise.starter, signal ? { signal } : {});
      const failed = verdict.outcome === 'failed';
      onCheck(exercise, check(exercise.position, failed, 'the starter does not pass', sayVerdict(verdict)));
    }
  } catch (error) {
    signal?.throwIfAborted();
    onCheck(exercise, check(exercise.position, false, 'the exercise can be judged', withRemedy(error)));
  } finally {
    await judge.close();
  }
};

/**
 * Judges every answer that an author gives with an exercise, and what the editor holds at first, which may not pass. What is
 * wrong with an exercise itself is a check that fails.
 */
export const verifyExercises = async (options: VerifyExercisesOptions): Promise<void> => {
  const { lesson, server, signal } = options;
  const bases: Base[] = [];
  try {
    for (const exercise of lesson.pages.flatMap(({ blocks }) => blocks)) {
      if (exercise.kind !== 'exercise') continue;
      signal?.throwIfAborted();
      const base = new Base({ lesson, exercise, server }, bases.at(-1));
      bases.push(base);
      await verifyExercise(exercise, createJudge({ lesson, exercise, server, base, spare: false }), options);
    }
  } finally {
    await Promise.all(bases.map((base) => base.close()));
  }
};
