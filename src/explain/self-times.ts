import type { Place } from './flatten.ts';
import type { Payments, Timing } from './payments.ts';

export type SelfTimes = {
  readonly self: Float64Array;
  readonly selfTolerance: Float64Array;
  /** What of `self` ran after the rest, in a CTE that nothing reads to its end: no part of the root's time. */
  readonly unscanned: Float64Array;
  /** By how much what a node pays for took longer than the node, 0 when rounding explains it. */
  readonly overrun: Float64Array;
};

/**
 * Self times that are never negative and add up to the root's time exactly. Where children took longer than their
 * parent (times are rounded; workers of a Gather go on after it has ended), the children's shares are shrunk to what
 * the parent had, and `overrun` says by how much when that is more than rounding.
 */
export const selfTimes = (
  places: readonly Place[],
  timing: Timing,
  payments: Payments,
  /** Ms of triggers that ran inside a node. */
  inside: Float64Array,
): SelfTimes => {
  const { wall, tolerance } = timing;
  const count = places.length;
  const need = Float64Array.from(inside);
  const selfTolerance = Float64Array.from(tolerance);
  const paysFor: { readonly payee: number; readonly share: number }[][] = places.map(() => []);
  const unpaid = new Int32Array(count);
  const amount = (payee: number, share: number): number =>
    share * ((wall[payee] ?? 0) - (payments.unscanned[payee] ?? 0));
  for (const { index } of places)
    for (const { node, share } of payments.payers[index] ?? []) {
      paysFor[node]?.push({ payee: index, share });
      unpaid[index] = (unpaid[index] ?? 0) + 1;
      need[node] = (need[node] ?? 0) + amount(index, share);
      selfTolerance[node] = (selfTolerance[node] ?? 0) + share * (tolerance[index] ?? 0);
    }

  const self = new Float64Array(count);
  const overrun = new Float64Array(count);
  const unscanned = new Float64Array(count);
  const late = Float64Array.from(payments.unscanned);
  const budget = Float64Array.from(payments.unscanned);
  if (count > 0) budget[0] = wall[0] ?? 0;
  const done = new Uint8Array(count);
  const settle = (start: number): void => {
    const ready = [start];
    for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
      if (done[node]) continue;
      done[node] = 1;
      const own = wall[node] ?? 0;
      const sum = need[node] ?? 0;
      const factor = own > 0 ? (budget[node] ?? 0) / own : 0;
      self[node] = factor * Math.max(0, own - sum);
      const part = (budget[node] ?? 0) > 0 ? (late[node] ?? 0) / (budget[node] ?? 1) : 0;
      unscanned[node] = part * (self[node] ?? 0);
      const shrink = factor * (sum > own ? own / sum : 1);
      if (sum - own > (selfTolerance[node] ?? 0) + 0.0011) overrun[node] = sum - own;
      for (const { payee, share } of paysFor[node] ?? []) {
        const given = shrink * amount(payee, share);
        budget[payee] = (budget[payee] ?? 0) + given;
        if (part > 0) late[payee] = (late[payee] ?? 0) + part * given;
        unpaid[payee] = (unpaid[payee] ?? 0) - 1;
        if (unpaid[payee] === 0) ready.push(payee);
      }
    }
  };
  for (const { index } of places) if (unpaid[index] === 0) settle(index);
  // Only a damaged plan has payers in a ring.
  for (const { index } of places) if (!done[index]) settle(index);
  return { self, selfTolerance, unscanned, overrun };
};

/**
 * The same for a counter, without shrinking: what a node counted less what those it pays for counted. A CTE's count
 * is spread by the shares of its time, but never more than a scan has.
 */
export const selfCounts = (
  totals: Float64Array,
  payments: Payments,
  ctes: readonly number[],
): Float64Array => {
  const self = Float64Array.from(totals);
  const { payers } = payments;
  for (let index = 1; index < totals.length; index++) {
    const own = payers[index];
    if (own?.length !== 1 || !own[0]) continue;
    self[own[0].node] = (self[own[0].node] ?? 0) - (totals[index] ?? 0);
  }
  for (const cte of ctes) {
    const own = payers[cte] ?? [];
    if (own.length < 2) continue;
    let left = totals[cte] ?? 0;
    const take = (node: number, wanted: number): void => {
      const taken = Math.max(0, Math.min(left, wanted, self[node] ?? 0));
      self[node] = (self[node] ?? 0) - taken;
      left -= taken;
    };
    for (const { node, share } of own) take(node, Math.round((totals[cte] ?? 0) * share));
    for (const { node } of own) take(node, left);
  }
  for (let index = 0; index < self.length; index++) self[index] = Math.max(0, self[index] ?? 0);
  return self;
};
