import { availableParallelism } from 'node:os';
import { type Result, tally, type VerifyRun } from '../authoring/verify-report.ts';
import type { Lesson } from '../lesson/types.ts';
import { runLesson } from '../player/run-lesson.ts';
import type { Server } from '../postgres/types.ts';
import { unmetOn } from './needs.ts';
import type { ServerAccess } from './server.ts';

export type VerifyOptions = {
  readonly lessons: readonly Lesson[];
  readonly accesses: readonly ServerAccess[];
  /** How often each lesson is played on each server. */
  readonly repeat: number;
  /** Judges the answers that exercises come with, in the first of the runs: only claims can flicker. */
  readonly exercises: boolean;
  readonly signal: AbortSignal;
  /** Told when a run begins. */
  readonly onRun: (lesson: Lesson, server: Server) => void;
  /** Told when all runs of a lesson on a server are over. */
  readonly onResult: (lesson: Lesson, result: Result, runs: readonly VerifyRun[]) => void;
};

/**
 * Sessions mostly wait for each other and for the server's timeouts, so a processor serves more than one lesson;
 * with more than this, plans and timeouts begin to feel each other.
 */
const lessonsForEachProcessor = 1.5;

const limit = (): number => Math.max(2, Math.round(availableParallelism() * lessonsForEachProcessor));

/** At most `limit` pieces of work at a time, in order. */
const inParallel = async (works: readonly (() => Promise<void>)[]): Promise<void> => {
  const queue = works.values();
  const worker = async (): Promise<void> => {
    for (const work of queue) await work();
  };
  await Promise.all(Array.from({ length: Math.min(limit(), works.length) }, worker));
};

const aboutOf = ({ id, number, title, file }: Lesson, { info: { version, major } }: Server) => ({
  postgres: { version, major },
  lesson: { id, number, title, file },
});

const play = async (
  lesson: Lesson,
  server: Server,
  exercises: boolean,
  signal: AbortSignal,
): Promise<VerifyRun> => {
  const from = performance.now();
  const { checks, error } = await runLesson({ lesson, server, signal, exercises });
  return { checks, error, seconds: (performance.now() - from) / 1000 };
};

/** Plays every lesson on every server, as many at a time as the machine can bear. Ends early when aborted. */
export const verifyLessons = async (options: VerifyOptions): Promise<void> => {
  const { lessons, accesses, repeat, signal, onRun, onResult } = options;
  const works = lessons.flatMap((lesson) =>
    accesses.flatMap((access) => {
      const runs: VerifyRun[] = [];
      let skipped = false;
      return Array.from({ length: repeat }, (_, turn) => async () => {
        if (signal.aborted || skipped) return;
        const server = await access.open();
        const unmet = await unmetOn(server, lesson.needs);
        if (skipped) return;
        if (unmet.length > 0) {
          skipped = true;
          onResult(
            lesson,
            { ...tally(aboutOf(lesson, server), []), skipped: `needs ${unmet.join(', ')}` },
            [],
          );
          return;
        }
        onRun(lesson, server);
        const run = await play(lesson, server, options.exercises && turn === 0, signal);
        if (signal.aborted) return;
        runs.push(run);
        if (runs.length === repeat) onResult(lesson, tally(aboutOf(lesson, server), runs), runs);
      });
    }),
  );
  await inParallel(works);
};
