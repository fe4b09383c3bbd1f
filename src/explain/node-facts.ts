import type { RawObject } from './raw.ts';
import type {
  BufferCounts,
  Buffers,
  Condition,
  HashFacts,
  MemoizeFacts,
  Role,
  SortFacts,
  Wal,
  Worker,
} from './types.ts';
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
  const word = (key: string): string => (typeof raw[key] === 'string' ? raw[key] : '');
  const prefix = `${raw['Parallel Aware'] === true && !disabledParallel ? 'Parallel ' : ''}${raw['Async Capable'] === true ? 'Async ' : ''}`;
  const join = word('Join Type');
  const partial = word('Partial Mode');
  const part = partial === 'Partial' || partial === 'Finalize' ? `${partial} ` : '';
  switch (type) {
    case 'Nested Loop':
      return `${prefix}Nested Loop${join && join !== 'Inner' ? ` ${join} Join` : ''}`;
    case 'Hash Join':
    case 'Merge Join':
      return `${prefix}${type.split(' ')[0]}${join && join !== 'Inner' ? ` ${join}` : ''} Join`;
    case 'Aggregate': {
      const strategy = { Hashed: 'Hash', Sorted: 'Group', Mixed: 'Mixed' }[word('Strategy')] ?? '';
      return `${part}${prefix}${strategy}Aggregate`;
    }
    case 'SetOp':
      return `${prefix}${word('Strategy') === 'Hashed' ? 'Hash' : ''}SetOp${word('Command') ? ` ${word('Command')}` : ''}`;
    case 'ModifyTable':
      return word('Operation') || type;
    case 'Foreign Scan':
      return `${prefix}Foreign ${word('Operation') && word('Operation') !== 'Select' ? word('Operation') : 'Scan'}`;
    case 'Custom Scan':
      return `${prefix}Custom Scan${word('Custom Plan Provider') ? ` (${word('Custom Plan Provider')})` : ''}`;
    default:
      return `${prefix}${type}${word('Scan Direction') === 'Backward' ? ' Backward' : ''}`;
  }
};

const conditionKeys = [
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
] as const;

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

export const conditionsOf = (raw: RawObject, loops: number | null, read: Reader): Condition[] => {
  const source = raw['Grouping Sets'] === undefined ? raw : groupingKeys(raw);
  const found: Condition[] = [];
  for (const name of conditionKeys) {
    const value = source[name];
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : (strings(value)?.join(', ') ?? null);
    if (text === null || text === '') continue;
    const key = removedKeys[name];
    // A bitmap scan's lost rows are those of its recheck; an index scan has no recheck of its own.
    const removed =
      key && !(name === 'Index Cond' && 'Recheck Cond' in source) ? read.number(source[key], key) : null;
    found.push({ name, text, removed: removed === null ? null : removed * (loops ?? 1) });
  }
  return found;
};

const blockKeys = [
  ['sharedHit', 'Shared Hit Blocks'],
  ['sharedRead', 'Shared Read Blocks'],
  ['sharedDirtied', 'Shared Dirtied Blocks'],
  ['sharedWritten', 'Shared Written Blocks'],
  ['localHit', 'Local Hit Blocks'],
  ['localRead', 'Local Read Blocks'],
  ['localDirtied', 'Local Dirtied Blocks'],
  ['localWritten', 'Local Written Blocks'],
  ['tempRead', 'Temp Read Blocks'],
  ['tempWritten', 'Temp Written Blocks'],
] as const;

export const blockNames: readonly (keyof BufferCounts)[] = blockKeys.map(([name]) => name);

const ioTimes = [
  'Shared I/O Read Time',
  'I/O Read Time',
  'Temp I/O Read Time',
  'Local I/O Read Time',
  'Shared I/O Write Time',
  'I/O Write Time',
] as const;

/** 17 tells shared from local I/O time; before there was one number for both, which is put under shared. */
export const buffersOf = (raw: RawObject, read: Reader): Buffers | null => {
  const first = raw['Shared Hit Blocks'] !== undefined;
  const timed = ioTimes.some((key) => raw[key] !== undefined);
  if (!first && !timed && !blockKeys.some(([, key]) => raw[key] !== undefined)) return null;
  const time = (key: string, older: string | null = null): number | null =>
    timed ? (read.number(raw[key], key) ?? (older ? read.number(raw[older], older) : null)) : null;
  return {
    sharedHit: read.count(raw['Shared Hit Blocks'], 'Shared Hit Blocks'),
    sharedRead: read.count(raw['Shared Read Blocks'], 'Shared Read Blocks'),
    sharedDirtied: read.count(raw['Shared Dirtied Blocks'], 'Shared Dirtied Blocks'),
    sharedWritten: read.count(raw['Shared Written Blocks'], 'Shared Written Blocks'),
    localHit: read.count(raw['Local Hit Blocks'], 'Local Hit Blocks'),
    localRead: read.count(raw['Local Read Blocks'], 'Local Read Blocks'),
    localDirtied: read.count(raw['Local Dirtied Blocks'], 'Local Dirtied Blocks'),
    localWritten: read.count(raw['Local Written Blocks'], 'Local Written Blocks'),
    tempRead: read.count(raw['Temp Read Blocks'], 'Temp Read Blocks'),
    tempWritten: read.count(raw['Temp Written Blocks'], 'Temp Written Blocks'),
    sharedReadMs: time('Shared I/O Read Time', 'I/O Read Time'),
    sharedWriteMs: time('Shared I/O Write Time', 'I/O Write Time'),
    localReadMs: time('Local I/O Read Time'),
    localWriteMs: time('Local I/O Write Time'),
    tempReadMs: time('Temp I/O Read Time'),
    tempWriteMs: time('Temp I/O Write Time'),
  };
};

export const walOf = (raw: RawObject, read: Reader): Wal | null =>
  'WAL Records' in raw || 'WAL FPI' in raw || 'WAL Bytes' in raw
    ? {
        records: read.count(raw['WAL Records'], 'WAL Records'),
        fpi: read.count(raw['WAL FPI'], 'WAL FPI'),
        bytes: read.count(raw['WAL Bytes'], 'WAL Bytes'),
        buffersFull: read.count(raw['WAL Buffers Full'], 'WAL Buffers Full'),
      }
    : null;

const groupSpace = (raw: RawObject): SortFacts | null => {
  if (raw['Full-sort Groups'] === undefined) return null;
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
  const method = read.text(raw['Sort Method'], 'Sort Method');
  const kb = read.number(raw['Sort Space Used'], 'Sort Space Used');
  if (method === null || kb === null) return groupSpace(raw);
  return { method, kb, space: raw['Sort Space Type'] === 'Disk' ? 'disk' : 'memory' };
};

export const hashOf = (raw: RawObject, read: Reader): HashFacts | null =>
  'Hash Buckets' in raw || 'Hash Batches' in raw
    ? {
        buckets: read.number(raw['Hash Buckets'], 'Hash Buckets'),
        batches: read.number(raw['Hash Batches'], 'Hash Batches'),
        originalBatches:
          read.number(raw['Original Hash Batches'], 'Original Hash Batches') ??
          read.number(raw['Hash Batches'], 'Hash Batches'),
        memoryKb: read.number(raw['Peak Memory Usage'], 'Peak Memory Usage'),
      }
    : null;

export const memoizeOf = (raw: RawObject, read: Reader): MemoizeFacts | null =>
  'Cache Hits' in raw || 'Cache Misses' in raw
    ? {
        hits: read.count(raw['Cache Hits'], 'Cache Hits'),
        misses: read.count(raw['Cache Misses'], 'Cache Misses'),
        evictions: read.count(raw['Cache Evictions'], 'Cache Evictions'),
        overflows: read.count(raw['Cache Overflows'], 'Cache Overflows'),
      }
    : null;

/** Sorts of workers were an array of their own before 13. */
export const workersOf = (raw: RawObject, read: Reader): Worker[] => {
  if (raw.Workers === undefined && raw['Sort Workers'] === undefined) return [];
  const byNumber = new Map<number, RawObject>();
  for (const one of [...objects(raw['Sort Workers']), ...objects(raw.Workers)]) {
    const number = read.number(one['Worker Number'], 'Worker Number');
    if (number !== null) byNumber.set(number, { ...byNumber.get(number), ...one });
  }
  return [...byNumber].map(([number, one]) => {
    const loops = read.number(one['Actual Loops'], 'Actual Loops');
    const rows = read.number(one['Actual Rows'], 'Actual Rows');
    const ms = read.number(one['Actual Total Time'], 'Actual Total Time');
    return {
      number,
      loops,
      rows: rows === null || loops === null ? rows : Math.round(rows * loops),
      totalMs: ms === null || loops === null ? ms : ms * loops,
      sort: sortOf(one, read),
      memoryKb: read.number(one['Peak Memory Usage'], 'Peak Memory Usage') ?? null,
    };
  });
};
