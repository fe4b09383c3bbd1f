import type { Finding, Plan, PlanNode } from './types.ts';
import { childrenOf, count, named, plural, target } from './words.ts';

const times = (factor: number): string =>
  factor >= 1
    ? `${count(Math.round(factor))} times more than expected`
    : `${count(Math.round(1 / factor))} times fewer than expected`;

const difference = (node: PlanNode): number =>
  Math.abs((node.rows ?? 0) - (node.planRows ?? 0) * (node.loops ?? 0));

/** Ten times off, and by enough rows to change a plan. */
const isOff = (node: PlanNode): boolean => {
  const factor = node.estimateFactor;
  return factor !== null && (factor >= 10 || factor <= 0.1) && difference(node) >= 100;
};

/** A table read whole, without a condition: only the statistics can be wrong about it. */
const readsAll = (node: PlanNode): boolean =>
  node.type === 'Seq Scan' && node.conditions.length === 0 && node.relation !== null;

const stale = (node: PlanNode): Finding | null => {
  const factor = node.estimateFactor;
  if (!readsAll(node) || factor === null || (factor < 2 && factor > 0.5) || difference(node) < 1000)
    return null;
  return {
    id: 'stale-statistics',
    severity: factor >= 10 || factor <= 0.1 ? 'high' : 'medium',
    node: node.id,
    title: `Statistics of ${node.relation} are out of date`,
    evidence: `${named(node)} reads the whole table: ${plural(node.rows ?? 0, 'row')}, ${times(factor)} (${count(node.planRows ?? 0)} in each of ${plural(node.loops ?? 0, 'loop')}).`,
    advice: `ANALYZE ${node.relation}; look at last_autoanalyze in pg_stat_user_tables to see whether autovacuum keeps up.`,
  };
};

const isInput = (node: PlanNode): boolean =>
  node.role !== 'initplan' && node.role !== 'subplan' && node.role !== 'cte';

const adviceFor = (node: PlanNode): string => {
  const on = target(node);
  if (node.relation)
    return `ANALYZE ${on}. If that does not help: extended statistics when several columns are compared, an index on the expression when it is one, or a higher statistics target (ALTER TABLE … ALTER COLUMN … SET STATISTICS).`;
  if (node.type === 'Function Scan')
    return 'Say with ALTER FUNCTION … ROWS how many rows the function returns, or give it a support function.';
  if (node.type === 'Aggregate' || node.type === 'Group')
    return 'The number of groups was guessed: CREATE STATISTICS (ndistinct) on the columns that are grouped together.';
  if (node.type.endsWith('Join') || node.type === 'Nested Loop')
    return 'Its inputs were estimated well, the join was not: the joined columns depend on each other or on a filter. Extended statistics do not cover joins; materialize the small side, or query it first.';
  return 'Compare it with what is below it: this is the first node whose estimate is wrong.';
};

/** Misestimates with their first cause: nodes above inherit the error and are counted, not reported. */
export const estimateFindings = (plan: Plan): Finding[] => {
  const findings: Finding[] = [];
  for (const node of plan.nodes) {
    if (node.estimateFactor === null) continue;
    const old = stale(node);
    if (old) {
      findings.push(old);
      continue;
    }
    // Rows of a work table are those of a round, which nobody can estimate; a bitmap's are those of its scan.
    if (!isOff(node) || node.type === 'WorkTable Scan' || node.type === 'Recursive Union') continue;
    if (node.type === 'CTE Scan' || 'One-Time Filter' in node.raw) continue;
    const below = childrenOf(node, plan).filter(isInput);
    const factor = node.estimateFactor;
    if (below.some((child) => isOff(child) && (child.estimateFactor ?? 1) >= 1 === factor >= 1)) continue;
    let above = 0;
    for (let at = node.parent; at !== null; at = plan.nodes[at - 1]?.parent ?? null) {
      const one = plan.nodes[at - 1];
      if (!one || !isOff(one)) break;
      above++;
    }
    findings.push({
      id: 'misestimate',
      severity: factor >= 100 || (factor <= 0.01 && above > 0) ? 'high' : 'medium',
      node: node.id,
      title: factor >= 1 ? 'Many more rows than expected' : 'Far fewer rows than expected',
      evidence: `${named(node)} gave ${count(node.rowsPerLoop ?? 0)} rows a loop where ${count(node.planRows ?? 0)} were expected: ${times(factor)}.${above > 0 ? ` ${plural(above, 'node')} above it ${above === 1 ? 'inherits' : 'inherit'} the error.` : ''}`,
      advice: adviceFor(node),
    });
  }
  return findings;
};
