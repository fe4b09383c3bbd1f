import type { Plan, PlanNode } from '../explain/types.ts';

/** What is folded: subtrees by the id of their top, and which runs of look-alike siblings are opened. */
export type Folds = { readonly closed: ReadonlySet<number>; readonly opened: ReadonlySet<number> };
export const noFolds: Folds = { closed: new Set(), opened: new Set() };

/** A line of the tree. `last`: nothing follows below the same parent. */
export type PlanRow =
  | { readonly kind: 'node'; readonly id: number; readonly last: boolean; readonly hidden: number }
  /** Siblings of one shape (partitions), folded: the ids of their tops. `id` is the first. */
  | { readonly kind: 'run'; readonly id: number; readonly members: readonly number[]; readonly last: boolean }
  /** Subplans that pruning took away before the start. `id` is the Append they are missing from. */
  | { readonly kind: 'removed'; readonly id: number; readonly count: number; readonly last: boolean }
  /**
   * One process of a Gather (`id`): how long it took for the node below (`of`), how many rows it got of the node that
   * hands out the work (`source`). null: the leader, which did what is left.
   */
  | {
      readonly kind: 'worker';
      readonly id: number;
      readonly of: number;
      readonly source: number;
      readonly worker: number | null;
    };

/** So many siblings that look alike become one row. */
const shortestRun = 4;

const runParents = new Set(['Append', 'Merge Append', 'ModifyTable']);

const nodeAt = (plan: Plan, id: number): PlanNode | undefined => plan.nodes[id - 1];

const shapes = new WeakMap<Plan, readonly number[]>();

/** A number for the shape of each subtree, equal for equal ones; from the leaves up, so linear. */
const shapesOf = (plan: Plan): readonly number[] => {
  const made = shapes.get(plan);
  if (made) return made;
  const names = new Map<string, number>();
  const result = new Array<number>(plan.nodes.length).fill(0);
  for (let index = plan.nodes.length - 1; index >= 0; index--) {
    const node = plan.nodes[index];
    if (!node) continue;
    let shape = node.neverExecuted ? `${node.label} never` : node.label;
    for (const child of node.children) shape += ` ${result[child - 1]}`;
    const known = names.get(shape);
    if (known === undefined) names.set(shape, names.size);
    result[index] = known ?? names.size - 1;
  }
  shapes.set(plan, result);
  return result;
};

/** Children that are alike and next to each other, by the first of them. */
const runsBelow = (plan: Plan, node: PlanNode, runs: Map<number, readonly number[]>): void => {
  if (!runParents.has(node.type) || node.children.length < shortestRun) return;
  const shape = shapesOf(plan);
  let run: number[] = [];
  const close = (): void => {
    const [first] = run;
    if (first !== undefined && run.length >= shortestRun) runs.set(first, run);
    run = [];
  };
  for (const child of node.children) {
    const [first] = run;
    if (first !== undefined && shape[first - 1] !== shape[child - 1]) close();
    run.push(child);
  }
  close();
};

/** Workers below a Gather that EXPLAIN (VERBOSE) listed, and the leader when it took part. */
const workerRows = (plan: Plan, gather: PlanNode): PlanRow[] => {
  if (gather.type !== 'Gather' && gather.type !== 'Gather Merge') return [];
  const below = plan.nodes.slice(gather.id, gather.last).filter((node) => node.workers.length > 0);
  const [first] = below;
  if (!first) return [];
  const source = below.find((node) => node.parallelAware && node.type !== 'Hash') ?? first;
  const row = (worker: number | null): PlanRow => ({
    kind: 'worker',
    id: gather.id,
    of: first.id,
    source: source.id,
    worker,
  });
  const rows = first.workers.map(({ number }) => row(number));
  return first.processes > first.workers.length ? [row(null), ...rows] : rows;
};

/** The rows of the tree from top to bottom. Linear in the number of nodes, however deep. */
export const planRows = (plan: Plan, folds: Folds): PlanRow[] => {
  const rows: PlanRow[] = [];
  const runs = new Map<number, readonly number[]>();
  for (let index = 0; index < plan.nodes.length; index++) {
    const node = plan.nodes[index];
    if (!node) continue;
    const siblings = node.parent === null ? undefined : nodeAt(plan, node.parent)?.children;
    const isLast = (id: number): boolean => siblings === undefined || siblings[siblings.length - 1] === id;
    const members = runs.get(node.id);
    const end = members && nodeAt(plan, members[members.length - 1] ?? 0);
    if (members && end && !folds.opened.has(node.id)) {
      rows.push({ kind: 'run', id: node.id, members, last: isLast(end.id) });
      index = end.last - 1;
      continue;
    }
    const hidden = folds.closed.has(node.id) ? node.last - node.id : 0;
    rows.push({ kind: 'node', id: node.id, last: isLast(node.id), hidden });
    if (hidden > 0) {
      index = node.last - 1;
      continue;
    }
    rows.push(...workerRows(plan, node));
    if (node.subplansRemoved !== null && node.subplansRemoved > 0) {
      const last = node.children.length === 0;
      rows.push({ kind: 'removed', id: node.id, count: node.subplansRemoved, last });
    }
    runsBelow(plan, node, runs);
  }
  return rows;
};

/** The first id of the opened run that the node is a top of; null: it is in none. */
export const runOf = (plan: Plan, id: number): number | null => {
  const parent = nodeAt(plan, nodeAt(plan, id)?.parent ?? 0);
  if (!parent) return null;
  const runs = new Map<number, readonly number[]>();
  runsBelow(plan, parent, runs);
  for (const [first, members] of runs) if (members.includes(id)) return first;
  return null;
};

/** Folds under which the node can be seen: everything above it is opened. */
export const reveal = (plan: Plan, folds: Folds, id: number): Folds => {
  const closed = new Set(folds.closed);
  const opened = new Set(folds.opened);
  for (let node = nodeAt(plan, id); node; node = nodeAt(plan, node.parent ?? 0)) {
    if (node.id !== id) closed.delete(node.id);
    const run = runOf(plan, node.id);
    if (run !== null) opened.add(run);
  }
  return { closed, opened };
};
