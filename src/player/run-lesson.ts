import { EngineError } from '../engine/error.ts';
import type { Exercise, Lesson, Prediction } from '../lesson/types.ts';
import type { Server } from '../postgres/types.ts';
import { withRemedy } from '../text/error-words.ts';
import type { ClaimCheck, EventBody, RunEvent } from '../timeline/events.ts';
import { type Clock, createRecorder } from '../timeline/recorder.ts';
import { Stage } from './stage.ts';
import { appliesTo, initialPlayerState, isStep, reducePlayer } from './state.ts';

export type RunOptions = {
  readonly lesson: Lesson;
  /** Stays open. */
  readonly server: Server;
  readonly clock?: Clock;
  readonly onEvent?: (event: RunEvent) => void;
  /** Exercises are solved: the first solution of each is judged, and must pass. */
  readonly solve?: boolean;
  /** Aborting ends the sessions and drops the database. */
  readonly signal?: AbortSignal;
  /** Whether the answers that exercises come with are judged as well. */
  readonly exercises?: boolean;
};

export type RunSummary = {
  readonly checks: readonly ClaimCheck[];
  readonly failed: readonly ClaimCheck[];
  /** Why the lesson could not be played to its end; null: it was. */
  readonly error: string | null;
};

/** A prediction teaches something only when exactly one of its choices comes true. */
const checkPrediction = (prediction: Prediction, right: readonly number[]): ClaimCheck => {
  const { file, line, column } = prediction.position;
  const happened = right.length === 0 ? 'none' : right.map((index) => `choice ${index + 1}`).join(' and ');
  return { file, line, column, ok: right.length === 1, claimed: 'exactly one choice comes true', happened };
};

/** Loaded when there are any: it brings PostgreSQL's parser along. */
const checkExercises = async (
  lesson: Lesson,
  server: Server,
  emit: (body: EventBody) => void,
  signal: AbortSignal | undefined,
): Promise<void> => {
  if (lesson.counts.exercises === 0) return;
  const { verifyExercises } = await import('./verify-exercises.ts');
  const onCheck = ({ id }: { id: string }, check: ClaimCheck): void =>
    emit({ type: 'claim-checked', step: id, check });
  await verifyExercises({ lesson, server, signal, onCheck });
};

/** Plays a lesson without a learner: every step, every claim, every prediction answered by what happened. */
export const runLesson = async (options: RunOptions): Promise<RunSummary> => {
  const { lesson, server, signal } = options;
  let state = initialPlayerState(lesson);
  const checks: ClaimCheck[] = [];
  const emit = createRecorder(options.clock ?? (() => performance.now()), (event) => {
    state = reducePlayer(state, event);
    if (event.type === 'claim-checked') checks.push(event.check);
    options.onEvent?.(event);
  });
  const { version, major, own } = server.info;
  const solve = async (exercise: Exercise): Promise<void> => {
    const [solution] = exercise.solutions;
    if (!solution) return;
    const { createJudge } = await import('./judge.ts');
    const judge = createJudge({ lesson, exercise, server, spare: false });
    try {
      const verdict = await judge.judge(solution.sql, signal ? { signal } : {});
      if (verdict.outcome === 'cancelled') return;
      const passed = verdict.outcome === 'passed';
      const sentence = passed ? null : verdict.sentence;
      emit({ type: 'exercise-judged', exercise: exercise.id, answer: solution.sql, passed, sentence });
      const { file, line, column } = solution.position;
      const check = {
        file,
        line,
        column,
        ok: passed,
        claimed: 'the solution passes',
        happened: sentence ?? 'it passes',
      };
      emit({ type: 'claim-checked', step: exercise.id, check });
    } finally {
      await judge.close();
    }
  };
  emit({ type: 'run-started', lesson: lesson.id, postgres: { version, major, own } });
  const stage = new Stage(lesson, server, emit, () => state.timeline, { once: true });
  const abort = () => void stage.close();
  signal?.addEventListener('abort', abort);
  let error: string | null = null;
  try {
    signal?.throwIfAborted();
    await stage.fresh('start');
    for (const page of lesson.pages) {
      emit({ type: 'page-entered', page: page.id });
      for (const step of page.blocks) {
        if (step.kind === 'exercise' && options.solve) await solve(step);
        if (!isStep(step) || !appliesTo(step, major)) continue;
        await stage.perform(step);
        if (state.phase === 'broken') throw new EngineError(state.problem ?? 'the run broke');
        await stage.check(step);
        for (const block of page.blocks) {
          if (block.kind !== 'prediction' || block.step !== step.id) continue;
          const right = await stage.judge(block);
          emit({ type: 'claim-checked', step: step.id, check: checkPrediction(block, right) });
        }
      }
    }
    stage.finish();
    // Its sessions are not needed any more, and judges have some of their own.
    await stage.close();
    if (options.exercises) await checkExercises(lesson, server, emit, signal);
    emit({ type: 'lesson-finished' });
  } catch (thrown) {
    error = withRemedy(thrown);
    emit({ type: 'run-failed', message: error });
  } finally {
    signal?.removeEventListener('abort', abort);
    await stage.close();
  }
  return { checks, failed: checks.filter((check) => !check.ok), error };
};
