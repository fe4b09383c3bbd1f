import { blank, type Draft, printedFields } from './blank-node.ts';
import { type Columns, facts, readColumns } from './columns.ts';
import { buffersOf, walOf } from './counters.ts';
import { estimateFactor, stoppedEarly } from './estimates.ts';
import { flatten, type Place } from './flatten.ts';
import { conditionsOf, hashOf, labelOf, memoizeOf, sortOf, workersOf } from './node-facts.ts';
import { settlePayments, type Timing } from './payments.ts';
import type { RawPlan } from './raw.ts';
import { selfCounts, selfTimes } from './self-times.ts';
import { readSummary } from './summary.ts';
import { placeTriggers } from './triggers.ts';
import type { Plan, PlanNode } from './types.ts';
import { createReader, strings } from './values.ts';

/** Times are printed per loop with three decimals: each may be off by half of the last. */
const rounding = 0.0005;

type Measured = Timing & {
  readonly processes: Float64Array;
  /** CPU ms, children included. */
  readonly cpu: Float64Array;
};

/**
 * How many processes ran each node: below a Gather the child's loops ÷ the Gather's loops, for the leader may or may
 * not take part. InitPlans, SubPlans and CTEs have the count of the node they are listed under.
 */
const measure = (places: readonly Place[], columns: Columns): Measured => {
  const count = places.length;
  const ran = columns.numbers('Actual Loops');
  const times = columns.numbers('Actual Total Time');
  const processes = new Float64Array(count);
  const wall = new Float64Array(count);
  const tolerance = new Float64Array(count);
  const loops = new Float64Array(count);
  for (const { index, parent, role } of places) {
    const own = ran[index] ?? 0;
    const time = times[index] ?? 0;
    loops[index] = own;
    const above = places[parent];
    let many = above ? (processes[parent] ?? 1) : 1;
    if (
      above &&
      (above.type === 'Gather' || above.type === 'Gather Merge') &&
      (role === 'outer' || role === null)
    ) {
      const gathered = loops[parent] ?? 0;
      if (gathered > 0 && own) many *= Math.max(1, own / gathered);
    }
    processes[index] = many;
    wall[index] = (time * own) / many;
    tolerance[index] = times[index] === null ? 0 : (rounding * own) / many;
  }
  const cpu = new Float64Array(count);
  const extra = new Float64Array(count);
  for (let index = count - 1; index > 0; index--) {
    const parent = places[index]?.parent ?? 0;
    const above = processes[parent] ?? 1;
    const more = (wall[index] ?? 0) * ((processes[index] ?? 1) / above - 1);
    extra[parent] = (extra[parent] ?? 0) + (extra[index] ?? 0) + more * above;
  }
  for (let index = 0; index < count; index++)
    cpu[index] = (wall[index] ?? 0) * (processes[index] ?? 1) + (extra[index] ?? 0);
  return { wall, tolerance, loops, processes, cpu };
};

/** What the planner thought each node itself adds. */
const ownCosts = (places: readonly Place[], costs: readonly (number | null)[]): Float64Array => {
  const own = new Float64Array(places.length);
  for (const { index, parent } of places) {
    const cost = costs[index] ?? 0;
    // A parent comes before its children.
    own[index] = cost;
    if (parent >= 0) own[parent] = (own[parent] ?? 0) - cost;
  }
  return own;
};

/** Before 18 a disabled node was marked by 10,000,000,000 on its cost (disable_cost of costsize.c). */
const disableCost = 1e10;
const disabledByCost = ({ index, children }: Place, costs: readonly (number | null)[]): boolean => {
  const cost = costs[index] ?? 0;
  if (cost < disableCost) return false;
  const below = children.reduce((sum, child) => sum + Math.floor((costs[child] ?? 0) / disableCost), 0);
  return Math.floor(cost / disableCost) > below;
};

/** @throws {PlanError} when the tree is not made of plan nodes. */
export const derivePlan = (raw: RawPlan): Plan => {
  const read = createReader();
  const places = flatten(raw);
  const columns = readColumns(places, read);
  const { numbers } = columns;
  const timing = measure(places, columns);
  const { wall, tolerance, processes, cpu } = timing;
  const ran = numbers('Actual Loops');
  const times = numbers('Actual Total Time');
  const summary = readSummary(raw.summary, read);
  const payments = settlePayments(places, timing);
  const analyzed = ran.some((loops) => loops !== null);
  const timed = times.some((time) => time !== null);
  const treeMs = timed ? (wall[0] ?? 0) : null;
  const unscannedMs = payments.unscanned.reduce((sum, ms) => sum + ms, 0);
  const serializationMs = summary.serialization?.ms ?? null;
  const triggersMs = summary.triggers.some((trigger) => trigger.ms !== null)
    ? summary.triggers.reduce((sum, trigger) => sum + (trigger.ms ?? 0), 0)
    : null;
  const gap =
    summary.executionMs === null || treeMs === null
      ? null
      : summary.executionMs - treeMs - unscannedMs - (serializationMs ?? 0);
  const placed = placeTriggers(summary.triggers, gap, places, wall);
  const { self, selfTolerance, unscanned, overrun } = selfTimes(places, timing, payments, placed.inside);

  const subtract = (totals: readonly (number | null)[]): Float64Array => selfCounts(totals, places, payments);
  const buffers = buffersOf(columns, subtract);
  const wal = walOf(columns, subtract);
  const stopped = stoppedEarly(places, columns);
  let selfSum = 0;
  for (let index = 0; index < self.length; index++) selfSum += self[index] ?? 0;

  const costs = numbers('Total Cost');
  const selfCosts = ownCosts(places, costs);
  const storages = numbers('Maximum Storage');
  const exacts = numbers('Exact Heap Blocks');
  const lossies = numbers('Lossy Heap Blocks');
  const fill = printedFields(columns);

  const nodes = places.map((place): PlanNode => {
    const { raw: source, index, role, children } = place;
    const has = columns.facts[index] ?? 0;
    const node: Draft = { ...blank };
    node.id = index + 1;
    node.parent = place.parent < 0 ? null : place.parent + 1;
    node.depth = place.depth;
    if (children.length > 0) node.children = children.map((child) => child + 1);
    node.last = place.last + 1;
    node.type = place.type;
    node.label = labelOf(source, place.type);
    node.role = role;
    node.subplanName = place.subplanName;
    node.raw = source;
    fill(node, index);
    const { loops, rowsPerLoop, planRows } = node;
    if (has & facts.parallel) node.parallelAware = true;
    if (has & facts.async) node.asyncCapable = true;
    if (has & facts.disabled || disabledByCost(place, costs)) node.disabled = true;
    if (columns.conditions[index])
      node.conditions = conditionsOf(source, columns.conditions[index], loops, read);
    if (source.Output !== undefined) node.output = strings(source.Output);
    if (node.totalCost !== null) node.selfCost = Math.max(0, selfCosts[index] ?? 0);
    const many = processes[index] ?? 1;
    node.processes = many;
    node.neverExecuted = loops === 0;
    if (rowsPerLoop !== null && loops !== null) node.rows = Math.round(rowsPerLoop * loops);
    if (rowsPerLoop !== null && planRows !== null && loops && stopped[index] !== 1)
      node.estimateFactor = estimateFactor(rowsPerLoop, planRows);
    if (timed && loops !== null && (loops === 0 || times[index] !== null)) {
      const own = self[index] ?? 0;
      node.selfMs = own;
      node.totalMs = wall[index] ?? 0;
      node.selfCpuMs = own * many;
      node.totalCpuMs = cpu[index] ?? 0;
      node.toleranceMs = tolerance[index] ?? 0;
      node.selfToleranceMs = selfTolerance[index] ?? 0;
      node.unscannedMs = unscanned[index] || null;
      node.overrunMs = overrun[index] || null;
      node.share = selfSum > 0 ? own / selfSum : 0;
    }
    const paid = payments.payers.get(index);
    if (paid && (role === 'cte' || paid[0]?.node !== place.parent))
      node.paidBy = paid.map(({ node: payer, share }) => ({ node: payer + 1, share }));
    if (has & facts.buffers) node.buffers = buffers(index);
    if (has & facts.wal) node.wal = wal(index);
    if (has & facts.sort) {
      node.sort = sortOf(source, read);
      if (node.sort?.space === 'memory') node.memoryKb ??= node.sort.kb;
      if (node.sort?.space === 'disk') node.diskKb ??= node.sort.kb;
    }
    if (has & facts.hash) node.hash = hashOf(source, read);
    if (has & facts.memoize) node.memoize = memoizeOf(source, read);
    if (has & facts.workers) node.workers = workersOf(source, read);
    const storage = storages[index] ?? null;
    if (storage !== null && source.Storage === 'Memory') node.memoryKb ??= storage;
    if (storage !== null && source.Storage === 'Disk') node.diskKb ??= storage;
    const exact = exacts[index] ?? null;
    const lossy = lossies[index] ?? null;
    if (exact !== null || lossy !== null) node.heapBlocks = { exact: exact ?? 0, lossy: lossy ?? 0 };
    // The JSON format of an Append says 0, the text format nothing.
    if (raw.source === 'text' && (place.type === 'Append' || place.type === 'Merge Append'))
      node.subplansRemoved ??= 0;
    return node;
  });

  const execution = summary.executionMs;
  const outsideMs = gap === null ? null : Math.max(0, gap - placed.outsideMs);
  const sum = selfSum + (triggersMs ?? 0) + (serializationMs ?? 0) + (outsideMs ?? 0);
  return {
    nodes,
    source: raw.source,
    analyzed,
    timed,
    ...summary,
    treeMs,
    buckets: {
      triggersMs,
      jitMs: summary.jit?.totalMs ?? null,
      serializationMs,
      unscannedCteMs: timed && unscannedMs > 0 ? unscannedMs : null,
      outsideMs,
    },
    toleranceMs: timed ? (tolerance[0] ?? 0) + rounding * (2 + summary.triggers.length) : null,
    residualMs: execution === null || treeMs === null ? null : sum - execution,
    findings: [],
    notes: [...raw.notes, ...read.notes],
  };
};
