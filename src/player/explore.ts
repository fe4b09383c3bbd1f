import { countInterleavings } from '../engine/interleave.ts';
import type { Lesson, SqlStep } from '../lesson/types.ts';
import type { Server } from '../postgres/types.ts';
import { Bench } from './bench.ts';
import { everyOrder } from './every-order.ts';
import type { Exploration, Outcome } from './lab-state.ts';
import { type PageSteps, pageSteps, whyBusy } from './orders.ts';
import { addOutcome, outcomeKey } from './outcomes.ts';
import { pageIndex } from './state.ts';

export type ExploreOptions = {
  readonly lesson: Lesson;
  /** Stays open. */
  readonly server: Server;
  /** Id of the page. */
  readonly page: string;
  /** Orders to run at most. */
  readonly bound: number;
  /** Before the first order and after each. */
  readonly onProgress?: (exploration: Exploration) => void;
  readonly signal?: AbortSignal;
};

export const defaultBound = 500;

/**
 * Runs all orders of a page's steps in which each session keeps its own, each on a fresh copy of the database as it is
 * at the start of the page, and groups them by outcome.
 *
 * What is not possible, because a session still waits, is not run and counted as `impossible` (every-order.ts).
 *
 * @throws {PostgresError | EngineError} when the server or the database cannot be had
 */
export const explore = async (options: ExploreOptions): Promise<Exploration> => {
  const { lesson, server, page, bound, signal } = options;
  const found = lesson.pages[pageIndex(lesson, page)];
  const steps: PageSteps = found ? pageSteps(found, server.info.major) : { lists: [], tail: [], own: [] };
  const lengths = steps.lists.map((list) => list.length);
  const bench = new Bench(lesson, server);
  let state: Exploration = {
    page,
    total: countInterleavings(lengths),
    played: 0,
    impossible: 0,
    outcomes: [],
    phase: 'running',
    problem: null,
  };
  const tell = (change: Partial<Exploration>): void => {
    state = { ...state, ...change };
    options.onProgress?.(state);
  };
  options.onProgress?.(state);
  const hush = (): void => void bench.hush().catch(() => {});
  signal?.addEventListener('abort', hush);
  let sent: SqlStep[] = [];
  try {
    const ending = await everyOrder({
      lengths,
      bound,
      signal,
      orders: {
        begin: async () => {
          sent = [];
          await bench.begin(page);
        },
        isBusy: (list) => whyBusy(steps.lists[list]?.[0]?.session ?? '', bench.timeline) !== null,
        send: async (list, index) => {
          const step = steps.lists[list]?.[index];
          if (!step) return;
          await bench.send(step);
          sent.push(step);
        },
        conclude: async () => {
          const outcome = await conclude(bench, page, steps, sent);
          tell({ played: state.played + 1, outcomes: addOutcome(state.outcomes, outcome) });
          return true;
        },
      },
      onImpossible: (count) => tell({ impossible: state.impossible + count }),
    });
    tell({ phase: ending });
    return state;
  } catch (error) {
    if (!signal?.aborted) throw error;
    tell({ phase: 'cancelled' });
    return state;
  } finally {
    signal?.removeEventListener('abort', hush);
    await bench.close();
  }
};

const conclude = async (
  bench: Bench,
  page: string,
  { own, tail }: PageSteps,
  sent: readonly SqlStep[],
): Promise<Outcome> => {
  for (const step of tail) if (whyBusy(step.session, bench.timeline) === null) await bench.send(step);
  const tables = await bench.tables();
  const unsent = own.filter((step) => !sent.includes(step)).map((step) => step.id);
  const { timeline } = bench;
  return {
    key: outcomeKey(timeline, page, unsent, tables, Date.now()),
    orders: 1,
    example: sent.map((step) => step.id),
    unsent,
    timeline,
    tables,
    own: sent.every((step, index) => own[index] === step),
  };
};
