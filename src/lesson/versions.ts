import type { VersionRange } from './types.ts';

/** The oldest major version a lesson may be written for. */
export const oldestPostgres = 14;

/** Every version. */
export const anyVersion: VersionRange = {};

type RangeResult = { readonly range: VersionRange } | { readonly problem: string };

const example = 'write it as ">=15", ">=15 <=16", "<18" or "=17"';

/** Reads `>=15`, `>=15 <=16`, `<18`, `>16`, `=17`: conditions that all have to hold. */
export const parseVersionRange = (text: string): RangeResult => {
  const conditions = text
    .trim()
    .replace(/([<>=])\s+/g, '$1')
    .split(/[\s,]+/);
  let from = 0;
  let to = Number.POSITIVE_INFINITY;
  for (const condition of conditions) {
    const match = /^(>=|<=|>|<|=)(\d{1,3})$/.exec(condition);
    if (!match) return { problem: `expected PostgreSQL versions, found "${text}"; ${example}` };
    const major = Number(match[2]);
    if (match[1] === '>=') from = Math.max(from, major);
    else if (match[1] === '>') from = Math.max(from, major + 1);
    else if (match[1] === '<=') to = Math.min(to, major);
    else if (match[1] === '<') to = Math.min(to, major - 1);
    else {
      from = Math.max(from, major);
      to = Math.min(to, major);
    }
  }
  if (from > to) return { problem: `no version of PostgreSQL is ${conditions.join(' and ')}` };
  if (to < oldestPostgres) return { problem: `PostgreSQL ${oldestPostgres} is the oldest supported version` };
  return { range: { ...(from > 0 && { from }), ...(Number.isFinite(to) && { to }) } };
};

/** Whether some major version lies in both. */
export const rangesMeet = (a: VersionRange, b: VersionRange): boolean =>
  Math.max(a.from ?? 0, b.from ?? 0) <=
  Math.min(a.to ?? Number.POSITIVE_INFINITY, b.to ?? Number.POSITIVE_INFINITY);
