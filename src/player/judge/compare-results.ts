import type { VerdictKind } from '../../lesson/types.ts';
import type { Cell, Column, StatementResult } from '../../timeline/events.ts';
import type { Evidence } from '../judge-state.ts';
import { comparer, kindOf } from './value-kinds.ts';

/** Why an answer is not what was asked. */
export type Difference = {
  readonly kind: VerdictKind;
  readonly sentence: string;
  readonly evidence: Evidence | null;
};

export type Rows = Pick<StatementResult, 'columns' | 'rows' | 'rowCount'>;

export type CompareOptions = {
  /** Columns (from 0) that the solution sorts by; rows equal in them may change places. null: any order will do. */
  readonly sortedBy: readonly number[] | null;
  readonly names: boolean;
  /** What is compared: null for the result of a query, else a table or a query that looks at one. */
  readonly of: string | null;
};

const shown = 20;
/** More columns than these have too many orders to try. */
const mostPermuted = 6;

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

type Keys = readonly string[];

/** A row as a string that equal rows share. */
const keysOf = (rows: Rows, expected: readonly Column[], got: readonly Column[]): string[] => {
  const plain = expected.map((column, index) => comparer(column, got[index] ?? column));
  return rows.rows.map((row) =>
    JSON.stringify(
      row.map((cell, index) => plain[index]?.(cell, rows.columns[index] ?? { name: '', typeOid: 0 }) ?? null),
    ),
  );
};

/** Positions in `keys` that are left when each of `others` has taken one that is equal. */
const leftOver = (keys: Keys, others: Keys): number[] => {
  const counts = new Map<string, number>();
  for (const key of others) counts.set(key, (counts.get(key) ?? 0) + 1);
  return keys.flatMap((key, index) => {
    const count = counts.get(key) ?? 0;
    if (count === 0) return [index];
    counts.set(key, count - 1);
    return [];
  });
};

const permutations = (count: number): number[][] => {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, at) => [...rest.slice(0, at), count - 1, ...rest.slice(at)]),
  );
};

const permuted = (rows: Rows, order: readonly number[]): Rows => ({
  rowCount: rows.rowCount,
  columns: order.map((index) => rows.columns[index] ?? { name: '', typeOid: 0 }),
  rows: rows.rows.map((row) => order.map((index) => row[index] ?? null)),
});

const sameKinds = (expected: Rows, got: Rows): boolean => wrongKind(expected, got) === null;

const sameRows = (expected: Rows, got: Rows): boolean => {
  const [a, b] = [
    keysOf(expected, expected.columns, got.columns),
    keysOf(got, expected.columns, got.columns),
  ];
  return a.length === b.length && leftOver(a, b).length === 0;
};

/** The first column whose values are of another kind; nothing can be said of a column in which there is no value. */
const wrongKind = (expected: Rows, got: Rows): number | null => {
  const isEmpty = (rows: Rows, index: number): boolean => rows.rows.every((row) => row[index] === null);
  const at = expected.columns.findIndex((column, index) => {
    const other = got.columns[index];
    return other && kindOf(column) !== kindOf(other) && !isEmpty(expected, index) && !isEmpty(got, index);
  });
  return at < 0 ? null : at;
};

const names = (rows: Rows): string[] => rows.columns.map(({ name }) => name);
const columnsEvidence = (expected: Rows, got: Rows): Evidence => ({
  kind: 'columns',
  expected: names(expected),
  got: names(got),
});

/** Whether the columns are right, but stand in another order. */
const isPermuted = (expected: Rows, got: Rows): boolean => {
  const count = expected.columns.length;
  if (count < 2 || count > mostPermuted || expected.rows.length === 0) return false;
  if (sameKinds(expected, got) && sameRows(expected, got)) return false;
  return permutations(count).some((order) => {
    const other = permuted(got, order);
    return sameKinds(expected, other) && sameRows(expected, other);
  });
};

const columnDifference = (expected: Rows, got: Rows, options: CompareOptions): Difference | null => {
  const [wanted, has] = [expected.columns.length, got.columns.length];
  const evidence = columnsEvidence(expected, got);
  if (wanted !== has) {
    const sentence = `${plural(wanted, 'column')} should come out, not ${has}.`;
    return { kind: 'column-count', sentence, evidence };
  }
  if (isPermuted(expected, got))
    return { kind: 'column-order', sentence: 'The columns are right, but in another order.', evidence };
  if (options.names) {
    const at = names(expected).findIndex((name, index) => name !== got.columns[index]?.name);
    const [right, wrong] = [expected.columns[at]?.name, got.columns[at]?.name];
    if (at >= 0)
      return {
        kind: 'column-name',
        sentence: `Column ${at + 1} should be called ${right}, not ${wrong}.`,
        evidence,
      };
  }
  const at = wrongKind(expected, got);
  const [right, wrong] = at === null ? [] : [expected.columns[at], got.columns[at]];
  if (at === null || !right || !wrong) return null;
  const sentence = `Column ${at + 1} (${wrong.name}) should be ${kindOf(right)}, not ${kindOf(wrong)}.`;
  return { kind: 'type', sentence, evidence };
};

const count = (number: number, noun: string, verb: string): string =>
  number === 1 ? `One ${noun} ${verb === 'are' ? 'is' : verb}` : `${number} ${noun}s ${verb}`;

/** The first difference between what the solution gave and what the answer gave; null: they are the same. */
export const compareRows = (expected: Rows, got: Rows, options: CompareOptions): Difference | null => {
  const column = columnDifference(expected, got, options);
  if (column) return column;
  const [wanted, has] = [
    keysOf(expected, expected.columns, got.columns),
    keysOf(got, expected.columns, got.columns),
  ];
  const missing = leftOver(wanted, has);
  const extra = leftOver(has, wanted);
  // Of many rows only the first are here: what seems to be missing may be among the others.
  const isCut = got.rowCount > got.rows.length;
  if (isCut || missing.length > 0 || extra.length > 0) {
    const pick = (rows: Rows, at: readonly number[]): (readonly Cell[])[] =>
      at.slice(0, shown).map((index) => rows.rows[index] ?? []);
    const evidence: Evidence = {
      kind: 'rows',
      of: options.of,
      columns: expected.columns,
      missing: isCut ? [] : pick(expected, missing),
      extra: pick(got, extra),
      missingCount: isCut ? 0 : missing.length,
      extraCount: isCut ? Math.max(1, extra.length, got.rowCount - expected.rowCount) : extra.length,
      expectedCount: expected.rowCount,
      gotCount: got.rowCount,
    };
    const sentence = isCut
      ? `At least ${plural(evidence.extraCount, 'row')} ${evidence.extraCount === 1 ? 'is' : 'are'} too many.`
      : sayRows(evidence, missing, wanted, has);
    return { kind: evidence.missingCount > 0 ? 'missing-row' : 'extra-row', sentence, evidence };
  }
  return options.sortedBy === null ? null : orderDifference(expected, got, wanted, has, options.sortedBy);
};

const sayRows = (
  { missingCount, extraCount }: { readonly missingCount: number; readonly extraCount: number },
  missing: readonly number[],
  wanted: Keys,
  has: Keys,
): string => {
  if (missingCount > 0 && extraCount > 0)
    return `${count(missingCount, 'row', 'are')} missing, and ${plural(extraCount, 'row')} should not be there.`;
  if (missingCount > 0) {
    const rare = missing.every((index) => has.includes(wanted[index] ?? ''));
    return `${count(missingCount, 'row', 'are')} missing${rare ? ': it should come more often' : ''}.`;
  }
  const twice = has.every((key) => wanted.includes(key));
  return `${count(extraCount, 'row', 'are')} too many${twice ? ': some come more often than they should' : ''}.`;
};

const orderDifference = (
  expected: Rows,
  got: Rows,
  wanted: Keys,
  has: Keys,
  sortedBy: readonly number[],
): Difference | null => {
  const group = (row: readonly Cell[] | undefined): string =>
    JSON.stringify(sortedBy.map((index) => row?.[index] ?? null));
  for (let start = 0; start < wanted.length; ) {
    let end = start + 1;
    const key = group(expected.rows[start]);
    while (sortedBy.length > 0 && end < wanted.length && group(expected.rows[end]) === key) end += 1;
    const there = has.slice(start, end);
    const [at] = leftOver(there, wanted.slice(start, end));
    if (at !== undefined) {
      const evidence: Evidence = {
        kind: 'order',
        columns: expected.columns,
        expected: expected.rows.slice(0, shown),
        got: got.rows.slice(0, shown),
        at: start + at,
      };
      return {
        kind: 'order',
        sentence: `The rows are right, but row ${start + at + 1} is not where it should be.`,
        evidence,
      };
    }
    start = end;
  }
  return null;
};
