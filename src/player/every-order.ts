import { countInterleavings, interleavings } from '../engine/interleave.ts';

/** What plays one order after the other. */
export type Orders = {
  /** Makes ready for another order. */
  readonly begin: () => Promise<void>;
  /** Whether the session of this list (from 0) cannot be sent anything now. */
  readonly isBusy: (list: number) => boolean;
  /** Sends an item (from 0) of a list and waits until all has settled. */
  readonly send: (list: number, index: number) => Promise<void>;
  /** At the end of an order, or where nobody can go on. @returns whether there is any use in the other orders */
  readonly conclude: (order: readonly number[]) => Promise<boolean>;
};

export type EveryOrderOptions = {
  /** How many items each list has. */
  readonly lengths: readonly number[];
  readonly orders: Orders;
  /** Orders to play at most. */
  readonly bound: number;
  /** Every so many orders one is played. */
  readonly stride?: number;
  /** So many more orders cannot be: a session in them still waits when it is its turn. */
  readonly onImpossible: (count: number) => void;
  readonly signal?: AbortSignal | undefined;
};

const startsWith = (order: readonly number[], beginning: readonly number[]): boolean =>
  beginning.every((list, index) => order[index] === list);

const leftAfter = (lengths: readonly number[], sent: readonly number[]): number[] =>
  lengths.map((length, list) => length - sent.filter((one) => one === list).length);

/**
 * Plays all orders of several lists in which each keeps its own.
 *
 * A session that waits cannot be sent anything. An order that asks for it is not possible from there on, and neither is
 * any other order that begins alike; those are counted and not played. The exception: when every session that has items left
 * waits, nothing can go on, and that is an end like others.
 */
export const everyOrder = async (options: EveryOrderOptions): Promise<'done' | 'bounded' | 'cancelled'> => {
  const { lengths, orders, bound, stride = 1, signal } = options;
  /** Beginnings that cannot be gone on with. */
  const dead: (readonly number[])[] = [];
  let taken = 0;
  let played = 0;

  /** @returns how many items of the order were sent before one whose session was still busy */
  const play = async (order: readonly number[]): Promise<number> => {
    await orders.begin();
    const sent = lengths.map(() => 0);
    for (const [reached, list] of order.entries()) {
      if (signal?.aborted || orders.isBusy(list)) return reached;
      const index = sent[list] ?? 0;
      sent[list] = index + 1;
      await orders.send(list, index);
    }
    return order.length;
  };

  for (const order of interleavings(lengths)) {
    taken += 1;
    if ((taken - 1) % stride !== 0 || dead.some((beginning) => startsWith(order, beginning))) continue;
    if (signal?.aborted) break;
    if (played >= bound) return 'bounded';
    const reached = await play(order);
    if (signal?.aborted) break;
    if (reached < order.length) {
      const left = leftAfter(lengths, order.slice(0, reached));
      const stuck = left.every((count, list) => count === 0 || orders.isBusy(list));
      const beginning = order.slice(0, stuck ? reached : reached + 1);
      dead.push(beginning);
      const skipped = countInterleavings(leftAfter(lengths, beginning)) - (stuck ? 1 : 0);
      if (skipped > 0) options.onImpossible(skipped);
      if (!stuck) continue;
    }
    played += 1;
    if (!(await orders.conclude(order.slice(0, reached)))) break;
  }
  return signal?.aborted ? 'cancelled' : 'done';
};
