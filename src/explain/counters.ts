import { blockKeys, type Columns, facts, ioTimeKeys, type NumberKey, walKeys } from './columns.ts';
import type { Buffers, Wal } from './types.ts';

type Column = readonly (number | null)[];

/** Of what each node counted, children included, its own part: less what those counted whom it pays for. */
export type Subtract = (totals: Column) => Float64Array;

type Mutable<Counts> = { -readonly [Name in keyof Counts]: Counts[Name] };

const noBuffers: Buffers = {
  sharedHit: 0,
  sharedRead: 0,
  sharedDirtied: 0,
  sharedWritten: 0,
  localHit: 0,
  localRead: 0,
  localDirtied: 0,
  localWritten: 0,
  tempRead: 0,
  tempWritten: 0,
  sharedReadMs: null,
  sharedWriteMs: null,
  localReadMs: null,
  localWriteMs: null,
  tempReadMs: null,
  tempWriteMs: null,
};
const noWal: Wal = { records: 0, fpi: 0, bytes: 0, buffersFull: 0 };

type Counted<Counts> = (index: number) => { readonly self: Counts; readonly total: Counts };

/** Most counters are 0 in all nodes of a plan: what is filled into a copy of `none` are the others. */
const counted = <Counts extends { readonly [Name in keyof Counts]: number | null }>(
  none: Counts,
  keys: { readonly [Name in keyof Counts]: NumberKey },
  columns: Columns,
  subtract: Subtract,
): Counted<Counts> => {
  type Counter = { readonly name: keyof Counts; readonly totals: Column; readonly own: Float64Array };
  const counters: Counter[] = [];
  for (const name in keys) {
    const totals = columns.numbers(keys[name]);
    if (totals.some((value) => value !== null && value !== none[name]))
      counters.push({ name, totals, own: subtract(totals) });
  }
  return (index) => {
    const total: Mutable<Counts> = { ...none };
    let same = true;
    for (const { name, totals, own } of counters) {
      const value = totals[index] ?? null;
      if (value === null) continue;
      total[name] = value as Counts[keyof Counts];
      if (value !== own[index]) same = false;
    }
    if (same) return { self: total, total };
    const self: Mutable<Counts> = { ...total };
    for (const { name, own } of counters)
      if (self[name] !== null) self[name] = (own[index] ?? 0) as Counts[keyof Counts];
    return { self, total };
  };
};

export const buffersOf = (columns: Columns, subtract: Subtract): Counted<Buffers> =>
  counted<Buffers>(noBuffers, { ...blockKeys, ...ioTimeKeys }, columns, subtract);

export const walOf = (columns: Columns, subtract: Subtract): Counted<Wal> =>
  counted<Wal>(noWal, walKeys, columns, subtract);

/** Of what EXPLAIN printed once, beside the tree. */
export const buffersAlone = (columns: Columns): Buffers | null =>
  (columns.facts[0] ?? 0) & facts.buffers
    ? buffersOf(columns, (totals) => Float64Array.from(totals, Number))(0).total
    : null;
