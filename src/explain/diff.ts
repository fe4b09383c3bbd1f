import type { DiffMark, DiffRow, Plan, PlanDiff, PlanNode } from './types.ts';
import { verdict } from './verdict.ts';
import { count, isJoin, isScan, kilobytes, milliseconds, pages, target, title } from './words.ts';

/** Two independent 32-bit hashes (FNV-1a with different seeds) of a name. */
const hash = (text: string, seed: number): number => {
  let value = seed;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
};

/**
 * For each node a key of the relations at and below it. Sums of hashes, for sets would cost the square of the depth:
 * the order of a join's sides does not matter, how often a relation is read does.
 */
const relationsBelow = (plan: Plan): string[] => {
  const first = new Uint32Array(plan.nodes.length);
  const second = new Uint32Array(plan.nodes.length);
  for (let index = plan.nodes.length - 1; index >= 0; index--) {
    const node = plan.nodes[index];
    if (!node) continue;
    const read = isScan(node) && node.type !== 'Bitmap Index Scan' ? target(node) : null;
    if (read !== null) {
      first[index] = (first[index] ?? 0) + hash(read, 0x811c9dc5);
      second[index] = (second[index] ?? 0) + hash(read, 0x1b873593);
    }
    if (node.parent === null) continue;
    first[node.parent - 1] = (first[node.parent - 1] ?? 0) + (first[index] ?? 0);
    second[node.parent - 1] = (second[node.parent - 1] ?? 0) + (second[index] ?? 0);
  }
  return plan.nodes.map((_, index) => `${first[index]}:${second[index]}`);
};

const kind = (node: PlanNode): string =>
  ({ 'Incremental Sort': 'Sort', 'Gather Merge': 'Gather', 'Merge Append': 'Append', Group: 'Aggregate' })[
    node.type
  ] ?? node.type;

const keyOf = (node: PlanNode, relations: string): string => {
  if (node.type === 'Bitmap Index Scan') return `index ${node.index ?? ''}`;
  if (isScan(node)) return `scan ${target(node) ?? node.type}`;
  return isJoin(node) ? `join ${relations}` : `${kind(node)} ${relations}`;
};

const grouped = (plan: Plan): Map<string, PlanNode[]> => {
  const relations = relationsBelow(plan);
  const groups = new Map<string, PlanNode[]>();
  for (const node of plan.nodes) {
    const key = keyOf(node, relations[node.id - 1] ?? '');
    const group = groups.get(key);
    if (group) group.push(node);
    else groups.set(key, [node]);
  }
  return groups;
};

/** Pairs nodes of one key: those most alike first, then in the order of the plan. */
const pairUp = (
  before: readonly PlanNode[],
  after: readonly PlanNode[],
  pairs: Map<number, number>,
): void => {
  let left = [...before];
  let right = [...after];
  const alike: ((node: PlanNode) => string)[] = [
    (node) => `${node.alias} ${title(node)} ${node.role}`,
    (node) => `${node.alias}`,
    () => '',
  ];
  for (const by of alike) {
    const waiting = new Map<string, PlanNode[]>();
    for (const node of right) {
      const list = waiting.get(by(node));
      if (list) list.push(node);
      else waiting.set(by(node), [node]);
    }
    const places = new Map<string, number>();
    left = left.filter((node) => {
      const key = by(node);
      const at = places.get(key) ?? 0;
      const found = waiting.get(key)?.[at];
      if (!found) return true;
      places.set(key, at + 1);
      pairs.set(found.id, node.id);
      return false;
    });
    right = right.filter((node) => !pairs.has(node.id));
    if (left.length === 0 || right.length === 0) return;
  }
};

const moved = (name: string, before: number | null, after: number | null): string[] =>
  before === null || after === null || before === after ? [] : [`${name} ${count(before)} → ${count(after)}`];

/** Times vary from run to run: only what is twice or half as much, and more than a millisecond, is a change. */
const slower = (before: PlanNode, after: PlanNode): string[] => {
  if (before.selfMs === null || after.selfMs === null) return [];
  const [low, high] = [Math.min(before.selfMs, after.selfMs), Math.max(before.selfMs, after.selfMs)];
  const rounding = (before.selfToleranceMs ?? 0) + (after.selfToleranceMs ?? 0);
  return high - low > 1 + rounding && high > 2 * low
    ? [`self ${milliseconds(before.selfMs)} → ${milliseconds(after.selfMs)}`]
    : [];
};

const conditions = (before: PlanNode, after: PlanNode): string[] =>
  [...new Set([...before.conditions, ...after.conditions].map((one) => one.name))].flatMap((name) => {
    const text = (node: PlanNode): string =>
      node.conditions
        .filter((one) => one.name === name)
        .map((one) => one.text)
        .join(', ');
    const [was, is] = [text(before), text(after)];
    if (was === is) return [];
    return is === '' ? [`no ${name}`] : was === '' ? [`${name}: ${is}`] : [`${name}: ${was} → ${is}`];
  });

/** What is different about a node that is in both plans. The last entry may be about time, which is no change. */
const changesOf = (before: PlanNode, after: PlanNode): string[] => {
  const spill = (node: PlanNode): string =>
    node.diskKb ? `${kilobytes(node.diskKb)} on disk` : node.memoryKb ? 'in memory' : '';
  const spilled =
    Boolean(before.diskKb) !== Boolean(after.diskKb) && (before.memoryKb ?? before.diskKb) !== null;
  return [
    ...(title(before) === title(after) ? [] : [`${title(before)} → ${title(after)}`]),
    ...moved(
      'pages',
      before.buffers ? pages(before.buffers.self) : null,
      after.buffers ? pages(after.buffers.self) : null,
    ),
    ...moved('rows', before.rows, after.rows),
    ...moved('loops', before.loops, after.loops),
    ...moved('heap fetches', before.heapFetches, after.heapFetches),
    ...(spilled && spill(after) !== '' ? [`${spill(before)} → ${spill(after)}`] : []),
    ...conditions(before, after),
    ...slower(before, after),
  ];
};

const mark = (before: PlanNode | null, after: PlanNode | null, changes: readonly string[]): DiffMark =>
  !before ? 'appeared' : !after ? 'vanished' : changes.length > 0 ? 'changed' : 'same';

/** Pages of all nodes: the root's, and those of data-changing CTEs that nothing scans. */
const allPages = (plan: Plan): number | null =>
  plan.nodes.some((node) => node.buffers)
    ? plan.nodes.reduce((sum, node) => sum + (node.buffers ? pages(node.buffers.self) : 0), 0)
    : null;

const both = (before: number | null, after: number | null): { before: number; after: number } | null =>
  before === null || after === null ? null : { before, after };

/**
 * What became of a plan: scans are matched by what they read, joins by the set of relations below them, other nodes
 * by their kind and the relations below.
 */
export const diffPlans = (before: Plan, after: Plan): PlanDiff => {
  const pairs = new Map<number, number>();
  const groups = grouped(before);
  for (const [key, nodes] of grouped(after)) pairUp(groups.get(key) ?? [], nodes, pairs);
  const matched = new Map([...pairs].map(([to, from]) => [from, to]));

  // A node that vanished stands behind the node it stood behind before.
  const behind = new Map<number, PlanNode[]>();
  let anchor = 0;
  for (const node of before.nodes) {
    const to = matched.get(node.id);
    if (to !== undefined) anchor = to;
    else {
      const list = behind.get(anchor);
      if (list) list.push(node);
      else behind.set(anchor, [node]);
    }
  }
  const row = (from: PlanNode | null, to: PlanNode | null): DiffRow => {
    const changes = from && to ? changesOf(from, to) : [];
    return { mark: mark(from, to, changes), before: from?.id ?? null, after: to?.id ?? null, changes };
  };
  const vanished = (at: number): DiffRow[] => (behind.get(at) ?? []).map((node) => row(node, null));
  const rows = [
    ...vanished(0),
    ...after.nodes.flatMap((node) => [
      row(before.nodes[(pairs.get(node.id) ?? 0) - 1] ?? null, node),
      ...vanished(node.id),
    ]),
  ];
  const result = {
    before,
    after,
    rows,
    pages: both(allPages(before), allPages(after)),
    ms: both(before.executionMs ?? before.treeMs, after.executionMs ?? after.treeMs),
  };
  return { ...result, verdict: verdict(result) };
};
