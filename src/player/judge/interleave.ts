import { countInterleavings } from '../../engine/interleave.ts';
import type { Exercise, ExerciseCheck } from '../../lesson/types.ts';
import { everyOrder } from '../every-order.ts';
import type { JudgeOptions } from '../judge-state.ts';
import { type ReadAnswer, readAnswer, sourceOf, statementsOf } from './answer.ts';
import type { Difference } from './compare-results.ts';
import { brokenExercise, type Ground } from './ground.ts';
import { OrderLane, type Player } from './order-lane.ts';

type InterleaveCheck = Extract<ExerciseCheck, { kind: 'interleave' }>;

export type InterleaveOptions = {
  readonly exercise: Exercise;
  readonly answer: ReadAnswer;
  readonly onProgress: JudgeOptions['onProgress'] | undefined;
  readonly signal: AbortSignal | undefined;
  /** Where to play; the caller closes it. */
  readonly ground: Ground;
};

/** Orders to play at most; of more, so many are picked evenly. */
const mostOrders = 500;
/** Above this nobody would wait for them even to be counted off. */
const mostCounted = 200_000;

/** Who runs what: those that run the same are called `you_1`, `you_2`. */
const playersOf = async (
  check: InterleaveCheck,
  exercise: Exercise,
  answer: ReadAnswer,
): Promise<{ players: Player[]; answers: ReadAnswer[] }> => {
  const [session = 'you'] = exercise.sessions;
  const own = statementsOf(answer).map(sourceOf);
  if (check.with === null)
    return {
      players: Array.from({ length: check.copies }, (_, index) => ({
        session: `${session}_${index + 1}`,
        statements: own,
      })),
      answers: [answer],
    };
  const other = await readAnswer(check.with, [session]);
  if (!('turns' in other)) throw brokenExercise(check.position, `with: ${other.message}`);
  const rival = session === 'other' ? 'another' : 'other';
  return {
    players: [
      { session, statements: own },
      { session: rival, statements: statementsOf(other).map(sourceOf) },
    ],
    answers: [answer, other],
  };
};

/** Plays the answer beside itself or another transaction in all orders, for each check that asks for it. */
export const checkInterleavings = async (
  options: InterleaveOptions,
): Promise<{ readonly difference: Difference | null; readonly orders: number }> => {
  const { exercise, ground, answer, signal, onProgress } = options;
  let orders = 0;
  for (const check of exercise.checks) {
    if (check.kind !== 'interleave') continue;
    const { players, answers } = await playersOf(check, exercise, answer);
    const lengths = players.map(({ statements }) => statements.length);
    const total = countInterleavings(lengths);
    if (total > mostCounted)
      return {
        difference: {
          kind: 'interleave',
          sentence: `Of so many statements there are ${total} orders, too many to try: write fewer.`,
          evidence: null,
        },
        orders,
      };
    let done = 0;
    const tell = (count: number): void => {
      done += count;
      onProgress?.({ phase: 'orders', done: Math.min(done, total), total: Math.min(total, mostOrders) });
    };
    tell(0);
    const lane = new OrderLane(ground, { check, players, answers });
    const hush = (): void => {
      ground.spoil();
      void ground.bench.hush().catch(() => {});
    };
    signal?.addEventListener('abort', hush);
    try {
      await everyOrder({
        lengths,
        orders: {
          begin: lane.begin,
          isBusy: lane.isBusy,
          send: lane.send,
          conclude: async (order) => {
            const goOn = await lane.conclude(order);
            orders += 1;
            tell(1);
            return goOn;
          },
        },
        bound: mostOrders,
        stride: Math.ceil(total / mostOrders),
        onImpossible: tell,
        signal,
      });
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      signal?.removeEventListener('abort', hush);
    }
    if (lane.difference) return { difference: lane.difference, orders };
  }
  return { difference: null, orders };
};
