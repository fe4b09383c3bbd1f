import type { Condition, Finding, Plan, PlanNode } from './types.ts';
import { childrenOf, count, milliseconds, named, pages, percent, plural } from './words.ts';

/** How much of the plan a subtree is: of its time, else of its pages; null when neither is known. */
const weight = (node: PlanNode, plan: Plan): number | null => {
  if (node.totalMs !== null && plan.treeMs) return node.totalMs / plan.treeMs;
  const all = plan.nodes[0]?.buffers?.total;
  return node.buffers && all && pages(all) > 0 ? pages(node.buffers.total) / pages(all) : null;
};

const took = (node: PlanNode): string =>
  node.totalMs !== null
    ? `${milliseconds(node.totalMs)} in all`
    : node.buffers
      ? `${plural(pages(node.buffers.total), 'page')} in all`
      : 'time not measured';

/** A big table: its pages, or how many rows were looked at in a loop. */
const isBig = (node: PlanNode, looked: number): boolean =>
  (node.buffers
    ? pages(node.buffers.self) / Math.max(1, (node.loops ?? 1) / node.processes) >= 100
    : false) || looked / Math.max(1, (node.loops ?? 1) / node.processes) >= 10_000;

/** A scan that is hardly any of the plan's time or pages is not worth a word. */
const matters = (node: PlanNode, plan: Plan): boolean => {
  const all = plan.nodes[0]?.buffers?.total;
  const part = node.buffers && all && pages(all) > 0 ? pages(node.buffers.self) / pages(all) : 0;
  return node.share === null || node.share >= 0.05 || part >= 0.25;
};

const filter = (node: PlanNode, plan: Plan): Finding | null => {
  let worst: Condition | undefined;
  for (const one of node.conditions)
    if ((one.name === 'Filter' || one.name === 'Join Filter') && (one.removed ?? 0) > (worst?.removed ?? 0))
      worst = one;
  const removed = worst?.removed ?? 0;
  const looked = removed + (node.rows ?? 0);
  const share = looked > 0 ? removed / looked : 0;
  if (!worst || removed < 1000 || share < 0.9 || !matters(node, plan)) return null;
  const heavy = (node.share ?? 0) > 0.3;
  if (node.type === 'Seq Scan' && share >= 0.99 && isBig(node, looked))
    return {
      id: 'seq-scan-few-rows',
      severity: heavy ? 'high' : 'medium',
      node: node.id,
      title: `All of ${node.relation ?? 'the table'} was read for few rows`,
      evidence: `${named(node)} looked at ${plural(looked, 'row')} and kept ${count(node.rows ?? 0)} (${percent(share)} thrown away)${node.buffers ? `, reading ${plural(pages(node.buffers.self), 'page')}` : ''}.`,
      advice: `An index on ${node.relation ?? 'the table'} that serves ${worst.text} would find these rows directly. If there is one, see whether it serves this condition: same expression, same type, no function around the column, an operator of its class.`,
    };
  const byIndex = node.type.startsWith('Index') || node.type === 'Bitmap Heap Scan';
  return {
    id: 'filter-discards',
    severity: heavy ? 'high' : 'medium',
    node: node.id,
    title: `The ${worst.name.toLowerCase()} throws most rows away`,
    evidence: `${named(node)} kept ${plural(node.rows ?? 0, 'row')} and threw ${count(removed)} away (${percent(share)}) by ${worst.text}.`,
    advice: byIndex
      ? 'The index finds rows that the filter drops: an index with the filtered column added, or a partial index with this condition, would not find them.'
      : worst.name === 'Join Filter'
        ? 'Every pair of rows is made and most are dropped: make part of the condition an equality, so that it can be hashed, merged or looked up in an index.'
        : 'See whether the condition can be moved down to where an index can use it.',
  };
};

const nestedLoop = (node: PlanNode, plan: Plan): Finding | null => {
  if (node.type !== 'Nested Loop') return null;
  const [outer, inner] = [
    childrenOf(node, plan).find((child) => child.role === 'outer'),
    childrenOf(node, plan).find((child) => child.role === 'inner'),
  ];
  const part = inner ? weight(inner, plan) : null;
  if (!outer || !inner || (inner.loops ?? 0) < 1000 || part === null || part < 0.3) return null;
  const surprised = (outer.estimateFactor ?? 1) >= 10;
  return {
    id: 'nested-loop',
    severity: surprised || part > 0.6 ? 'high' : 'medium',
    node: node.id,
    title: 'The inner side ran very many times',
    evidence: `${named(inner)} ran ${count(inner.loops ?? 0)} times, ${took(inner)} (${percent(Math.min(1, part))} of the plan)${surprised ? `; ${count(outer.planRows ?? 0)} rows were expected to drive it` : ''}.`,
    advice: surprised
      ? `The planner chose this for few rows: mend the estimate of ${named(outer)} first. To see the alternative, SET enable_nestloop = off in a session.`
      : 'Compare with a hash join: SET enable_nestloop = off in a session. If the inner side has no index on the joined column, make one.',
  };
};

const heapFetches = (node: PlanNode): Finding | null => {
  const fetched = node.heapFetches ?? 0;
  const rows = Math.max(node.rows ?? 0, 1);
  if (node.type !== 'Index Only Scan' || fetched < 100 || fetched < 0.1 * rows) return null;
  return {
    id: 'heap-fetches',
    severity: (node.share ?? 0) > 0.3 ? 'high' : 'medium',
    node: node.id,
    title: 'The index-only scan reads the table',
    evidence: `${named(node)} looked into the table ${count(fetched)} times for ${plural(node.rows ?? 0, 'row')}: those pages are not marked all-visible.`,
    advice: `VACUUM ${node.relation ?? 'the table'}, and see whether Heap Fetches falls. If it grows back soon, let autovacuum come more often (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor).`,
  };
};

const workers = (node: PlanNode): Finding | null => {
  const [planned, launched] = [node.workersPlanned ?? 0, node.workersLaunched];
  if (launched === null || launched >= planned || !node.loops) return null;
  return {
    id: 'workers-missing',
    severity: launched === 0 ? 'high' : 'medium',
    node: node.id,
    title: launched === 0 ? 'No worker could be started' : 'Fewer workers than planned',
    evidence: `${named(node)} planned ${plural(planned, 'worker')} and got ${count(launched)}: the plan was chosen for more processes than ran it.`,
    advice:
      'All slots were taken: see max_parallel_workers and max_worker_processes, and what else ran in parallel at that time. With few slots, a lower max_parallel_workers_per_gather gives plans that are honest about it.',
  };
};

const repeated = (node: PlanNode, plan: Plan): Finding | null => {
  const loops = node.loops ?? 0;
  const rescans = node.type === 'CTE Scan' && (node.rows ?? 0) >= 10_000;
  if ((node.role !== 'subplan' && !rescans) || loops < 100) return null;
  const part = weight(node, plan);
  if (part === null || part < 0.1) return null;
  const name = node.subplanName ?? `The scan of ${node.cte ?? 'the CTE'}`;
  return {
    id: 'repeated-subplan',
    severity: part > 0.5 ? 'high' : 'medium',
    node: node.id,
    title: `${name} ran ${count(loops)} times`,
    evidence: `${named(node)} ran once for each row above it, ${count(loops)} times: ${took(node)} (${percent(Math.min(1, part))} of the plan).`,
    advice:
      node.role === 'subplan'
        ? 'Write the subquery as a join (LEFT JOIN, or LATERAL with the grouping inside), so that it is computed for all rows at once; or make sure an index answers it.'
        : 'A CTE has no index and is read whole each time: join to it once, or keep it out of the inner side with NOT MATERIALIZED.',
  };
};

const stem = (alias: string | null): string | null => /^(.*)_\d+$/.exec(alias ?? '')?.[1] ?? null;

const partitions = (node: PlanNode, plan: Plan): Finding | null => {
  if ((node.type !== 'Append' && node.type !== 'Merge Append') || node.subplansRemoved) return null;
  const ran = childrenOf(node, plan).filter((child) => child.role === 'member' && child.loops);
  // PostgreSQL numbers the aliases of a partitioned table's children: ev_1, ev_2…
  const names = new Set(ran.map((child) => (child.relation ? stem(child.alias) : null)));
  const [name] = names;
  if (ran.length < 4 || names.size !== 1 || !name) return null;
  const empty = ran.filter((child) => child.rows === 0);
  if (empty.length < ran.length * 0.5 || ran.length === empty.length) return null;
  const wasted = empty.reduce((sum, child) => sum + (child.buffers ? pages(child.buffers.total) : 0), 0);
  return {
    id: 'partitions-not-pruned',
    severity:
      empty.length > 20 || empty.reduce((sum, child) => sum + (weight(child, plan) ?? 0), 0) > 0.3
        ? 'high'
        : 'medium',
    node: node.id,
    title: 'Partitions were read in vain',
    evidence: `${named(node)}: ${count(empty.length)} of the ${plural(ran.length, 'partition')} of ${name} that were read gave no row${wasted > 0 ? `, for ${plural(wasted, 'page')}` : ''}.`,
    advice:
      'Put the partition key itself into the condition, compared with a constant, a parameter or a stable expression of the same type; a function around the key prevents pruning.',
  };
};

const whole = (plan: Plan): Finding[] => {
  const found: Finding[] = [];
  const execution = plan.executionMs ?? 0;
  const jit = plan.jit?.totalMs ?? 0;
  if (plan.jit && jit >= 10 && jit >= 0.3 * execution)
    found.push({
      id: 'jit-dominates',
      severity: jit > 0.6 * execution ? 'high' : 'medium',
      node: null,
      title: 'Compiling took much of the time',
      evidence: `JIT compiled ${plural(plan.jit.functions, 'function')} in ${milliseconds(jit)}, ${percent(Math.min(1, jit / execution))} of the execution.`,
      advice:
        'Compare with SET jit = off. If that is faster, raise jit_above_cost, or look for a cost that is estimated far too high.',
    });
  const planning = plan.planningMs ?? 0;
  if (plan.executionMs !== null && planning >= 5 && planning > execution)
    found.push({
      id: 'planning-dominates',
      severity: planning > 10 * execution ? 'high' : 'medium',
      node: null,
      title: 'Planning took longer than execution',
      evidence: `${milliseconds(planning)} of planning for ${milliseconds(execution)} of execution.`,
      advice:
        'Prepare the statement when it is run often. Many partitions, many joins and cold catalog caches make planning slow: run it twice in one session to tell the last from the others.',
    });
  return found;
};

/** Work that was done in vain, too often, or by too few. */
export const workFindings = (plan: Plan): Finding[] => {
  const found = whole(plan);
  const add = (finding: Finding | null): void => {
    if (finding) found.push(finding);
  };
  for (const node of plan.nodes) {
    if (!node.loops) continue;
    add(filter(node, plan));
    add(nestedLoop(node, plan));
    add(heapFetches(node));
    add(workers(node));
    add(repeated(node, plan));
    add(partitions(node, plan));
  }
  return found;
};
