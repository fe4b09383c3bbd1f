import type { Place } from './flatten.ts';
import { strings } from './values.ts';

/** What a node pays of another: its index, and a share of 1. */
export type Payment = { readonly node: number; readonly share: number };

/**
 * Who pays for whom. The printed time of a node holds that of its children and SubPlans; that of an InitPlan is held
 * by the node that evaluates it, wherever it is listed, and that of a CTE by the scans that read it.
 */
export type Payments = {
  /** Who pays for an InitPlan or a CTE, by its index; nobody for a CTE that nothing scans. */
  readonly payers: ReadonlyMap<number, readonly Payment[]>;
  /** What of a data-changing CTE ran after the rest of the plan, in ms; per node, mostly 0. */
  readonly unscanned: Float64Array;
};

export type Timing = {
  /** Wall ms, children included; 0 when not known. */
  readonly wall: Float64Array;
  /** How far `wall` may be off because it is printed rounded. */
  readonly tolerance: Float64Array;
  readonly loops: Float64Array;
};

const evaluated = /\$\d+|\bInitPlan [\w-]+|\(returns /g;

/** The names by which expressions refer to a subplan: `InitPlan 1` since 17, `$0` before. */
const referencesTo = (name: string): string[] => {
  const returns = /\(returns ([^)]*)\)/.exec(name)?.[1];
  const own = /^InitPlan [\w-]+/.exec(name)?.[0];
  return [...(own ? [own] : []), ...(returns?.match(/\$\d+/g) ?? [])];
};

const notExpressions = new Set(['Plans', 'Subplan Name', 'Workers', 'Alias', 'Relation Name', 'Index Name']);

/** Which nodes mention which InitPlan. One pass over all texts, so it is linear however many there are. */
const mentions = (places: readonly Place[]): Map<string, number[]> => {
  const found = new Map<string, number[]>();
  const add = (text: string, index: number): void => {
    if (!text.includes('$') && !text.includes('InitPlan')) return;
    for (const [reference] of text.matchAll(evaluated)) {
      const nodes = found.get(reference) ?? [];
      if (nodes.at(-1) !== index) nodes.push(index);
      found.set(reference, nodes);
    }
  };
  for (const { raw, index } of places)
    for (const key in raw) {
      if (notExpressions.has(key)) continue;
      const value = raw[key];
      if (typeof value === 'string') add(value, index);
      else if (Array.isArray(value)) for (const text of strings(value) ?? []) add(text, index);
    }
  return found;
};

/** The Gather each node runs below, as an index, or -1. InitPlans of a Gather run in the leader. */
const gathersOf = (places: readonly Place[]): Int32Array => {
  const gathers = new Int32Array(places.length).fill(-1);
  for (const { index, parent, role } of places) {
    const above = places[parent];
    if (!above) continue;
    const isGather = above.type === 'Gather' || above.type === 'Gather Merge';
    const leaders = role === 'initplan' || role === 'cte' || role === 'subplan';
    gathers[index] = isGather && !leaders ? parent : (gathers[parent] ?? -1);
  }
  return gathers;
};

/**
 * The order in which a subtree's nodes begin to compute: below before above, left before right. Among those that
 * mention an InitPlan the first one that has the time for it evaluates it.
 */
const before = (places: readonly Place[], a: number, b: number): number => {
  const first = places[a];
  const second = places[b];
  if (!first || !second) return 0;
  if (b > a && b <= first.last) return 1;
  if (a > b && a <= second.last) return -1;
  return a - b;
};

/** The condition of a Hash Join names what its Hash computes of the inner rows. */
const hashesOf = (places: readonly Place[], join: number): number[] =>
  places[join]?.type === 'Hash Join'
    ? places[join].children.filter((child) => places[child]?.type === 'Hash')
    : [];

export const settlePayments = (places: readonly Place[], timing: Timing): Payments => {
  const { wall, tolerance, loops } = timing;
  const payers = new Map<number, readonly Payment[]>();
  const unscanned = new Float64Array(places.length);
  const residual = new Float64Array(wall);
  const inits: number[] = [];
  const ctes: number[] = [];
  for (const { index, parent, role } of places) {
    if (parent < 0) continue;
    if (role === 'initplan') inits.push(index);
    else if (role === 'cte') ctes.push(index);
    else residual[parent] = (residual[parent] ?? 0) - (wall[index] ?? 0);
  }
  if (inits.length === 0 && ctes.length === 0) return { payers, unscanned };
  const gathers = gathersOf(places);
  const slack = (node: number, other: number): number =>
    (tolerance[node] ?? 0) + (tolerance[other] ?? 0) + 0.005;
  const affords = (node: number, init: number): boolean =>
    (residual[node] ?? 0) + slack(node, init) >= (wall[init] ?? 0);

  const mentioned = inits.length > 0 ? mentions(places) : new Map<string, number[]>();
  for (const init of inits) {
    const place = places[init];
    const owner = places[place?.parent ?? -1];
    if (!place || !owner) continue;
    const candidates = new Set<number>();
    for (const reference of referencesTo(place.subplanName ?? ''))
      for (const node of mentioned.get(reference) ?? [])
        if (node >= owner.index && node <= owner.last && !(node >= init && node <= place.last)) {
          for (const evaluator of [node, ...hashesOf(places, node)]) {
            const gather = gathers[evaluator] ?? -1;
            const payer = gather >= owner.index ? gather : evaluator;
            if ((loops[payer] ?? 0) > 0) candidates.add(payer);
          }
        }
    const ordered = [...candidates].sort((a, b) => before(places, a, b));
    const payer =
      ordered.find((node) => affords(node, init)) ??
      // Without VERBOSE target lists are not printed: then it is whoever has the time to show for it.
      (affords(owner.index, init) ? owner.index : undefined) ??
      richest(owner.index, owner.last, init, place.last, (node) =>
        (gathers[node] ?? -1) < owner.index && affords(node, init) ? (residual[node] ?? 0) : -1,
      ) ??
      ordered[0] ??
      owner.index;
    payers.set(init, [{ node: payer, share: 1 }]);
    residual[payer] = (residual[payer] ?? 0) - (wall[init] ?? 0);
  }

  if (ctes.length > 0) shareCtes(places, ctes, { wall, residual, loops, tolerance }, payers, unscanned);
  return { payers, unscanned };
};

const richest = (
  from: number,
  to: number,
  without: number,
  withoutLast: number,
  worth: (node: number) => number,
): number | undefined => {
  let best: number | undefined;
  let most = 0;
  // A plan with many InitPlans and no names to go by would make this quadratic: look at so many at most.
  const end = Math.min(to, from + 2000);
  for (let node = from; node <= end; node++) {
    if (node >= without && node <= withoutLast) continue;
    const value = worth(node);
    if (value > most) {
      most = value;
      best = node;
    }
  }
  return best;
};

/** A CTE is found by its name at the innermost node above the scan that defines it. */
const scansOf = (places: readonly Place[], ctes: readonly number[]): Map<number, number[]> => {
  const byName = new Map<string, Place[]>();
  for (const index of ctes) {
    const place = places[index];
    if (!place) continue;
    const name = (place.subplanName ?? '').slice('CTE '.length);
    byName.set(name, [...(byName.get(name) ?? []), place]);
  }
  const scans = new Map<number, number[]>();
  for (const { raw, index, type } of places) {
    if (type !== 'CTE Scan') continue;
    const name = raw['CTE Name'];
    let best: Place | null = null;
    for (const cte of typeof name === 'string' ? (byName.get(name) ?? []) : []) {
      const owner = places[cte.parent];
      const covers = owner && index >= owner.index && index <= owner.last;
      const inside = index >= cte.index && index <= cte.last;
      if (covers && !inside && (!best || cte.parent > best.parent)) best = cte;
    }
    if (best) scans.set(best.index, [...(scans.get(best.index) ?? []), index]);
  }
  return scans;
};

const shareCtes = (
  places: readonly Place[],
  ctes: readonly number[],
  timing: Timing & { readonly residual: Float64Array },
  payers: Map<number, readonly Payment[]>,
  unscanned: Float64Array,
): void => {
  const { wall, residual, loops, tolerance } = timing;
  const scans = scansOf(places, ctes);
  for (const cte of ctes) {
    const readers = (scans.get(cte) ?? []).filter((scan) => (loops[scan] ?? 0) > 0);
    const cost = wall[cte] ?? 0;
    const sum = readers.reduce((total, scan) => total + Math.max(0, residual[scan] ?? 0), 0);
    const modifies = places[cte]?.type === 'ModifyTable';
    if (readers.length === 0) {
      payers.set(cte, []);
      unscanned[cte] = cost;
      continue;
    }
    const rounding = readers.reduce((total, scan) => total + (tolerance[scan] ?? 0), tolerance[cte] ?? 0);
    // What is not read by its scans is run to its end when the rest of the plan is done.
    const late = cost > sum + rounding + 0.01 ? cost - sum : 0;
    if (modifies) unscanned[cte] = late;
    // Other CTEs have workers that are stopped at the end, in the time of the node they are listed under.
    const owner = places[cte]?.parent ?? -1;
    const stopping = modifies ? 0 : Math.min(late, Math.max(0, residual[owner] ?? 0)) / Math.max(cost, 1e-9);
    const paid = readers.map((scan) => {
      const share = sum > 0 ? Math.max(0, residual[scan] ?? 0) / sum : 1 / readers.length;
      return { node: scan, share: share * (1 - stopping) };
    });
    payers.set(cte, stopping > 0 ? [...paid, { node: owner, share: stopping }] : paid);
    if (stopping > 0) residual[owner] = (residual[owner] ?? 0) - stopping * cost;
  }
};
