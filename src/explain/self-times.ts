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
  const need = new Float64Array(inside);
  const selfTolerance = new Float64Array(tolerance);
  /** InitPlans and CTEs by who pays for them. */
  const elsewhere = new Map<number, { readonly payee: number; readonly share: number }[]>();
  const unpaid = new Int32Array(count);
  const amount = (payee: number, share: number): number =>
    share * ((wall[payee] ?? 0) - (payments.unscanned[payee] ?? 0));
  const owe = (payee: number, node: number, share: number): void => {
    unpaid[payee] = (unpaid[payee] ?? 0) + 1;
    need[node] = (need[node] ?? 0) + amount(payee, share);
    selfTolerance[node] = (selfTolerance[node] ?? 0) + share * (tolerance[payee] ?? 0);
  };
  for (const { index, parent } of places) {
    const payers = payments.payers.get(index);
    if (!payers && parent >= 0) owe(index, parent, 1);
    for (const { node, share } of payers ?? []) {
      const payees = elsewhere.get(node) ?? [];
      payees.push({ payee: index, share });
      elsewhere.set(node, payees);
      owe(index, node, share);
    }
  }

  const self = new Float64Array(count);
  const overrun = new Float64Array(count);
  const unscanned = new Float64Array(count);
  const late = new Float64Array(payments.unscanned);
  const budget = new Float64Array(payments.unscanned);
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
      const give = (payee: number, share: number): void => {
        const given = shrink * amount(payee, share);
        budget[payee] = (budget[payee] ?? 0) + given;
        if (part > 0) late[payee] = (late[payee] ?? 0) + part * given;
        unpaid[payee] = (unpaid[payee] ?? 0) - 1;
        if (unpaid[payee] === 0) ready.push(payee);
      };
      for (const child of places[node]?.children ?? []) if (!payments.payers.has(child)) give(child, 1);
      for (const { payee, share } of elsewhere.get(node) ?? []) give(payee, share);
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
  places: readonly Place[],
  { payers }: Payments,
): Float64Array => {
  const self = new Float64Array(totals);
  for (const { index, parent } of places) {
    const own = payers.get(index);
    const payer = own ? (own.length === 1 ? own[0]?.node : undefined) : parent;
    if (payer !== undefined && payer >= 0) self[payer] = (self[payer] ?? 0) - (totals[index] ?? 0);
  }
  for (const [payee, own] of payers) {
    if (own.length < 2) continue;
    const total = totals[payee] ?? 0;
    let left = total;
    const take = (node: number, wanted: number): void => {
      const taken = Math.max(0, Math.min(left, wanted, self[node] ?? 0));
      self[node] = (self[node] ?? 0) - taken;
      left -= taken;
    };
    for (const { node, share } of own) take(node, Math.round(total * share));
    for (const { node } of own) take(node, left);
  }
  for (let index = 0; index < self.length; index++) self[index] = Math.max(0, self[index] ?? 0);
  return self;
};
