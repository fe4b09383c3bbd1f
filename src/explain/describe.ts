import { isNodeType } from './node-types.ts';
import { nodeWords } from './node-words.ts';
import type { NodeDescription, Plan, PlanNode } from './types.ts';
import {
  childrenOf,
  count,
  isJoin,
  isScan,
  kilobytes,
  milliseconds,
  pages,
  percent,
  plural,
  target,
} from './words.ts';

const unknown = {
  does: 'A node of an extension, or of a server made from PostgreSQL.',
  badWhen: 'See the manual of what it comes from.',
};

const fewOrMany = (factor: number): string =>
  factor >= 2
    ? `, ${count(Math.round(factor))} times as many as the planner expected`
    : factor <= 0.5
      ? `, ${count(Math.round(1 / factor))} times fewer than the planner expected`
      : ', about as many as the planner expected';

const expected = (node: PlanNode): string =>
  node.planRows === null
    ? 'There is no estimate of its rows.'
    : `The planner expects ${plural(node.planRows, 'row')}${node.totalCost === null ? '' : ` at a cost of ${count(node.totalCost)}`}; it was not run.`;

const subject = (node: PlanNode): string => {
  const name = target(node);
  if (isScan(node) && name) return node.index ? `Read ${name} through ${node.index}` : `Read ${name}`;
  return isJoin(node) ? 'Joined' : 'Ran';
};

const looped = (node: PlanNode): string => {
  const loops = node.loops ?? 0;
  if (node.processes > 1.01)
    return ` in ${count(Math.round(node.processes))} processes${loops > node.processes * 1.01 ? `, ${count(loops)} times in all` : ''}`;
  return loops > 1 ? `, ${count(loops)} times` : '';
};

const rowsOf = (node: PlanNode): string => {
  if (node.rows === null) return '';
  const each =
    (node.loops ?? 0) > 1 && node.rowsPerLoop !== null ? ` (${count(node.rowsPerLoop)} each time)` : '';
  const factor = node.estimateFactor === null ? '' : fewOrMany(node.estimateFactor);
  return ` and gave ${plural(node.rows, 'row')}${each}${factor}`;
};

const timeOf = (node: PlanNode): string[] => {
  if (node.selfMs === null) return [];
  const rough =
    node.selfToleranceMs !== null && node.selfToleranceMs > Math.max(0.01, node.selfMs * 0.05)
      ? ` (± ${milliseconds(node.selfToleranceMs)}, for times are printed rounded per loop)`
      : '';
  const share = node.share === null ? '' : `, ${percent(node.share)} of the plan`;
  const overrun =
    node.overrunMs === null
      ? ''
      : ` What is below it went on ${milliseconds(node.overrunMs)} longer than it did itself; the shares below are scaled to fit.`;
  return [`Its own work took ${milliseconds(node.selfMs)}${share}${rough}.${overrun}`];
};

const pagesOf = (node: PlanNode): string[] => {
  const own = node.buffers?.self;
  if (!own || pages(own) === 0) return [];
  const read = own.sharedRead + own.localRead;
  const from = read > 0 ? `, ${count(read)} of them not in shared buffers` : ', all in shared buffers';
  return [`It looked at ${plural(pages(own), 'page')}${from}.`];
};

const details = (node: PlanNode): string[] => {
  const found: string[] = [];
  for (const { name, removed } of node.conditions)
    if (removed) {
      const kept = node.rows ?? 0;
      found.push(
        `The ${name.toLowerCase()} threw ${plural(removed, 'row')} away, ${percent(removed / (removed + kept))} of what it tested.`,
      );
    }
  if (node.sort)
    found.push(
      `Sort method: ${node.sort.method}, ${kilobytes(node.sort.kb)} ${node.sort.space === 'disk' ? 'on disk' : 'of memory'}.`,
    );
  else if (node.diskKb) found.push(`It wrote ${kilobytes(node.diskKb)} to disk.`);
  if (node.hash?.batches)
    found.push(
      `${plural(node.hash.batches, 'batch', 'batches')}${node.hash.memoryKb === null ? '' : `, ${kilobytes(node.hash.memoryKb)} of memory`}.`,
    );
  if (node.memoize)
    found.push(
      `${plural(node.memoize.hits, 'hit')}, ${plural(node.memoize.misses, 'miss', 'misses')}, ${plural(node.memoize.evictions, 'eviction')}.`,
    );
  if (node.heapFetches) found.push(`It had to look into the table ${plural(node.heapFetches, 'time')}.`);
  if (node.heapBlocks)
    found.push(
      `Table pages: ${count(node.heapBlocks.exact)} exact${node.heapBlocks.lossy ? `, ${count(node.heapBlocks.lossy)} lossy` : ''}.`,
    );
  if (node.indexSearches !== null && node.indexSearches > (node.loops ?? 1))
    found.push(`It descended the index ${plural(node.indexSearches, 'time')}.`);
  if (node.subplansRemoved) found.push(`${plural(node.subplansRemoved, 'subplan')} removed before it began.`);
  if (node.workersPlanned !== null)
    found.push(
      `${plural(node.workersPlanned, 'worker')} planned, ${count(node.workersLaunched ?? 0)} launched.`,
    );
  return found;
};

const paid = (node: PlanNode): string[] =>
  node.paidBy.length === 0
    ? []
    : [
        `Its time is counted by ${node.paidBy.map(({ node: id }) => `#${id}`).join(' and ')}, which ${node.paidBy.length > 1 ? 'read' : 'reads'} it.`,
      ];

const inWords = (node: PlanNode, plan: Plan): string => {
  if (node.loops === null) return expected(node);
  if (node.neverExecuted) {
    const why = childrenOf(node, plan).length > 0 ? ' and neither was what is below it' : '';
    return `It was never executed${why}: what is above it asked for none of its rows.`;
  }
  return [
    `${subject(node)}${looped(node)}${rowsOf(node)}.`,
    ...timeOf(node),
    ...pagesOf(node),
    ...details(node),
    ...paid(node),
    ...(node.disabled
      ? ['It was used although it is switched off by a setting: there was no other way.']
      : []),
  ].join(' ');
};

/** Explains a node to a learner: what its type does, what it did here, when that is bad. */
export const describeNode = (node: PlanNode, plan: Plan): NodeDescription => {
  const words = isNodeType(node.type) ? nodeWords[node.type] : unknown;
  return { does: words.does, here: inWords(node, plan), badWhen: words.badWhen };
};
