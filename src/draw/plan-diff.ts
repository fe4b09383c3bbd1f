import type { DiffMark, DiffRow, Plan, PlanDiff, PlanNode } from '../explain/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, type Span, type Style, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { fitLine, padEnd, padStart } from '../text/width.ts';
import { wrapLine } from '../text/wrap.ts';
import { nodeLabel } from './plan-label.ts';
import { pagesOf } from './plan-metric.ts';
import { formatCount, formatMs, msInWords, planGlyphs, wholeCount } from './plan-numbers.ts';
import type { PlanRow } from './plan-rows.ts';
import { treePrefix } from './plan-tree.ts';

export type DiffOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  /** The row under the cursor, from the first of `rows`; null: there is none. */
  readonly selected?: number | null;
};
export type Side = 'before' | 'after';

const markSign = (mark: DiffMark, { ascii }: Glyphs): string =>
  ({ same: '=', changed: '~', appeared: '+', vanished: ascii ? '-' : '−' })[mark];

const markStyle: Readonly<Record<DiffMark, Style>> = {
  same: { dim: true },
  changed: { color: 'yellow', bold: true },
  appeared: { color: 'green', bold: true },
  vanished: { color: 'red', bold: true },
};

/** Panes side by side need this much. */
export const widthForPanes = 132;

const numbersWidth = 18;

const numbersOf = (node: PlanNode): string => {
  const time = node.neverExecuted ? 'never' : node.selfMs === null ? '' : formatMs(node.selfMs);
  const pages = node.buffers === null ? '' : formatCount(pagesOf(node.buffers.self));
  return `${padStart(pages, 7)} ${padStart(time, 9)} `;
};

const isLast = (node: PlanNode, plan: Plan): boolean =>
  node.parent === null || plan.nodes[node.parent - 1]?.children.at(-1) === node.id;

const nodeOf = (id: number | null, plan: Plan): PlanNode | null =>
  id === null ? null : (plan.nodes[id - 1] ?? null);

/** A node with its place in its own plan's tree. */
const drawSide = (node: PlanNode | null, plan: Plan, width: number, quiet: boolean, glyphs: Glyphs): Line => {
  if (!node) return fitLine([], width);
  const row: PlanRow = { kind: 'node', id: node.id, last: isLast(node, plan), hidden: 0 };
  const label = nodeLabel(node, plan, planGlyphs(glyphs)).map((part) =>
    quiet ? span(part.text, { dim: true }) : part,
  );
  const line: Line = [
    span(numbersOf(node), quiet ? { dim: true } : undefined),
    span(treePrefix(row, plan, width, glyphs), { dim: true }),
    ...label,
  ];
  return fitLine(line, width, glyphs.ellipsis);
};

const cursor = (on: boolean, glyphs: Glyphs): Span => span(on ? glyphs.cursor : ' ', { bold: true });

/** Two plans side by side, the gutter between them says what became of each node. */
export const drawDiffPanes = (rows: readonly DiffRow[], diff: PlanDiff, options: DiffOptions): Line[] => {
  const { width, glyphs } = options;
  const left = Math.floor((width - 4) / 2);
  const right = width - 4 - left;
  return rows.map((row, index): Line => {
    const quiet = row.mark === 'same';
    return [
      cursor(index === options.selected, glyphs),
      ...drawSide(nodeOf(row.before, diff.before), diff.before, left, quiet, glyphs),
      span(` ${markSign(row.mark, glyphs)} `, markStyle[row.mark]),
      ...drawSide(nodeOf(row.after, diff.after), diff.after, right, quiet, glyphs),
    ];
  });
};

export const drawDiffPanesHead = ({ width, glyphs }: DiffOptions): Line => {
  const left = Math.floor((width - 4) / 2);
  const head = (name: string): string => `${padStart('pages', 7)} ${padStart('self ms', 9)} ${name}`;
  return fitLine(
    [span(` ${padEnd(head('before'), left)}   ${head('after')}`, { dim: true })],
    width,
    glyphs.ellipsis,
  );
};

/** One of the two plans, each node marked; for screens that have no room for both. */
export const drawDiffSide = (
  rows: readonly DiffRow[],
  diff: PlanDiff,
  side: Side,
  options: DiffOptions,
): Line[] => {
  const { width, glyphs } = options;
  return rows.map((row, index): Line => {
    const plan = diff[side];
    return [
      cursor(index === options.selected, glyphs),
      span(`${markSign(row.mark, glyphs)} `, markStyle[row.mark]),
      ...drawSide(nodeOf(row[side], plan), plan, width - 3, row.mark === 'same', glyphs),
    ];
  });
};

export const drawDiffSideHead = (side: Side, { width, glyphs }: DiffOptions): Line =>
  fitLine(
    [span(`   ${padStart('pages', 7)} ${padStart('self ms', 9)} ${side}`, { dim: true })],
    width,
    glyphs.ellipsis,
  );

export const rowsOfSide = (diff: PlanDiff, side: Side): DiffRow[] =>
  diff.rows.filter((row) => row[side] !== null);

/** What a row of a diff says in words. */
export const changesInWords = (row: DiffRow): string => {
  if (row.mark === 'same') return 'as before';
  if (row.mark === 'appeared') return ['new', ...row.changes].join('; ');
  return row.mark === 'vanished' ? ['gone', ...row.changes].join('; ') : row.changes.join('; ');
};

/** `3,110 → 24 pages, 12.1 ms → 0.20 ms`; what the verdict says already is left out. */
const totalsInWords = ({ pages, ms, verdict }: PlanDiff, glyphs: Glyphs): string => {
  const arrow = planGlyphs(glyphs).arrow;
  return [
    pages === null || verdict.includes('pages')
      ? null
      : `${wholeCount(pages.before)} ${arrow} ${wholeCount(pages.after)} pages`,
    ms === null || verdict.includes(' ms') ? null : `${msInWords(ms.before)} ${arrow} ${msInWords(ms.after)}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
};

/** The verdict in bold, the totals below it. */
export const drawVerdict = (diff: PlanDiff, { width, glyphs }: DiffOptions): Line[] => {
  const totals = totalsInWords(diff, glyphs);
  return [
    ...wrapLine([span(sanitizeLine(diff.verdict, ' '), { bold: true })], width),
    ...(totals === '' ? [] : wrapLine([span(totals, { dim: true })], width)),
  ];
};

/** The whole difference in one column: for transcripts and documents. */
export const drawPlanDiff = (diff: PlanDiff, options: DiffOptions): Line[] => {
  const { width, glyphs } = options;
  const lines = diff.rows.flatMap((row): Line[] => {
    const side: Side = row.after === null ? 'before' : 'after';
    const plan = diff[side];
    const node = nodeOf(row[side], plan);
    const head: Line = [
      span(`${markSign(row.mark, glyphs)} `, markStyle[row.mark]),
      ...drawSide(node, plan, width - 2, row.mark === 'same', glyphs),
    ];
    if (row.mark === 'same' || row.changes.length === 0) return [head];
    const indent = 2 + numbersWidth;
    const words = wrapLine(
      [span(sanitizeLine(row.changes.join('; '), ' '), { italic: true })],
      Math.max(10, width - indent),
    );
    return [head, ...words.map((line): Line => [span(' '.repeat(indent)), ...line])];
  });
  const head = `  ${padStart('pages', 7)} ${padStart('self ms', 9)} node`;
  return [...drawVerdict(diff, options), [], [span(head, { dim: true })], ...lines];
};
