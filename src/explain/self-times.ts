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
  /** InitPlans and CTEs by who pays for them, and how many have yet to pay for each. */
  const elsewhere = new Map<number, { readonly payee: number; readonly share: number }[]>();
  const unpaid = new Int32Array(count);
  for (const { index, parent } of places) {
    const payers = payments.payers.get(index);
    if (!payers) {
      if (parent < 0) continue;
      need[parent] = (need[parent] ?? 0) + (wall[index] ?? 0);
      selfTolerance[parent] = (selfTolerance[parent] ?? 0) + (tolerance[index] ?? 0);
      continue;
    }
    const due = (wall[index] ?? 0) - (payments.unscanned[index] ?? 0);
    for (const { node, share } of payers) {
      const payees = elsewhere.get(node) ?? [];
      payees.push({ payee: index, share: share * due });
      elsewhere.set(node, payees);
      unpaid[index] = (unpaid[index] ?? 0) + 1;
      need[node] = (need[node] ?? 0) + share * due;
      selfTolerance[node] = (selfTolerance[node] ?? 0) + share * (tolerance[index] ?? 0);
    }
  }

  const self = new Float64Array(count);
  const overrun = new Float64Array(count);
  const unscanned = new Float64Array(count);
  const late = new Float64Array(payments.unscanned);
  const budget = new Float64Array(payments.unscanned);
  if (count > 0) budget[0] = wall[0] ?? 0;
  /** Of each node what part of their time those it pays for get, and what part of that is late. */
  const given = new Float64Array(count);
  const lateness = new Float64Array(count);
  const done = new Uint8Array(count);
  const ready: number[] = [];
  const pay = (node: number): void => {
    for (const { payee, share } of elsewhere.get(node) ?? []) {
      const ms = (given[node] ?? 0) * share;
      budget[payee] = (budget[payee] ?? 0) + ms;
      late[payee] = (late[payee] ?? 0) + (lateness[node] ?? 0) * ms;
      unpaid[payee] = (unpaid[payee] ?? 0) - 1;
      if (unpaid[payee] === 0) ready.push(payee);
    }
  };
  /** A subtree from its top down, less what below it waits for another to pay. */
  const settle = (top: number): void => {
    const last = places[top]?.last ?? -1;
    for (let node = top; node <= last; node++) {
      if (done[node] === 1 || (unpaid[node] ?? 0) > 0) {
        node = places[node]?.last ?? last;
        continue;
      }
      done[node] = 1;
      const own = wall[node] ?? 0;
      const sum = need[node] ?? 0;
      const parent = places[node]?.parent ?? -1;
      if (parent >= 0 && !payments.payers.has(node)) {
        budget[node] = (given[parent] ?? 0) * own;
        late[node] = (lateness[parent] ?? 0) * (budget[node] ?? 0);
      }
      const paid = budget[node] ?? 0;
      const factor = own > 0 ? paid / own : 0;
      const mine = factor * Math.max(0, own - sum);
      const part = paid > 0 ? (late[node] ?? 0) / paid : 0;
      self[node] = mine;
      unscanned[node] = part * mine;
      lateness[node] = part;
      given[node] = factor * (sum > own ? own / sum : 1);
      if (sum - own > (selfTolerance[node] ?? 0) + 0.0011) overrun[node] = sum - own;
      if (elsewhere.size > 0) pay(node);
    }
  };
  for (const { index } of places) {
    if (done[index] === 1 || (unpaid[index] ?? 0) > 0) continue;
    ready.push(index);
    for (let next = ready.pop(); next !== undefined; next = ready.pop()) settle(next);
  }
  // Only a damaged plan has payers in a ring.
  for (const { index } of places) {
    if (done[index] === 1) continue;
    unpaid[index] = 0;
    settle(index);
  }
  return { self, selfTolerance, unscanned, overrun };
};

/**
 * The same for a counter, without shrinking: what a node counted less what those it pays for counted. A CTE's count
 * is spread by the shares of its time, but never more than a scan has.
 */
export const selfCounts = (
  totals: readonly (number | null)[],
  places: readonly Place[],
  { payers }: Payments,
): Float64Array => {
  // Float64Array.from takes fifty times as long.
  const self = new Float64Array(totals.length);
  for (let index = 0; index < self.length; index++) self[index] = totals[index] ?? 0;
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
