import { countInterleavings } from '../../engine/interleave.ts';
import type { Exercise, ExerciseCheck, Lesson } from '../../lesson/types.ts';
import type { Server } from '../../postgres/types.ts';
import { everyOrder } from '../every-order.ts';
import type { JudgeOptions } from '../judge-state.ts';
import { type ReadAnswer, readAnswer, sourceOf, statementsOf } from './answer.ts';
import type { Difference } from './compare-results.ts';
import { brokenExercise, type Ground } from './ground.ts';
import { changesDataOnly } from './kinds-of-answer.ts';
import { OrderLane, type Player } from './order-lane.ts';

type InterleaveCheck = Extract<ExerciseCheck, { kind: 'interleave' }>;

export type InterleaveOptions = {
  readonly lesson: Lesson;
  readonly exercise: Exercise;
  readonly server: Server;
  readonly answer: ReadAnswer;
  readonly onProgress: JudgeOptions['onProgress'] | undefined;
  readonly signal: AbortSignal | undefined;
  /** Databases to play on, for this and later answers; the caller closes them. */
  readonly grounds: readonly Ground[];
};

/** Orders to play at most; of more, so many are picked evenly. */
const mostOrders = 500;
/** Above this nobody would wait for them even to be counted off. */
const mostCounted = 200_000;

const settingsOf = (answer: ReadAnswer): boolean =>
  statementsOf(answer).some(({ node }) => node.type === 'VariableSetStmt' && node.fields.is_local !== true);

/** Names of the sessions that run the same: `you 1`, `you 2`. */
const playersOf = async (
  check: InterleaveCheck,
  exercise: Exercise,
  answer: ReadAnswer,
): Promise<{ players: Player[]; rowsOnly: boolean }> => {
  const [session = 'you'] = exercise.sessions;
  const own = statementsOf(answer).map(sourceOf);
  // A parameter that is set for the session would be set in the next order as well.
  const plain = changesDataOnly(answer) && !settingsOf(answer);
  if (check.with === null)
    return {
      players: Array.from({ length: check.copies }, (_, index) => ({
        session: `${session}_${index + 1}`,
        statements: own,
      })),
      rowsOnly: plain,
    };
  const other = await readAnswer(check.with, [session]);
  if (!('turns' in other)) throw brokenExercise(check.position, `with: ${other.message}`);
  const rival = session === 'other' ? 'another' : 'other';
  return {
    players: [
      { session, statements: own },
      { session: rival, statements: statementsOf(other).map(sourceOf) },
    ],
    rowsOnly: plain && changesDataOnly(other) && !settingsOf(other),
  };
};

/** Plays the answer beside itself or another transaction in all orders, for each check that asks for it. */
export const checkInterleavings = async (
  options: InterleaveOptions,
): Promise<{ readonly difference: Difference | null; readonly orders: number }> => {
  const { exercise, answer, signal, onProgress } = options;
  let orders = 0;
  for (const check of exercise.checks) {
    if (check.kind !== 'interleave') continue;
    const { players, rowsOnly } = await playersOf(check, exercise, answer);
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
    const broken: { readonly difference: Difference; readonly order: string }[] = [];
    const onBroken = (difference: Difference, order: readonly number[]): void => {
      broken.push({ difference, order: order.join('') });
    };
    let done = 0;
    const tell = (count: number): void => {
      done += count;
      onProgress?.({ phase: 'orders', done: Math.min(done, total), total: Math.min(total, mostOrders) });
    };
    tell(0);
    const lanes = options.grounds
      .slice(0, total > 6 ? 2 : 1)
      .map((ground) => new OrderLane(ground, { check, players, rowsOnly, onBroken }));
    const hush = (): void => {
      for (const ground of options.grounds) {
        ground.spoil();
        void ground.bench.hush().catch(() => {});
      }
    };
    signal?.addEventListener('abort', hush);
    try {
      await everyOrder({
        lengths,
        lanes: lanes.map((lane) => ({
          begin: lane.begin,
          isBusy: lane.isBusy,
          send: lane.send,
          conclude: async (order) => {
            const goOn = await lane.conclude(order);
            orders += 1;
            tell(1);
            return goOn;
          },
        })),
        bound: mostOrders,
        stride: Math.ceil(total / mostOrders),
        onImpossible: tell,
        signal,
      });
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      signal?.removeEventListener('abort', hush);
      for (const lane of lanes) await lane.close().catch(() => {});
    }
    // Of two that break it at the same time the first in order is shown, so that the verdict is mostly the same.
    const [first] = broken.sort((a, b) => (a.order < b.order ? -1 : 1));
    if (first) return { difference: first.difference, orders };
  }
  return { difference: null, orders };
};
