import { countInterleavings, interleavings } from '../engine/interleave.ts';

/** A database of its own on which one order after the other is played. */
export type Lane = {
  /** Makes it ready for another order. */
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
  /** All work at the same time, each at an order of its own. */
  readonly lanes: readonly Lane[];
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
  const { lengths, lanes, bound, stride = 1, signal } = options;
  const orders = interleavings(lengths);
  /** Beginnings that cannot be gone on with. */
  const dead: (readonly number[])[] = [];
  let taken = 0;
  let played = 0;
  let ending: 'done' | 'bounded' | 'cancelled' = 'done';
  let over = false;

  const next = (): readonly number[] | null => {
    // A loop over `orders` itself would end them when it is left.
    for (let { value: order, done } = orders.next(); !done; { value: order, done } = orders.next()) {
      taken += 1;
      if ((taken - 1) % stride !== 0 || dead.some((beginning) => startsWith(order, beginning))) continue;
      if (played >= bound) {
        ending = 'bounded';
        return null;
      }
      played += 1;
      return order;
    }
    return null;
  };

  /** @returns how many items of the order were sent before one whose session was still busy */
  const play = async (lane: Lane, order: readonly number[]): Promise<number> => {
    await lane.begin();
    const sent = lengths.map(() => 0);
    for (const [reached, list] of order.entries()) {
      if (over || signal?.aborted || lane.isBusy(list)) return reached;
      const index = sent[list] ?? 0;
      sent[list] = index + 1;
      await lane.send(list, index);
    }
    return order.length;
  };

  const work = async (lane: Lane): Promise<void> => {
    while (!over) {
      if (signal?.aborted) {
        ending = 'cancelled';
        return;
      }
      const order = next();
      if (order === null) return;
      const reached = await play(lane, order);
      if (over || signal?.aborted) continue;
      if (reached < order.length) {
        const left = leftAfter(lengths, order.slice(0, reached));
        const stuck = left.every((count, list) => count === 0 || lane.isBusy(list));
        const beginning = stuck ? order.slice(0, reached) : order.slice(0, reached + 1);
        // Another lane may have come to the same.
        const isNew = !dead.some((one) => startsWith(beginning, one));
        if (isNew) dead.push(beginning);
        const skipped = countInterleavings(leftAfter(lengths, beginning)) - (stuck ? 1 : 0);
        if (isNew && skipped > 0) options.onImpossible(skipped);
        if (!stuck || !isNew) {
          played -= 1;
          continue;
        }
      }
      if (!(await lane.conclude(order.slice(0, reached)))) over = true;
    }
  };

  await Promise.all(
    lanes.map(async (lane) => {
      try {
        await work(lane);
      } catch (error) {
        // The others would go on for nothing.
        over = true;
        throw error;
      }
    }),
  );
  return signal?.aborted ? 'cancelled' : ending;
};
