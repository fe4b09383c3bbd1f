import type { Plan, PlanNode } from '../explain/parse.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, plainLine, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { fitLine, padStart } from '../text/width.ts';

const number = (value: number | null): string =>
  value === null ? '' : Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);

/** Rows over all loops, as a person counts them. */
const totalRows = (node: PlanNode): number | null =>
  node.actualRows === null || node.loops === null ? null : Math.round(node.actualRows * node.loops);

const title = (node: PlanNode): string => {
  const on = node.relation ? ` on ${node.relation}` : '';
  const alias = node.alias && node.alias !== node.relation ? ` ${node.alias}` : '';
  const using = node.index ? ` using ${node.index}` : '';
  const role = node.subplan ? `${node.subplan}: ` : '';
  return sanitizeLine(`${role}${node.type}${using}${on}${alias}`);
};

const columns = 8;
const cells = (values: readonly string[]): string => values.map((value) => padStart(value, columns)).join('');

const drawNode = (node: PlanNode, glyphs: Glyphs, own: string, below: string): Line[] => {
  const never = node.loops === 0;
  const counts = never
    ? cells([glyphs.failed, number(node.planRows), '', ''])
    : cells([number(totalRows(node)), number(node.planRows), number(node.loops), number(node.pages)]);
  const line: Line = [span(`${counts}  `), span(own, { dim: true }), span(title(node), { bold: true })];
  const pad = ' '.repeat(columns * 4 + 2);
  const stem = node.children.length > 0 ? glyphs.treePipe : '  ';
  const details = node.details.map((text) =>
    plainLine(`${pad}${below}${stem}  ${sanitizeLine(text)}`, { dim: true }),
  );
  const children = node.children.flatMap((child, index) => {
    const last = index === node.children.length - 1;
    return drawNode(
      child,
      glyphs,
      below + (last ? glyphs.treeLast : glyphs.treeBranch),
      below + (last ? '  ' : glyphs.treePipe),
    );
  });
  return [line, ...details, ...children];
};

/**
 * A plan as a tree: rows that came out over all loops, rows expected per loop, loops, and pages touched (shared
 * buffers, children included). No line is wider than `width`.
 */
export const drawPlan = (
  plan: Plan,
  options: { readonly width: number; readonly glyphs: Glyphs },
): Line[] => {
  const head = plainLine(`${cells(['rows', 'expected', 'loops', 'pages'])}  node`, { dim: true });
  const lines = [head, ...drawNode(plan.root, options.glyphs, '', '')];
  const times = [
    plan.planningMs === null ? null : `planning ${number(plan.planningMs)} ms`,
    plan.executionMs === null ? null : `execution ${number(plan.executionMs)} ms`,
  ].filter((text) => text !== null);
  if (times.length > 0) lines.push(plainLine(times.join(', '), { dim: true }));
  return lines.map((line) => fitLine(line, options.width, options.glyphs.ellipsis));
};
