import type { Place } from './flatten.ts';
import type { Trigger } from './types.ts';

/**
 * AFTER triggers run when the tree is done; BEFORE and INSTEAD OF triggers run inside a ModifyTable, whose time holds
 * theirs. EXPLAIN does not say which is which. Those of constraints are AFTER; of the others, those for which there is
 * room between the tree's time and the execution time, largest first, and what has no room ran inside.
 */
export const placeTriggers = (
  triggers: readonly Trigger[],
  /** Execution time less that of the tree and the other buckets; null when not known. */
  gap: number | null,
  places: readonly Place[],
  wall: Float64Array,
): { readonly inside: Float64Array; readonly outsideMs: number } => {
  const inside = new Float64Array(places.length);
  if (triggers.length === 0) return { inside, outsideMs: 0 };
  let left = gap ?? 0;
  let outsideMs = 0;
  const sorted = [...triggers].sort(
    (a, b) => Number(b.constraint !== null) - Number(a.constraint !== null) || (b.ms ?? 0) - (a.ms ?? 0),
  );
  const targets = places.filter((place) => place.type === 'ModifyTable' || place.raw.Operation !== undefined);
  for (const trigger of sorted) {
    const ms = trigger.ms ?? 0;
    const room = (node: Place): number => (wall[node.index] ?? 0) - (inside[node.index] ?? 0);
    const host =
      gap === null || ms <= left + 0.01 || trigger.constraint !== null
        ? undefined
        : (targets.find((node) => node.raw['Relation Name'] === trigger.relation && room(node) >= ms) ??
          targets.find((node) => room(node) >= ms));
    if (host) inside[host.index] = (inside[host.index] ?? 0) + ms;
    else {
      left -= ms;
      outsideMs += ms;
    }
  }
  return { inside, outsideMs };
};
