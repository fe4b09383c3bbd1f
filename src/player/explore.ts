import { countInterleavings, interleavings } from '../engine/interleave.ts';
import type { Lesson, SqlStep } from '../lesson/types.ts';
import type { Server } from '../postgres/types.ts';
import { Bench } from './bench.ts';
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

type Played = {
  readonly sent: readonly SqlStep[];
  /** How many steps of the order were sent before one whose session was still busy. */
  readonly reached: number;
};

/**
 * Runs all orders of a page's steps in which each session keeps its own, each on a fresh copy of the database as it is
 * at the start of the page, and groups them by outcome.
 *
 * A session that waits cannot be sent anything. An order that asks for it is not possible from there on, and neither is
 * any other order that begins alike; those are counted as `impossible` and not run. The exception: when every session
 * with steps left waits, nothing can go on, and that is an end like others, with steps `unsent`.
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
  /** Beginnings that cannot be gone on with, as the numbers of the lists. */
  let dead: readonly number[] | null = null;
  try {
    for (const order of interleavings(lengths)) {
      if (dead && startsWith(order, dead)) continue;
      if (state.played >= bound) {
        tell({ phase: 'bounded' });
        return state;
      }
      if (signal?.aborted) break;
      const { sent, reached } = await play(bench, page, steps, order);
      const stuck = reached < order.length && isStuck(bench, steps, order.slice(0, reached));
      if (reached < order.length) {
        // Orders come sorted, so all that begin like this one follow it directly.
        dead = stuck ? order.slice(0, reached) : order.slice(0, reached + 1);
        const skipped = countInterleavings(leftAfter(lengths, dead));
        if (!stuck) {
          tell({ impossible: state.impossible + skipped });
          continue;
        }
        tell({ impossible: state.impossible + skipped - 1 });
      }
      const outcome = await conclude(bench, page, steps, sent);
      tell({ played: state.played + 1, outcomes: addOutcome(state.outcomes, outcome) });
    }
    tell({ phase: signal?.aborted ? 'cancelled' : 'done' });
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

const startsWith = (order: readonly number[], beginning: readonly number[]): boolean =>
  beginning.every((list, index) => order[index] === list);

const leftAfter = (lengths: readonly number[], sent: readonly number[]): number[] =>
  lengths.map((length, list) => length - sent.filter((one) => one === list).length);

/** Whether every session that has steps left is busy. */
const isStuck = (bench: Bench, { lists }: PageSteps, sent: readonly number[]): boolean => {
  const left = leftAfter(
    lists.map((list) => list.length),
    sent,
  );
  return lists.every(
    (list, index) => left[index] === 0 || whyBusy(list[0]?.session ?? '', bench.timeline) !== null,
  );
};

/** Sends the steps of an order until one cannot be sent. */
const play = async (
  bench: Bench,
  page: string,
  { lists }: PageSteps,
  order: readonly number[],
): Promise<Played> => {
  await bench.begin(page);
  const sent: SqlStep[] = [];
  const next = lists.map(() => 0);
  for (const list of order) {
    const step = lists[list]?.[next[list] ?? 0];
    if (!step || whyBusy(step.session, bench.timeline) !== null) break;
    next[list] = (next[list] ?? 0) + 1;
    await bench.send(step);
    sent.push(step);
  }
  return { sent, reached: sent.length };
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
