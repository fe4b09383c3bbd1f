import type { Columns } from './columns.ts';
import type { Place } from './flatten.ts';

const isSubplan = (place: Place): boolean =>
  place.role === 'initplan' || place.role === 'subplan' || place.role === 'cte';

/** These take all of their input before they give anything. */
const takesAll = (place: Place, strategy: string | null): boolean =>
  place.type === 'Sort' ||
  place.type === 'Hash' ||
  place.type === 'Bitmap Heap Scan' ||
  place.type === 'BitmapAnd' ||
  place.type === 'BitmapOr' ||
  place.type === 'ModifyTable' ||
  (place.type === 'Aggregate' && strategy !== 'Sorted') ||
  (place.type === 'SetOp' && strategy === 'Hashed');

/**
 * Which nodes may have been stopped before they gave all their rows, so that fewer rows than estimated prove nothing:
 * what is below a Limit or a Merge Join, or on the inner side of a semi or anti join, down to a node that takes all of
 * its input anyway. A Merge Join may also read rows of its inner side again. A subquery that gave at most one row may
 * have been an EXISTS.
 */
export const stoppedEarly = (places: readonly Place[], columns: Columns): Uint8Array => {
  const stopped = new Uint8Array(places.length);
  const joins = columns.texts('Join Type');
  const strategies = columns.texts('Strategy');
  const rows = columns.numbers('Actual Rows');
  const expected = columns.numbers('Plan Rows');
  for (const place of places) {
    const parent = places[place.parent];
    if (!parent) continue;
    if (isSubplan(place)) {
      const fewer = (rows[place.index] ?? 2) <= 1 && (expected[place.index] ?? 0) > 1;
      stopped[place.index] = place.role !== 'cte' && fewer ? 1 : 0;
      continue;
    }
    const join = joins[parent.index];
    const may =
      parent.type === 'Limit' ||
      parent.type === 'Merge Join' ||
      (place.role === 'inner' && (join === 'Semi' || join === 'Anti'));
    stopped[place.index] =
      may || (stopped[parent.index] === 1 && !takesAll(parent, strategies[parent.index] ?? null)) ? 1 : 0;
  }
  return stopped;
};

/** Actual ÷ estimated rows per loop, both at least 1. */
export const estimateFactor = (actual: number, estimated: number): number =>
  Math.max(1, actual) / Math.max(1, estimated);
