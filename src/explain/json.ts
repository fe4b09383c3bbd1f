import type { Plan, PlanNode } from './types.ts';

/** Microseconds are what EXPLAIN prints; nanoseconds are kept so that sums of many nodes stay right. */
const ms = (value: number | null): number | null => (value === null ? null : Math.round(value * 1e6) / 1e6);
const factor = (value: number | null): number | null =>
  value === null ? null : Number(value.toPrecision(6));

const nodeToJson = (node: PlanNode): Record<string, unknown> => ({
  id: node.id,
  parent: node.parent,
  type: node.type,
  label: node.label,
  role: node.role,
  subplanName: node.subplanName,
  relation: node.relation,
  schema: node.schema,
  alias: node.alias,
  index: node.index,
  selfMs: ms(node.selfMs === null ? null : node.selfMs - (node.unscannedMs ?? 0)),
  unscannedMs: ms(node.unscannedMs),
  totalMs: ms(node.totalMs),
  toleranceMs: ms(node.toleranceMs),
  selfToleranceMs: ms(node.selfToleranceMs),
  selfCpuMs: ms(node.selfCpuMs),
  totalCpuMs: ms(node.totalCpuMs),
  overrunMs: ms(node.overrunMs),
  loops: node.loops,
  processes: node.loops === null ? null : node.processes,
  rows: node.rows,
  rowsPerLoop: node.rowsPerLoop,
  planRows: node.planRows,
  estimateFactor: factor(node.estimateFactor),
  startupCost: node.startupCost,
  totalCost: node.totalCost,
  neverExecuted: node.neverExecuted,
  disabled: node.disabled,
  buffers: node.buffers?.self ?? null,
  wal: node.wal?.self ?? null,
  memoryKb: node.memoryKb,
  diskKb: node.diskKb,
  heapFetches: node.heapFetches,
  indexSearches: node.indexSearches,
  subplansRemoved: node.subplansRemoved,
  workersPlanned: node.workersPlanned,
  workersLaunched: node.workersLaunched,
  paidBy: node.paidBy,
  findings: node.findings.map(({ id, severity, evidence, advice }) => ({ id, severity, evidence, advice })),
});

/**
 * A plan for programs: ids count from 1 in pre-order, times are milliseconds, buffers pages, absent values null.
 * Each ms is in one place: the `selfMs` of a node or one of the buckets, but for JIT, which overlaps both.
 * `findings` beside `nodes` are those about the whole plan.
 */
export const planToJson = (plan: Plan): Record<string, unknown> => ({
  executionMs: plan.executionMs,
  planningMs: plan.planningMs,
  toleranceMs: ms(plan.toleranceMs),
  buckets: {
    triggersMs: ms(plan.buckets.triggersMs),
    jitMs: ms(plan.buckets.jitMs),
    serializationMs: ms(plan.buckets.serializationMs),
    unscannedCteMs: ms(plan.buckets.unscannedCteMs),
    outsideMs: ms(plan.buckets.outsideMs),
  },
  nodes: plan.nodes.map(nodeToJson),
  findings: plan.findings
    .filter((finding) => finding.node === null)
    .map(({ id, severity, evidence, advice }) => ({ id, severity, evidence, advice })),
  notes: plan.notes,
});
