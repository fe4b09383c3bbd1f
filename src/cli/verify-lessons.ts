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
  /** How often each lesson is played on each server. Its exercises are judged in the first of these runs. */
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

/**
 * Sessions that one lesson has at a time, and its exercises: the lesson's own or, after them, those of two databases, and those
 * that keep databases from being taken for leftovers.
 */
const sessionsForEachLesson = 18;

/** How many lessons a server has room for, beside those who are connected already. */
const roomOn = async (server: Server): Promise<number> => {
  const connection = await server.connect({
    database: server.info.database,
    applicationName: 'pg-tutor verify',
  });
  try {
    const [row] = await connection.rows(`
      select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - count(*) from pg_stat_activity where backend_type = 'client backend'`);
    return Math.max(1, Math.floor(Number(row?.[0]) / sessionsForEachLesson));
  } finally {
    await connection.end();
  }
};

/** Lets so many pieces of work in at a time; the others wait. */
const createGate = (most: number) => {
  let free = most;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
};

/** Roughly how long a lesson takes: an answer that is tried in every order of its statements takes as long as many steps. */
const effort = ({ pages }: Lesson): number =>
  pages
    .flatMap(({ blocks }) => blocks)
    .reduce((sum, block) => {
      if (block.kind !== 'exercise') return sum + 1;
      const answers = block.solutions.length + block.right.length + block.wrong.length;
      return sum + answers * (block.checks.some(({ kind }) => kind === 'interleave') ? 20 : 2);
    }, 0);

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
  const gates = new Map<Server, Promise<ReturnType<typeof createGate>>>();
  const gateOf = (server: Server) => {
    const gate = gates.get(server) ?? roomOn(server).then(createGate);
    gates.set(server, gate);
    return gate;
  };
  // The longest first: else all others wait for it at the end.
  const longestFirst = [...lessons].sort((a, b) => effort(b) - effort(a));
  const works = longestFirst.flatMap((lesson) =>
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
        const gate = await gateOf(server);
        const run = await gate(() => {
          onRun(lesson, server);
          return play(lesson, server, options.exercises && turn === 0, signal);
        });
        if (signal.aborted) return;
        runs.push(run);
        if (runs.length === repeat) onResult(lesson, tally(aboutOf(lesson, server), runs), runs);
      });
    }),
  );
  await inParallel(works);
};
