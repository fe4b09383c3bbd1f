import type { Bound, MeasurePattern } from '../lesson/types.ts';
import type { Cell } from '../timeline/events.ts';
import { sayBound } from './plan-claims.ts';

const within = (value: number, bound: Bound): boolean => value >= bound.min && value <= bound.max;

/** The claim as its author wrote it: `by index: <= 5`, `by scan: >= 100 times by index`. */
export const sayMeasured = ({ variant, value, times, of }: MeasurePattern): string =>
  [value && `${variant}: ${sayBound(value)}`, times && `${variant}: ${sayBound(times)} times ${of}`]
    .filter((part) => part !== null)
    .join(', ');

/** @param rows `[variant, value]` of each bar */
export const checkMeasured = (
  { variant, value, times, of }: MeasurePattern,
  rows: readonly (readonly Cell[])[],
): { readonly ok: boolean; readonly happened: string } => {
  const numberOf = (name: string | null): number | null => {
    const row = rows.find(([known]) => known === name);
    return row ? Number(row[1]) : null;
  };
  const own = numberOf(variant);
  const other = numberOf(of);
  if (own === null) return { ok: false, happened: `there is no variant ${variant}` };
  if (times && other === null) return { ok: false, happened: `there is no variant ${of}` };
  const factor = times && other !== null ? own / other : null;
  const ok = (!value || within(own, value)) && (!times || (factor !== null && within(factor, times)));
  const factorText = factor === null ? '' : `, ${factor.toPrecision(3)} times ${of}: ${other}`;
  return { ok, happened: `${variant}: ${own}${factorText}` };
};
