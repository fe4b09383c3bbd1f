import type { Plan } from '../explain/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, plainLine, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { wrapLine } from '../text/wrap.ts';
import { drawFinding } from './plan-detail.ts';
import { firstView, lessonView, type MetricView, pagesOf, scaleOf } from './plan-metric.ts';
import { msInWords, wholeCount } from './plan-numbers.ts';
import { noFolds, planRows } from './plan-rows.ts';
import { drawPlanSummary, drawTreeHead, drawTreeRows } from './plan-tree.ts';

export type PlanOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  /** By default the most telling one that the plan has. */
  readonly view?: MetricView;
  readonly heat?: boolean;
  /** Findings below the tree, the worst first; by default all. */
  readonly findings?: number;
};

/** A plan of more rows is shown in part where it is printed whole. */
const mostRows = 2_000;

/** What belongs to no node and is worth a line. */
const asides = (plan: Plan): string[] => {
  const { planningMemory, serialization, jit, triggers, settings, notes } = plan;
  const fired = triggers.map(
    ({ name, relation, ms, calls }) =>
      `trigger ${name}${relation === null ? '' : ` on ${relation}`}: ${wholeCount(calls)} calls${ms === null ? '' : `, ${msInWords(ms)}`}`,
  );
  const set = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return [
    ...fired,
    ...(jit
      ? [
          `JIT: ${jit.functions} functions${jit.totalMs === null ? '' : `, ${msInWords(jit.totalMs)}, part of the nodes' times`}`,
        ]
      : []),
    ...(serialization
      ? [`serialization: ${wholeCount(serialization.kb)} kB as ${serialization.format}`]
      : []),
    ...(planningMemory ? [`planning used ${wholeCount(planningMemory.usedKb)} kB`] : []),
    ...(set.length > 0 ? [`settings: ${set.join(', ')}`] : []),
    ...notes,
  ];
};

/**
 * A plan as a tree, whole: totals, one line a node, what belongs to no node, and the findings. No line is wider than
 * `width`; look-alike partitions are one line.
 */
export const drawPlan = (plan: Plan, options: PlanOptions): Line[] => {
  const { width, glyphs } = options;
  const tree = { width, glyphs, view: options.view ?? firstView(plan), heat: options.heat ?? true };
  const rows = planRows(plan, noFolds);
  const shown = rows.slice(0, mostRows);
  const findings = plan.findings.slice(0, options.findings ?? plan.findings.length);
  const more = rows.length - shown.length;
  return [
    drawPlanSummary(plan, tree),
    drawTreeHead(plan, tree),
    ...drawTreeRows(shown, plan, tree),
    ...(more > 0 ? [plainLine(`${glyphs.ellipsis} and ${wholeCount(more)} more lines`, { dim: true })] : []),
    ...asides(plan).flatMap((text) =>
      wrapLine([span(` ${sanitizeLine(text, ' ')}`, { dim: true })], width, { indent: 3 }),
    ),
    ...findings.flatMap((finding): Line[] => [
      [],
      ...drawFinding(finding, { width: Math.max(10, width - 1), glyphs }).map(
        (line): Line => [span(' '), ...line],
      ),
    ]),
  ];
};

/** `plan of 3 nodes, most in Seq Scan, 1,474 pages, 12.3 ms`: a plan of a lesson in a line of words. */
export const planInWords = (plan: Plan): string => {
  const [root] = plan.nodes;
  const ms = plan.executionMs ?? plan.treeMs;
  const widest = plan.nodes.find(({ id }) => id === scaleOf(plan, lessonView(plan)).hottest[0]) ?? root;
  return [
    `plan of ${plan.nodes.length} ${plan.nodes.length === 1 ? 'node' : 'nodes'}, most in ${sanitizeLine(widest?.label ?? '')}`,
    root?.buffers ? `${wholeCount(pagesOf(root.buffers.total))} pages` : null,
    ms === null ? null : msInWords(ms),
  ]
    .filter((part) => part !== null)
    .join(', ');
};
