import { estimateFactor, stoppedEarly } from './estimates.ts';
import { flatten, type Place } from './flatten.ts';
import {
  blockNames,
  buffersOf,
  conditionsOf,
  hashOf,
  labelOf,
  memoizeOf,
  sortOf,
  walOf,
  workersOf,
} from './node-facts.ts';
import { settlePayments, type Timing } from './payments.ts';
import type { RawObject, RawPlan } from './raw.ts';
import { selfCounts, selfTimes } from './self-times.ts';
import { readSummary } from './summary.ts';
import { placeTriggers } from './triggers.ts';
import type { Plan, PlanNode } from './types.ts';
import { createReader, type Reader, strings } from './values.ts';

/** Times are printed per loop with three decimals: each may be off by half of the last. */
const rounding = 0.0005;

type Columns = Timing & {
  readonly processes: Float64Array;
  readonly cpuExtra: Float64Array;
  readonly times: readonly (number | null)[];
  readonly ran: readonly (number | null)[];
};

/**
 * How many processes ran each node: below a Gather the child's loops ÷ the Gather's loops, for the leader may or may
 * not take part. InitPlans, SubPlans and CTEs have the count of the node they are listed under.
 */
const measure = (places: readonly Place[], read: Reader): Columns => {
  const count = places.length;
  const processes = new Float64Array(count).fill(1);
  const wall = new Float64Array(count);
  const tolerance = new Float64Array(count);
  const loops = new Float64Array(count);
  const times: (number | null)[] = [];
  const ran: (number | null)[] = [];
  for (const { raw, index, parent, role } of places) {
    const own = read.number(raw['Actual Loops'], 'Actual Loops');
    const time = read.number(raw['Actual Total Time'], 'Actual Total Time');
    ran.push(own);
    times.push(time);
    loops[index] = own ?? 0;
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
    wall[index] = ((time ?? 0) * (own ?? 0)) / many;
    tolerance[index] = time === null ? 0 : (rounding * (own ?? 0)) / many;
  }
  const cpuExtra = new Float64Array(count);
  for (let index = count - 1; index > 0; index--) {
    const place = places[index];
    if (!place) continue;
    const parent = place.parent;
    const more = (wall[index] ?? 0) * ((processes[index] ?? 1) / (processes[parent] ?? 1) - 1);
    cpuExtra[parent] = (cpuExtra[parent] ?? 0) + (cpuExtra[index] ?? 0) + more * (processes[parent] ?? 1);
  }
  return { wall, tolerance, loops, processes, cpuExtra, times, ran };
};

const walNames = ['records', 'fpi', 'bytes', 'buffersFull'] as const;
const timeNames = [
  'sharedReadMs',
  'sharedWriteMs',
  'localReadMs',
  'localWriteMs',
  'tempReadMs',
  'tempWriteMs',
] as const;

/** What each node counted itself, for every counter that is not zero everywhere. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const selfOf = <T extends { readonly [K in keyof T]: number | null }>(
  totals: readonly (T | null)[],
  names: readonly (keyof T)[],
  subtract: (column: Float64Array) => Float64Array,
): (T | null)[] => {
  // A leaf's own counts are its totals: only what differs is copied.
  const own: (Mutable<T> | null)[] = [...totals];
  for (const name of names) {
    const column = new Float64Array(totals.length);
    let any = false;
    for (let index = 0; index < totals.length; index++) {
      const value = totals[index]?.[name];
      if (typeof value === 'number' && value > 0) {
        column[index] = value;
        any = true;
      }
    }
    if (!any) continue;
    const self = subtract(column);
    for (let index = 0; index < own.length; index++) {
      const one = own[index];
      if (!one || one[name] === null || self[index] === column[index]) continue;
      const copy = one === totals[index] ? { ...one } : one;
      copy[name] = (self[index] ?? 0) as T[keyof T];
      own[index] = copy;
    }
  }
  return own;
};

/** Before 18 a disabled node was marked by 10,000,000,000 on its cost (disable_cost of costsize.c). */
const disableCost = 1e10;
const disabledByCost = (cost: number | null, children: readonly (number | null)[]): boolean => {
  if (cost === null || cost < disableCost) return false;
  const below = children.reduce<number>((sum, one) => sum + Math.floor((one ?? 0) / disableCost), 0);
  return Math.floor(cost / disableCost) > below;
};

/** The JSON format of an Append says 0, the text format nothing. */
const removedNone = (source: RawPlan['source'], type: string): number | null =>
  source === 'text' && (type === 'Append' || type === 'Merge Append') ? 0 : null;

const boolean = (raw: RawObject, key: string): boolean => raw[key] === true;

/** @throws {PlanError} when the tree is not made of plan nodes. */
export const derivePlan = (raw: RawPlan): Plan => {
  const read = createReader();
  const places = flatten(raw);
  const columns = measure(places, read);
  const { wall, tolerance, processes, cpuExtra, times, ran } = columns;
  const summary = readSummary(raw.summary, read);
  const payments = settlePayments(places, columns);
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
  const { self, selfTolerance, unscanned, overrun } = selfTimes(places, columns, payments, placed.inside);

  const subtract = (column: Float64Array): Float64Array => selfCounts(column, places, payments);
  const buffers = places.map((place) => buffersOf(place.raw, read));
  const wals = places.map((place) => walOf(place.raw, read));
  const selfBuffers = selfOf(buffers, [...blockNames, ...timeNames], subtract);
  const selfWals = selfOf(wals, walNames, subtract);
  const costs = places.map((place) => read.number(place.raw, 'Total Cost'));
  const stopped = stoppedEarly(places);
  let selfSum = 0;
  for (const ms of self) selfSum += ms;

  const nodes = places.map((place): PlanNode => {
    const { raw: source, index, role, subplanName } = place;
    const loops = ran[index] ?? null;
    const never = loops === 0;
    const rowsPerLoop = read.number(source['Actual Rows'], 'Actual Rows');
    const planRows = read.number(source['Plan Rows'], 'Plan Rows');
    const many = processes[index] ?? 1;
    const known = timed && loops !== null && (never || (times[index] ?? null) !== null);
    const own = self[index] ?? 0;
    const childCosts = place.children.map((child) => costs[child] ?? null);
    const cost = costs[index] ?? null;
    const total = buffers[index];
    const ownBuffers = selfBuffers[index];
    const totalWal = wals[index];
    const ownWal = selfWals[index];
    const sort = sortOf(source, read);
    const hash = hashOf(source, read);
    const workers = workersOf(source, read);
    const paid = payments.payers.get(index) ?? [];
    const elsewhere = (role === 'initplan' && paid[0]?.node !== place.parent) || role === 'cte';
    const disk = read.number(source['Disk Usage'], 'Disk Usage') ?? (sort?.space === 'disk' ? sort.kb : null);
    const exact = read.number(source['Exact Heap Blocks'], 'Exact Heap Blocks');
    const lossy = read.number(source['Lossy Heap Blocks'], 'Lossy Heap Blocks');
    return {
      id: index + 1,
      parent: place.parent < 0 ? null : place.parent + 1,
      depth: place.depth,
      children: place.children.map((child) => child + 1),
      last: place.last + 1,
      type: place.type,
      label: labelOf(source, place.type),
      role,
      subplanName,
      relation: read.text(source['Relation Name'], 'Relation Name'),
      schema: read.text(source.Schema, 'Schema'),
      alias: read.text(source.Alias, 'Alias'),
      index: read.text(source['Index Name'], 'Index Name'),
      cte: read.text(source['CTE Name'], 'CTE Name'),
      functionName: read.text(source['Function Name'], 'Function Name'),
      joinType: read.text(source['Join Type'], 'Join Type'),
      strategy: read.text(source.Strategy, 'Strategy'),
      operation: read.text(source.Operation, 'Operation'),
      scanDirection: read.text(source['Scan Direction'], 'Scan Direction'),
      parallelAware: boolean(source, 'Parallel Aware'),
      asyncCapable: boolean(source, 'Async Capable'),
      disabled: boolean(source, 'Disabled') || disabledByCost(cost, childCosts),
      conditions: conditionsOf(source, loops, read),
      output: strings(source.Output),
      raw: source,
      startupCost: read.number(source['Startup Cost'], 'Startup Cost'),
      totalCost: cost,
      selfCost:
        cost === null
          ? null
          : Math.max(
              0,
              childCosts.reduce<number>((left, one) => left - (one ?? 0), cost),
            ),
      planRows,
      planWidth: read.number(source['Plan Width'], 'Plan Width'),
      loops,
      neverExecuted: never,
      processes: many,
      rows: rowsPerLoop === null || loops === null ? null : Math.round(rowsPerLoop * loops),
      rowsPerLoop,
      estimateFactor:
        rowsPerLoop === null || planRows === null || !loops || stopped[index] === 1
          ? null
          : estimateFactor(rowsPerLoop, planRows),
      selfMs: known ? own : null,
      totalMs: known ? (wall[index] ?? 0) : null,
      startupMs: read.number(source['Actual Startup Time'], 'Actual Startup Time'),
      unscannedMs: known && (unscanned[index] ?? 0) > 0 ? (unscanned[index] ?? 0) : null,
      selfCpuMs: known ? own * many : null,
      totalCpuMs: known ? (wall[index] ?? 0) * many + (cpuExtra[index] ?? 0) : null,
      toleranceMs: known ? (tolerance[index] ?? 0) : null,
      selfToleranceMs: known ? (selfTolerance[index] ?? 0) : null,
      overrunMs: known && (overrun[index] ?? 0) > 0 ? (overrun[index] ?? 0) : null,
      share: known ? (selfSum > 0 ? own / selfSum : 0) : null,
      paidBy: elsewhere ? paid.map(({ node, share }) => ({ node: node + 1, share })) : [],
      buffers: total && ownBuffers ? { self: ownBuffers, total } : null,
      wal: totalWal && ownWal ? { self: ownWal, total: totalWal } : null,
      sort,
      hash,
      memoryKb:
        read.number(source['Peak Memory Usage'], 'Peak Memory Usage') ??
        (sort?.space === 'memory' ? sort.kb : null) ??
        (source.Storage === 'Memory' ? read.number(source['Maximum Storage'], 'Maximum Storage') : null),
      diskKb:
        disk ??
        (source.Storage === 'Disk' ? read.number(source['Maximum Storage'], 'Maximum Storage') : null),
      memoize: memoizeOf(source, read),
      heapFetches: read.number(source['Heap Fetches'], 'Heap Fetches'),
      heapBlocks: exact === null && lossy === null ? null : { exact: exact ?? 0, lossy: lossy ?? 0 },
      indexSearches: read.number(source['Index Searches'], 'Index Searches'),
      subplansRemoved:
        read.number(source['Subplans Removed'], 'Subplans Removed') ?? removedNone(raw.source, place.type),
      workersPlanned: read.number(source['Workers Planned'], 'Workers Planned'),
      workersLaunched: read.number(source['Workers Launched'], 'Workers Launched'),
      workers,
      findings: [],
    };
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
