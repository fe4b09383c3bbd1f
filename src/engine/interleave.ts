/**
 * How many orders there are of several lists when each keeps its own order: the multinomial coefficient
 * (n1 + n2 + …)! / (n1! n2! …). Exact up to 2^53, above that the nearest number.
 */
export const countInterleavings = (lengths: readonly number[]): number => {
  let count = 1;
  let placed = 0;
  for (const length of lengths) {
    // Each factor makes a binomial coefficient, so every division leaves no remainder.
    for (let index = 1; index <= length; index += 1) count = (count * (placed + index)) / index;
    placed += length;
  }
  return Math.round(count);
};

/**
 * All orders of the lists' items in which each list keeps its own order, one at a time, as the numbers of the lists.
 * Lists that come first go first: 001, 010, 100.
 */
export function* interleavings(lengths: readonly number[]): Generator<readonly number[]> {
  const left = [...lengths];
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const order: number[] = [];
  function* place(): Generator<readonly number[]> {
    if (order.length === total) yield [...order];
    for (const [list, rest] of left.entries()) {
      if (rest === 0) continue;
      left[list] = rest - 1;
      order.push(list);
      yield* place();
      order.pop();
      left[list] = rest;
    }
  }
  yield* place();
}
