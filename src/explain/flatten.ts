import { PlanError } from './error.ts';
import { roleOf } from './node-facts.ts';
import { isObject, type RawObject, type RawPlan } from './raw.ts';
import type { Role } from './types.ts';

/** A node in its place. Ids are indexes here, from 0. */
export type Place = {
  readonly raw: RawObject;
  readonly index: number;
  readonly parent: number;
  /** Which of its parent's `Plans` it is. */
  readonly nth: number;
  readonly depth: number;
  readonly children: number[];
  /** The index of the last node of its subtree. */
  last: number;
  readonly type: string;
  readonly role: Role | null;
  readonly subplanName: string | null;
};

const pathOf = (places: readonly Place[], parent: number, nth: number): (string | number)[] => {
  const path: (string | number)[] = [];
  let at = parent;
  let child = nth;
  while (at >= 0) {
    path.push(child, 'Plans');
    const place = places[at];
    child = place?.nth ?? 0;
    at = place?.parent ?? -1;
  }
  return path.reverse();
};

/** The tree in pre-order, without recursion: plans of generated queries nest thousands deep. @throws {PlanError} */
export const flatten = (plan: RawPlan): Place[] => {
  const places: Place[] = [];
  const stack: { readonly value: unknown; readonly parent: number; readonly nth: number }[] = [
    { value: plan.plan, parent: -1, nth: 0 },
  ];
  const fail = (message: string, parent: number, nth: number): PlanError =>
    new PlanError(message, plan.locate(pathOf(places, parent, nth)), 'Paste the whole output of EXPLAIN.');
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { value, parent, nth } = next;
    if (!isObject(value)) throw fail('expected a plan node, an object with a "Node Type"', parent, nth);
    const type = value['Node Type'];
    if (typeof type !== 'string' || type === '') throw fail('this node has no "Node Type"', parent, nth);
    const plans = value.Plans ?? [];
    if (!Array.isArray(plans)) throw fail('"Plans" of this node is no list', parent, nth);
    const index = places.length;
    const above = places[parent];
    if (above) above.children[nth] = index;
    const relationship = value['Parent Relationship'];
    const name = value['Subplan Name'];
    const subplanName = typeof name === 'string' ? name : null;
    places.push({
      raw: value,
      index,
      parent,
      nth,
      depth: above ? above.depth + 1 : 0,
      // As long as it will be: a list that grows takes room for 17 at once.
      children: new Array<number>(plans.length),
      last: index,
      type,
      role: roleOf(typeof relationship === 'string' ? relationship : null, subplanName),
      subplanName,
    });
    for (let child = plans.length - 1; child >= 0; child--)
      stack.push({ value: plans[child], parent: index, nth: child });
  }
  for (let index = places.length - 1; index > 0; index--) {
    const place = places[index];
    const parent = places[place?.parent ?? -1];
    if (place && parent && parent.last < place.last) parent.last = place.last;
  }
  return places;
};
