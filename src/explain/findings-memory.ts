import type { Finding, Plan, PlanNode } from './types.ts';
import { count, kilobytes, named, percent, plural } from './words.ts';

const hurts = (node: PlanNode): Finding['severity'] => ((node.share ?? 0) > 0.3 ? 'high' : 'medium');

/** Rows in memory take more room than in a sort's files: about twice, by tuplesort's own accounting. */
const inMemory = 2;

const spill = (node: PlanNode, plan: Plan): Finding | null => {
  if (node.hash === null && node.diskKb === null && node.workers.length === 0) return null;
  const workMem = plan.settings.work_mem ? ` (it is ${plan.settings.work_mem})` : '';
  const temp = node.buffers?.self.tempWritten ?? 0;
  const files = temp > 0 ? ` ${plural(temp, 'page')} of temporary files were written.` : '';
  if (node.hash && (node.hash.batches ?? 1) > 1) {
    const batches = node.hash.batches ?? 1;
    const wanted = (node.hash.memoryKb ?? 0) * batches;
    const grew =
      node.hash.originalBatches !== null && node.hash.originalBatches < batches
        ? ` (planned: ${count(node.hash.originalBatches)})`
        : '';
    return {
      id: 'spill',
      severity: hurts(node),
      node: node.id,
      title: 'The hash table did not fit into memory',
      evidence: `${named(node)} needed ${plural(batches, 'batch', 'batches')}${grew} of ${kilobytes(node.hash.memoryKb ?? 0)}: about ${kilobytes(wanted)} in one.${files}`,
      advice: `For one batch, work_mem × hash_mem_multiplier has to be about ${kilobytes(wanted)}${workMem}. Try SET work_mem in a session, or hash fewer rows: filter earlier, select fewer columns.`,
    };
  }
  const workers = node.workers.filter((one) => one.sort?.space === 'disk');
  const disk = Math.max(node.diskKb ?? 0, ...workers.map((one) => one.sort?.kb ?? 0));
  if (disk <= 0) return null;
  const sorts = node.type === 'Sort' || node.type === 'Incremental Sort';
  const hashes = node.type === 'Aggregate';
  const wanted = sorts ? disk * inMemory : (node.memoryKb ?? 0) + disk * inMemory;
  const what = sorts ? 'sort' : hashes ? 'hash table of groups' : 'stored rows';
  const knob = hashes ? 'work_mem × hash_mem_multiplier' : 'work_mem';
  return {
    id: 'spill',
    severity: hurts(node),
    node: node.id,
    title: sorts
      ? 'The sort spilled to disk'
      : hashes
        ? 'The groups spilled to disk'
        : 'Stored rows went to disk',
    evidence: `${named(node)} put ${kilobytes(disk)} on disk${node.sort ? ` (${node.sort.method})` : ''}: the ${what} wanted about ${kilobytes(wanted)}.${files}`,
    advice: `Try SET work_mem in a session until ${knob} is about ${kilobytes(wanted)}${workMem}${sorts ? ', or an index that gives this order' : hashes ? ', or sorted input from an index' : ''}.`,
  };
};

/**
 * A bitmap made from BRIN is lossy however much memory there is. EXPLAIN does not name the type of an index, but such a
 * scan counts ten rows for each page that it names, and it names whole pages only (brin.c, bringetbitmap).
 */
const isFromBrin = (node: PlanNode, plan: Plan): boolean =>
  node.heapBlocks?.exact === 0 &&
  node.children.some((id) => plan.nodes[id - 1]?.rows === 10 * (node.heapBlocks?.lossy ?? 0));

const lossy = (node: PlanNode, plan: Plan): Finding | null => {
  const blocks = node.heapBlocks;
  if (!blocks || blocks.lossy < 1 || isFromBrin(node, plan)) return null;
  const share = blocks.lossy / (blocks.lossy + blocks.exact);
  const removed = node.conditions.find((one) => one.name === 'Recheck Cond')?.removed ?? 0;
  if (share < 0.05 && removed < 1000) return null;
  return {
    id: 'lossy-bitmap',
    severity: share > 0.5 && (node.share ?? 0) > 0.3 ? 'high' : 'medium',
    node: node.id,
    title: 'The bitmap did not fit into work_mem',
    evidence: `${named(node)}: ${count(blocks.lossy)} of ${plural(blocks.lossy + blocks.exact, 'page')} (${percent(share)}) are lossy, every row on them was tested again${removed > 0 ? `, ${plural(removed, 'row')} in vain` : ''}.`,
    advice:
      'Raise work_mem for this query until Heap Blocks shows no lossy pages, or find fewer rows with a more selective index.',
  };
};

/** What did not fit into the memory it was given. */
export const memoryFindings = (plan: Plan): Finding[] => {
  const found: Finding[] = [];
  for (const node of plan.nodes) {
    const finding = node.loops ? (spill(node, plan) ?? lossy(node, plan)) : null;
    if (finding) found.push(finding);
  }
  return found;
};
