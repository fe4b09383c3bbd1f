import type { Buffers, Plan, PlanNode } from '../explain/types.ts';

export type Metric = 'time' | 'rows' | 'buffers' | 'cost' | 'wal';

/** What the first number of every row is. */
export type MetricView = {
  readonly metric: Metric;
  /** With what lies below the node. Rows have no such sum. */
  readonly inclusive: boolean;
  /** `cpu`: all processes together. */
  readonly clock: 'wall' | 'cpu';
};

export const pagesOf = (buffers: Buffers): number =>
  buffers.sharedHit + buffers.sharedRead + buffers.localHit + buffers.localRead;

/** The node's number; null when EXPLAIN did not print it. */
export const metricOf = (node: PlanNode, { metric, inclusive, clock }: MetricView): number | null => {
  switch (metric) {
    case 'time':
      if (clock === 'cpu') return inclusive ? node.totalCpuMs : node.selfCpuMs;
      return inclusive ? node.totalMs : node.selfMs;
    case 'rows':
      return node.rows;
    case 'buffers':
      return node.buffers === null ? null : pagesOf(inclusive ? node.buffers.total : node.buffers.self);
    case 'cost':
      return inclusive ? node.totalCost : node.selfCost;
    case 'wal':
      return node.wal === null ? null : (inclusive ? node.wal.total : node.wal.self).bytes;
  }
};

/** What 100 % is, and which nodes have most. */
export type Scale = {
  /** Of the nodes' own numbers together; of rows the largest. 0: there is nothing to share out. */
  readonly whole: number;
  /** Ids, the largest own number first; at most nine, none of them 0. */
  readonly hottest: readonly number[];
};

const scales = new WeakMap<Plan, Map<string, Scale>>();

const measure = (plan: Plan, view: MetricView): Scale => {
  const own: MetricView = { ...view, inclusive: false };
  let sum = 0;
  let most = 0;
  const top: { id: number; value: number }[] = [];
  for (const node of plan.nodes) {
    const value = metricOf(node, own) ?? 0;
    if (value <= 0) continue;
    sum += value;
    most = Math.max(most, value);
    const last = top[8];
    if (last && value <= last.value) continue;
    const at = top.findIndex((other) => other.value < value);
    top.splice(at < 0 ? top.length : at, 0, { id: node.id, value });
    top.length = Math.min(top.length, 9);
  }
  return { whole: view.metric === 'rows' ? most : sum, hottest: top.map(({ id }) => id) };
};

export const scaleOf = (plan: Plan, view: MetricView): Scale => {
  let known = scales.get(plan);
  if (!known) {
    known = new Map();
    scales.set(plan, known);
  }
  const key = `${view.metric} ${view.clock}`;
  const found = known.get(key) ?? measure(plan, view);
  known.set(key, found);
  return found;
};

/** The metrics that EXPLAIN printed for this plan, the most telling first. */
export const metricsOf = (plan: Plan): Metric[] => {
  const has: Readonly<Record<Metric, boolean>> = {
    time: plan.timed,
    buffers: plan.nodes.some((node) => node.buffers !== null && pagesOf(node.buffers.total) > 0),
    rows: plan.analyzed,
    cost: plan.nodes.some((node) => node.totalCost !== null),
    wal: plan.nodes.some((node) => node.wal !== null && node.wal.total.bytes > 0),
  };
  return (['time', 'buffers', 'rows', 'cost', 'wal'] as const).filter((metric) => has[metric]);
};

const viewOf = (metric: Metric): MetricView => ({ metric, inclusive: false, clock: 'wall' });

export const firstView = (plan: Plan): MetricView => viewOf(metricsOf(plan)[0] ?? 'rows');

/** In lessons pages come first: they are the same on every machine, and times are not. */
export const lessonView = (plan: Plan): MetricView =>
  metricsOf(plan).includes('buffers') ? viewOf('buffers') : firstView(plan);
