import { conditionKeys } from './node-facts.ts';
import type { RawObject } from './raw.ts';
import type { Reader } from './values.ts';

/** What a node is or has, told by the properties printed of it: a bit each. */
export const facts = {
  parallel: 1,
  async: 2,
  disabled: 4,
  buffers: 8,
  sort: 16,
  hash: 32,
  memoize: 64,
  wal: 128,
  workers: 256,
} as const;
type Fact = keyof typeof facts;

const factOf: Readonly<Record<string, Fact>> = {
  'Parallel Aware': 'parallel',
  'Async Capable': 'async',
  Disabled: 'disabled',
  'Sort Method': 'sort',
  'Full-sort Groups': 'sort',
  'Hash Buckets': 'hash',
  'Hash Batches': 'hash',
  'Cache Hits': 'memoize',
  'Cache Misses': 'memoize',
  'WAL Records': 'wal',
  'WAL FPI': 'wal',
  'WAL Bytes': 'wal',
  Workers: 'workers',
  'Sort Workers': 'workers',
};

/** Pages, by the names of `Buffers`. */
export const blockKeys = {
  sharedHit: 'Shared Hit Blocks',
  sharedRead: 'Shared Read Blocks',
  sharedDirtied: 'Shared Dirtied Blocks',
  sharedWritten: 'Shared Written Blocks',
  localHit: 'Local Hit Blocks',
  localRead: 'Local Read Blocks',
  localDirtied: 'Local Dirtied Blocks',
  localWritten: 'Local Written Blocks',
  tempRead: 'Temp Read Blocks',
  tempWritten: 'Temp Written Blocks',
} as const;

export const ioTimeKeys = {
  sharedReadMs: 'Shared I/O Read Time',
  sharedWriteMs: 'Shared I/O Write Time',
  localReadMs: 'Local I/O Read Time',
  localWriteMs: 'Local I/O Write Time',
  tempReadMs: 'Temp I/O Read Time',
  tempWriteMs: 'Temp I/O Write Time',
} as const;

export const walKeys = {
  records: 'WAL Records',
  fpi: 'WAL FPI',
  bytes: 'WAL Bytes',
  buffersFull: 'WAL Buffers Full',
} as const;

const bufferKeys = [...Object.values(blockKeys), ...Object.values(ioTimeKeys)] as const;

/** 17 tells shared from local I/O time; before there was one number for both, which is put under shared. */
const before17: Readonly<Record<string, NumberKey>> = {
  'I/O Read Time': 'Shared I/O Read Time',
  'I/O Write Time': 'Shared I/O Write Time',
};

const numberKeys = [
  ...bufferKeys,
  ...Object.values(walKeys),
  'Startup Cost',
  'Total Cost',
  'Plan Rows',
  'Plan Width',
  'Actual Startup Time',
  'Actual Total Time',
  'Actual Rows',
  'Actual Loops',
  'Heap Fetches',
  'Index Searches',
  'Exact Heap Blocks',
  'Lossy Heap Blocks',
  'Peak Memory Usage',
  'Disk Usage',
  'Maximum Storage',
  'Subplans Removed',
  'Workers Planned',
  'Workers Launched',
] as const;
export type NumberKey = (typeof numberKeys)[number];

const textKeys = [
  'Relation Name',
  'Schema',
  'Alias',
  'Index Name',
  'CTE Name',
  'Function Name',
  'Join Type',
  'Strategy',
  'Operation',
  'Scan Direction',
] as const;
export type TextKey = (typeof textKeys)[number];

/**
 * The properties of many nodes, each property as a column, in the order of the nodes. They are filled in one pass over
 * what is printed: to ask each of thousands of nodes for the seventy properties that it might have takes many times as
 * long.
 */
export type Columns = {
  /** null where it was not printed. */
  readonly numbers: (key: NumberKey) => readonly (number | null)[];
  readonly texts: (key: TextKey) => readonly (string | null)[];
  /** Of each node its `facts`. */
  readonly facts: Int32Array;
  /** Of each node a bit for each of `conditionKeys` that it has; all of them when it has grouping sets. */
  readonly conditions: Int32Array;
};

type Property = {
  readonly wanted: 'number' | 'text' | 'flag' | 'presence';
  readonly fact: number;
  readonly condition: number;
  numbers: (number | null)[] | null;
  texts: (string | null)[] | null;
};

const isOneOf = <Key extends string>(keys: readonly Key[], key: string): key is Key =>
  keys.some((one) => one === key);

const propertyOf = (key: string): Property => {
  const fact = factOf[key] ?? (isOneOf(bufferKeys, key) || key in before17 ? 'buffers' : null);
  const condition = conditionKeys.indexOf(key);
  return {
    wanted:
      isOneOf(numberKeys, key) || key in before17
        ? 'number'
        : isOneOf(textKeys, key)
          ? 'text'
          : fact === 'parallel' || fact === 'async' || fact === 'disabled'
            ? 'flag'
            : 'presence',
    fact: fact === null ? 0 : facts[fact],
    condition: key === 'Grouping Sets' ? -1 : condition < 0 ? 0 : 1 << condition,
    numbers: null,
    texts: null,
  };
};

const known = [
  ...new Set<string>([
    ...Object.keys(factOf),
    ...Object.keys(before17),
    ...numberKeys,
    ...textKeys,
    ...conditionKeys,
    'Grouping Sets',
  ]),
];

export const readColumns = (nodes: readonly { readonly raw: RawObject }[], read: Reader): Columns => {
  const count = nodes.length;
  const properties = new Map(known.map((key) => [key, propertyOf(key)]));
  for (const [old, key] of Object.entries(before17)) {
    const property = properties.get(key);
    if (property) properties.set(old, property);
  }
  const has = new Int32Array(count);
  const conditions = new Int32Array(count);
  const absent = new Array<null>(count).fill(null);
  for (let index = 0; index < count; index++) {
    const raw = nodes[index]?.raw ?? {};
    let own = 0;
    let ownConditions = 0;
    for (const key in raw) {
      const property = properties.get(key);
      if (property === undefined) continue;
      const value = raw[key];
      if (value === null || value === undefined || (property.wanted === 'flag' && value !== true)) continue;
      own |= property.fact;
      ownConditions |= property.condition;
      if (property.wanted === 'number') {
        const number = read.checked(value, key);
        if (number === null) continue;
        property.numbers ??= absent.slice();
        property.numbers[index] = number;
      } else if (property.wanted === 'text') {
        property.texts ??= absent.slice();
        property.texts[index] = read.text(raw, key);
      }
    }
    has[index] = own;
    conditions[index] = ownConditions;
  }
  return {
    numbers: (key) => properties.get(key)?.numbers ?? absent,
    texts: (key) => properties.get(key)?.texts ?? absent,
    facts: has,
    conditions,
  };
};
