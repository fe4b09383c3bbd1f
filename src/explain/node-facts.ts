import type { RawObject } from './raw.ts';
import type { Condition, HashFacts, MemoizeFacts, Role, SortFacts, Worker } from './types.ts';
import { objects, type Reader, strings } from './values.ts';

const roles: Readonly<Record<string, Role>> = {
  Outer: 'outer',
  Inner: 'inner',
  Member: 'member',
  Subquery: 'subquery',
  InitPlan: 'initplan',
  SubPlan: 'subplan',
};

/** A CTE is an InitPlan whose name begins with CTE (ExplainSubPlans of explain.c). */
export const roleOf = (relationship: string | null, name: string | null): Role | null =>
  name?.startsWith('CTE ') ? 'cte' : (roles[relationship ?? ''] ?? null);

/** As a text plan names it: the rules are ExplainNode's. */
export const labelOf = (raw: RawObject, type: string, disabledParallel = false): string => {
  const word = (value: unknown): string => (typeof value === 'string' ? value : '');
  const prefix = `${raw['Parallel Aware'] === true && !disabledParallel ? 'Parallel ' : ''}${raw['Async Capable'] === true ? 'Async ' : ''}`;
  switch (type) {
    case 'Nested Loop': {
      const join = word(raw['Join Type']);
      return `${prefix}Nested Loop${join && join !== 'Inner' ? ` ${join} Join` : ''}`;
    }
    case 'Hash Join':
    case 'Merge Join': {
      const join = word(raw['Join Type']);
      return `${prefix}${type.split(' ')[0]}${join && join !== 'Inner' ? ` ${join}` : ''} Join`;
    }
    case 'Aggregate': {
      const partial = word(raw['Partial Mode']);
      const part = partial === 'Partial' || partial === 'Finalize' ? `${partial} ` : '';
      const strategy = { Hashed: 'Hash', Sorted: 'Group', Mixed: 'Mixed' }[word(raw.Strategy)] ?? '';
      return `${part}${prefix}${strategy}Aggregate`;
    }
    case 'SetOp':
      return `${prefix}${word(raw.Strategy) === 'Hashed' ? 'Hash' : ''}SetOp${word(raw.Command) ? ` ${word(raw.Command)}` : ''}`;
    case 'ModifyTable':
      return word(raw.Operation) || type;
    case 'Foreign Scan':
      return `${prefix}Foreign ${word(raw.Operation) && word(raw.Operation) !== 'Select' ? word(raw.Operation) : 'Scan'}`;
    case 'Custom Scan':
      return `${prefix}Custom Scan${word(raw['Custom Plan Provider']) ? ` (${word(raw['Custom Plan Provider'])})` : ''}`;
    default:
      return `${prefix}${type}${word(raw['Scan Direction']) === 'Backward' ? ' Backward' : ''}`;
  }
};

/** In PostgreSQL's order. */
export const conditionKeys: readonly string[] = [
  'One-Time Filter',
  'Index Cond',
  'Recheck Cond',
  'TID Cond',
  'Hash Cond',
  'Merge Cond',
  'Join Filter',
  'Order By',
  'Filter',
  'Run Condition',
  'Conflict Filter',
  'Cache Key',
  'Sort Key',
  'Presorted Key',
  'Group Key',
  'Hash Key',
  'Window',
  'Function Call',
  'Remote SQL',
];

const removedKeys: Readonly<Record<string, string>> = {
  Filter: 'Rows Removed by Filter',
  'Join Filter': 'Rows Removed by Join Filter',
  'Recheck Cond': 'Rows Removed by Index Recheck',
  'Index Cond': 'Rows Removed by Index Recheck',
  'Conflict Filter': 'Rows Removed by Conflict Filter',
};

/** Keys of grouping sets, as a text plan lists them. */
const groupingKeys = (raw: RawObject): RawObject => {
  const sets = objects(raw['Grouping Sets']);
  if (sets.length === 0) return raw;
  const lists: Record<string, string[]> = {};
  for (const set of sets)
    for (const [from, to] of [
      ['Group Keys', 'Group Key'],
      ['Hash Keys', 'Hash Key'],
    ] as const)
      for (const keys of Array.isArray(set[from]) ? set[from] : []) {
        lists[to] ??= [];
        lists[to].push((strings(keys) ?? []).join(', ') || '()');
      }
  return { ...raw, ...lists };
};

/** `which`: a bit for each of the conditions that the node has, the first of `conditionKeys` the lowest. */
export const conditionsOf = (
  raw: RawObject,
  which: number,
  loops: number | null,
  read: Reader,
): Condition[] => {
  const found: Condition[] = [];
  const source = raw['Grouping Sets'] === undefined ? raw : groupingKeys(raw);
  let rest = source === raw ? which : -1 >>> (32 - conditionKeys.length);
  for (; rest !== 0; rest &= rest - 1) {
    // The lowest bit that is set.
    const name = conditionKeys[31 - Math.clz32(rest & -rest)] ?? '';
    const value = source[name];
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : (strings(value)?.join(', ') ?? null);
    if (text === null || text === '') continue;
    const key = removedKeys[name];
    // A bitmap scan's lost rows are those of its recheck; an index scan has no recheck of its own.
    const removed =
      key && !(name === 'Index Cond' && 'Recheck Cond' in source) ? read.number(source, key) : null;
    found.push({ name, text, removed: removed === null ? null : removed * (loops ?? 1) });
  }
  return found;
};

const groupSpace = (raw: RawObject): SortFacts | null => {
  let worst: SortFacts | null = null;
  for (const key of ['Full-sort Groups', 'Pre-sorted Groups']) {
    const group = objects([raw[key]])[0];
    if (!group) continue;
    const method = (strings(group['Sort Methods Used']) ?? []).join(', ');
    for (const [space, name] of [
      ['disk', 'Sort Space Disk'],
      ['memory', 'Sort Space Memory'],
    ] as const) {
      const kb = objects([group[name]])[0]?.['Peak Sort Space Used'];
      if (typeof kb !== 'number') continue;
      if (
        !worst ||
        (space === 'disk' && worst.space === 'memory') ||
        (space === worst.space && kb > worst.kb)
      )
        worst = { method, space, kb };
    }
  }
  return worst;
};

export const sortOf = (raw: RawObject, read: Reader): SortFacts | null => {
  const method = read.text(raw, 'Sort Method');
  const kb = read.number(raw, 'Sort Space Used');
  if (method === null || kb === null) return groupSpace(raw);
  return { method, kb, space: raw['Sort Space Type'] === 'Disk' ? 'disk' : 'memory' };
};

export const hashOf = (raw: RawObject, read: Reader): HashFacts => ({
  buckets: read.number(raw, 'Hash Buckets'),
  batches: read.number(raw, 'Hash Batches'),
  originalBatches: read.number(raw, 'Original Hash Batches') ?? read.number(raw, 'Hash Batches'),
  memoryKb: read.number(raw, 'Peak Memory Usage'),
});

export const memoizeOf = (raw: RawObject, read: Reader): MemoizeFacts => ({
  hits: read.count(raw, 'Cache Hits'),
  misses: read.count(raw, 'Cache Misses'),
  evictions: read.count(raw, 'Cache Evictions'),
  overflows: read.count(raw, 'Cache Overflows'),
});

/** Sorts of workers were an array of their own before 13. */
export const workersOf = (raw: RawObject, read: Reader): Worker[] => {
  const byNumber = new Map<number, RawObject>();
  for (const one of [...objects(raw['Sort Workers']), ...objects(raw.Workers)]) {
    const number = read.number(one, 'Worker Number');
    if (number !== null) byNumber.set(number, { ...byNumber.get(number), ...one });
  }
  return [...byNumber].map(([number, one]) => {
    const loops = read.number(one, 'Actual Loops');
    const rows = read.number(one, 'Actual Rows');
    const ms = read.number(one, 'Actual Total Time');
    return {
      number,
      loops,
      rows: rows === null || loops === null ? rows : Math.round(rows * loops),
      totalMs: ms === null || loops === null ? ms : ms * loops,
      sort: sortOf(one, read),
      memoryKb: read.number(one, 'Peak Memory Usage') ?? null,
    };
  });
};
