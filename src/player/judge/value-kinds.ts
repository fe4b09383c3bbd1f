import type { Cell, Column } from '../../timeline/events.ts';

/**
 * How values of a column are compared. Kinds follow what a learner sees: one width of number or string is like another, a number is
 * no string. Oids are those of pg_type.dat; any other type is a kind of its own.
 */
const kinds: readonly { readonly kind: string; readonly oids: readonly number[] }[] = [
  { kind: 'a number', oids: [20, 21, 23, 26, 700, 701, 1700] },
  { kind: 'text', oids: [18, 19, 25, 705, 1042, 1043] },
  { kind: 'a boolean', oids: [16] },
  { kind: 'a date', oids: [1082] },
  { kind: 'a timestamp without time zone', oids: [1114] },
  { kind: 'a timestamp with time zone', oids: [1184] },
  { kind: 'a time of day', oids: [1083] },
  { kind: 'an interval', oids: [1186] },
  { kind: 'an amount of money', oids: [790] },
  { kind: 'a uuid', oids: [2950] },
  { kind: 'JSON', oids: [114, 3802] },
  { kind: 'bytes', oids: [17] },
  { kind: 'an array of numbers', oids: [1005, 1007, 1016, 1021, 1022, 1231] },
  { kind: 'an array of text', oids: [1002, 1009, 1014, 1015] },
];

const floats = [700, 701];
const paddedText = 1042;

/** `a number`, `text`, `a date`…; of a type that is not in the list above `another type` with its oid. */
export const kindOf = ({ typeOid }: Column): string =>
  kinds.find(({ oids }) => oids.includes(typeOid))?.kind ?? `a value of type ${typeOid}`;

/** `1.10`, `1.1`, `11e-1` are one value; `NaN` and `Infinity` stay what they are. */
const plainNumber = (text: string): string => {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match || text === '') return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent);
  // No type of PostgreSQL prints more than these, and a longer one would only cost memory.
  if (Math.abs(shift) > 20_000) return text;
  const point = whole.length + shift;
  const digits = whole + fraction;
  const left = point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0');
  const right = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  const trimmed = [left.replace(/^0+/, '') || '0', right.replace(/0+$/, '')]
    .filter((part) => part !== '')
    .join('.');
  return trimmed === '0' ? '0' : `${sign === '-' ? '-' : ''}${trimmed}`;
};

/** Floating point loses the last of its digits to the order of additions. */
const roundFloat = (text: string, digits: number): string => {
  const number = Number(text);
  return Number.isFinite(number) ? plainNumber(String(Number(number.toPrecision(digits)))) : text;
};

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
};

const plainJson = (text: string): string => {
  try {
    return JSON.stringify(sorted(JSON.parse(text)));
  } catch {
    return text;
  }
};

/**
 * Of two columns that are compared with each other, what a value comes down to: two values are the same when these are. NULL is
 * null.
 */
export const comparer = (expected: Column, got: Column): ((cell: Cell, column: Column) => Cell) => {
  const kind = kindOf(expected);
  const oids = [expected.typeOid, got.typeOid];
  if (kind === 'a number') {
    if (oids.includes(700)) return (cell) => (cell === null ? null : roundFloat(cell, 6));
    if (oids.some((oid) => floats.includes(oid)))
      return (cell) => (cell === null ? null : roundFloat(cell, 14));
    return (cell) => (cell === null ? null : plainNumber(cell));
  }
  if (kind === 'text')
    return (cell, { typeOid }) => (typeOid === paddedText ? (cell?.replace(/ +$/, '') ?? null) : cell);
  if (kind === 'an array of numbers')
    return (cell) =>
      cell?.replace(/[^{},]+/g, (item) => (item === 'NULL' ? item : plainNumber(item))) ?? null;
  if (kind === 'JSON') return (cell) => (cell === null ? null : plainJson(cell));
  return (cell) => cell;
};
