// One thing, and long: one row of the plan tree, column by column.
import type { Plan, PlanNode } from '../explain/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, type Span, type Style, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, fitLine, lineWidth, padEnd, padStart } from '../text/width.ts';
import { nameWidth, nodeLabel, targetOf } from './plan-label.ts';
import { type Metric, type MetricView, metricOf, pagesOf, scaleOf } from './plan-metric.ts';
import {
  formatBytes,
  formatCount,
  formatFactor,
  formatMs,
  heatBar,
  msInWords,
  type PlanGlyphs,
  planGlyphs,
  shareStyle,
  wholeCount,
} from './plan-numbers.ts';
import type { PlanRow } from './plan-rows.ts';

export type TreeOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  readonly view: MetricView;
  /** The row under the cursor, from the first of `rows`; null: there is none. */
  readonly selected?: number | null;
  /** Bars; off where a reader would hear them. */
  readonly heat?: boolean;
};

/** Which columns there is room for: where names would be cut, heat goes first, then the percentage. */
type Columns = {
  readonly ids: number;
  readonly rows: number;
  readonly heat: number;
  readonly percent: boolean;
  readonly factor: boolean;
};

const valueWidth = 8;
const factorWidth = 6;
const percentWidth = 4;

const columnsFor = (plan: Plan, { width, view, heat, glyphs }: TreeOptions): Columns => {
  const ids = Math.max(2, String(plan.nodes.length).length);
  const factor = plan.analyzed && view.metric !== 'rows' && width >= 44;
  // `expected` is longer than any number of rows.
  const rows = view.metric === 'rows' || !plan.analyzed ? 8 : 6;
  // The cursor, and the two signs with a blank before them.
  const numbers = 1 + ids + valueWidth + 1 + rows + 1 + (factor ? factorWidth : 0) + 3;
  // Behind the name there may be hints, of which nothing but a blank and the ellipsis fits.
  const left = width - numbers - nameWidth(plan, planGlyphs(glyphs)) - 2;
  const most = heat === false || width < 72 ? 0 : width < 100 ? 8 : 12;
  const bars = Math.min(most, left - percentWidth - 1);
  // A name that is cut anyway takes nothing away.
  const percent = width >= 56 && (left >= percentWidth || left < 0);
  return { ids, rows, heat: bars < 4 ? 0 : bars, percent, factor };
};

const titles: Readonly<Record<Metric, readonly [self: string, inclusive: string]>> = {
  time: ['self ms', 'total ms'],
  rows: ['rows', 'rows'],
  buffers: ['pages', 'all pages'],
  cost: ['own cost', 'cost'],
  wal: ['WAL', 'all WAL'],
};

const titleOf = ({ metric, inclusive, clock }: MetricView): string => {
  if (metric === 'time' && clock === 'cpu') return inclusive ? 'all CPU' : 'self CPU';
  return titles[metric][inclusive ? 1 : 0];
};

const formatMetric = (value: number | null, metric: Metric): string => {
  if (value === null) return '';
  if (metric === 'time') return formatMs(value);
  if (metric === 'wal') return formatBytes(value);
  if (metric === 'cost') return value < 100_000 ? value.toFixed(2) : formatCount(value);
  return formatCount(value);
};

/** The names of the columns. */
export const drawTreeHead = (plan: Plan, options: TreeOptions): Line => {
  const columns = columnsFor(plan, options);
  const { metric } = options.view;
  const parts = [
    padStart('#', columns.ids + 1),
    padStart(titleOf(options.view), valueWidth + 1),
    columns.percent ? padStart('%', percentWidth) : '',
    columns.heat > 0 ? ` ${padEnd('heat', columns.heat)}` : '',
    padStart(metric === 'rows' || !plan.analyzed ? 'expected' : 'rows', columns.rows + 1),
    columns.factor ? padStart(options.glyphs.ascii ? 'estx' : 'est×', factorWidth) : '',
    '   node',
  ];
  return fitLine([span(parts.join(''), { dim: true })], options.width, options.glyphs.ellipsis);
};

/** Whether nothing follows this node below its parent. */
const isLast = (node: PlanNode, plan: Plan): boolean =>
  node.parent === null || plan.nodes[node.parent - 1]?.children.at(-1) === node.id;

/**
 * The lines that lead to what stands at `depth` levels below the root, those nearest to it when they are too many.
 * `from`: the node whose level is the last one drawn.
 */
const stem = (
  plan: Plan,
  from: PlanNode | undefined,
  room: number,
  signs: PlanGlyphs,
  more: string,
): string => {
  const levels: string[] = [];
  let node = from;
  while (node && node.parent !== null) {
    if ((levels.length + 1) * 2 > room) {
      levels[levels.length - 1] = `${more} `;
      break;
    }
    levels.push(isLast(node, plan) ? '  ' : signs.pipe);
    node = plan.nodes[node.parent - 1];
  }
  return levels.reverse().join('');
};

/** No more than this of a row is stem: the numbers take about half of 80 columns. */
const stemRoom = (width: number): number => Math.max(6, Math.floor((width - 44) * 0.45));

const branchOf = (row: PlanRow, node: PlanNode | undefined, signs: PlanGlyphs): string => {
  if (row.kind === 'worker') return signs.bracket;
  if (row.kind === 'removed') return row.last ? signs.last : signs.branch;
  if (!node || node.parent === null) return '';
  const sub = node.role === 'initplan' || node.role === 'subplan' || node.role === 'cte';
  if (row.last) return sub ? signs.subLast : signs.last;
  return sub ? signs.subBranch : signs.branch;
};

/** The lines of the tree before a row's words. Used by the picture of a diff, too. */
export const treePrefix = (row: PlanRow, plan: Plan, width: number, glyphs: Glyphs): string => {
  const signs = planGlyphs(glyphs);
  const node = plan.nodes[row.id - 1];
  const below = row.kind === 'worker' || row.kind === 'removed';
  const from = below ? node : node && plan.nodes[(node.parent ?? 0) - 1];
  return stem(plan, from, stemRoom(width), signs, glyphs.ellipsis) + branchOf(row, node, signs);
};

const sumOf = (nodes: readonly PlanNode[], value: (node: PlanNode) => number | null): number | null => {
  let sum: number | null = null;
  for (const node of nodes) {
    const one = value(node);
    if (one !== null) sum = (sum ?? 0) + one;
  }
  return sum;
};

type Cells = {
  readonly id: string;
  readonly value: number | null;
  readonly rows: number | 'never' | null;
  readonly factor: number | null;
  readonly marks: Span[];
  readonly label: readonly Span[];
  readonly never: boolean;
};

const severityColor = { high: 'red', medium: 'yellow', low: 'gray' } as const;

/** Two columns: what became of the node, and whether there is something to say about it. */
const marksOf = (node: PlanNode, signs: PlanGlyphs): Span[] => {
  const [worst] = node.findings;
  const state = node.neverExecuted
    ? span(signs.never, { dim: true })
    : node.disabled
      ? span(signs.disabled, { color: 'yellow' })
      : span(node.processes > 1 ? signs.parallel : ' ', { color: 'cyan' });
  const found = worst ? span(signs.finding, { bold: true, color: severityColor[worst.severity] }) : span(' ');
  return [state, found];
};

const expectedRows = (node: PlanNode): number | null =>
  node.planRows === null ? null : node.planRows * Math.max(1, node.loops ?? 1);

const nodeCells = (node: PlanNode, hidden: number, plan: Plan, options: TreeOptions): Cells => {
  const signs = planGlyphs(options.glyphs);
  const estimate = options.view.metric === 'rows' || !plan.analyzed;
  const fold = hidden > 0 ? [span(`  ${signs.folded}${hidden} more`, { color: 'cyan' })] : [];
  return {
    id: String(node.id),
    value:
      node.neverExecuted && options.view.metric !== 'cost'
        ? null
        : metricOf(
            node,
            hidden > 0 && options.view.metric !== 'rows'
              ? { ...options.view, inclusive: true }
              : options.view,
          ),
    rows: estimate ? expectedRows(node) : node.neverExecuted ? 'never' : node.rows,
    factor: node.estimateFactor,
    marks: marksOf(node, signs),
    label: [...nodeLabel(node, plan, signs), ...fold],
    never: node.neverExecuted,
  };
};

/** A run as one: numbers added up, with everything below. */
const runCells = (members: readonly number[], plan: Plan, options: TreeOptions): Cells => {
  const signs = planGlyphs(options.glyphs);
  const nodes = members.flatMap((id) => plan.nodes[id - 1] ?? []);
  const [first] = nodes;
  const last = nodes[nodes.length - 1];
  const view = options.view.metric === 'rows' ? options.view : { ...options.view, inclusive: true };
  const estimate = options.view.metric === 'rows' || !plan.analyzed;
  const names = first && last ? [targetOf(first), targetOf(last)].filter((name) => name !== '') : [];
  const label = `${signs.folded}${members.length} ${signs.times} ${sanitizeLine(first?.label ?? '')}`;
  const never = first?.neverExecuted ?? false;
  return {
    id: first ? String(first.id) : '',
    value: sumOf(nodes, (node) => metricOf(node, view)),
    rows: estimate ? sumOf(nodes, expectedRows) : never ? 'never' : sumOf(nodes, (node) => node.rows),
    factor: null,
    marks: first ? marksOf(first, signs) : [span('  ')],
    label: [
      span(label, never ? { dim: true } : { bold: true }),
      span(` ${names.join(` ${options.glyphs.ellipsis} `)}`),
    ],
    never,
  };
};

/** Of one process; what the leader did is what the workers did not. null: not printed. */
const processOf = (node: PlanNode, number: number | null): { rows: number | null; ms: number | null } => {
  const parts = node.workers.map(({ rows, totalMs, loops }) => ({
    rows: (rows ?? 0) * (loops ?? 1),
    ms: (totalMs ?? 0) * (loops ?? 1),
  }));
  const rest = (whole: number | null, part: (of: { rows: number; ms: number }) => number): number | null =>
    whole === null ? null : Math.max(0, whole - parts.reduce((sum, one) => sum + part(one), 0));
  if (number === null)
    return { rows: rest(node.rows, ({ rows }) => rows), ms: rest(node.totalCpuMs, ({ ms }) => ms) };
  const at = node.workers.findIndex((worker) => worker.number === number);
  const worker = node.workers[at];
  return {
    rows: worker === undefined || worker.rows === null ? null : (parts[at]?.rows ?? null),
    ms: worker === undefined || worker.totalMs === null ? null : (parts[at]?.ms ?? null),
  };
};

const workerCells = (row: PlanRow & { kind: 'worker' }, plan: Plan, { view, glyphs }: TreeOptions): Cells => {
  const node = plan.nodes[row.of - 1];
  const source = plan.nodes[row.source - 1];
  const ms = node ? processOf(node, row.worker).ms : null;
  const rows = source ? processOf(source, row.worker).rows : null;
  const all = source?.rows ?? null;
  const processes = Math.max(1, node?.processes ?? 1);
  // Shares of a handful of rows say nothing.
  const share = rows === null || all === null || all < processes * 10 ? null : rows / all;
  const name = row.worker === null ? 'leader' : `worker ${row.worker}`;
  const sort = node?.workers.find((worker) => worker.number === row.worker)?.sort ?? null;
  const words = [
    ms === null ? null : msInWords(ms),
    share === null ? null : `${Math.round(share * 100)}% of the rows`,
    sort ? `${sort.space} ${formatCount(sort.kb)} kB` : null,
  ].filter((word) => word !== null);
  const uneven = share !== null && (share * processes > 2 || share * processes < 0.5);
  return {
    id: '',
    value: view.metric === 'rows' ? rows : null,
    rows: view.metric === 'rows' ? null : rows === null ? null : Math.round(rows),
    factor: null,
    marks: [span(`${planGlyphs(glyphs).parallel} `, { color: 'cyan' })],
    label: [
      span(name, { dim: true }),
      span(`  ${words.join('  ')}`, uneven ? { color: 'yellow' } : { dim: true }),
    ],
    never: false,
  };
};

const cellsOf = (row: PlanRow, plan: Plan, options: TreeOptions): Cells => {
  const node = plan.nodes[row.id - 1];
  const signs = planGlyphs(options.glyphs);
  if (row.kind === 'run') return runCells(row.members, plan, options);
  if (row.kind === 'worker') return workerCells(row, plan, options);
  if (row.kind === 'removed' || !node) {
    const count = row.kind === 'removed' ? row.count : 0;
    const words = `${count} ${count === 1 ? 'subplan' : 'subplans'} removed before the start`;
    const marks = [span(`${signs.never} `, { dim: true })];
    return {
      id: '',
      value: null,
      rows: null,
      factor: null,
      marks,
      label: [span(words, { dim: true })],
      never: true,
    };
  }
  return nodeCells(node, row.hidden, plan, options);
};

const drawRow = (row: PlanRow, plan: Plan, on: boolean, columns: Columns, options: TreeOptions): Line => {
  const { view, glyphs, width } = options;
  const signs = planGlyphs(glyphs);
  const cells = cellsOf(row, plan, options);
  const { whole } = scaleOf(plan, view);
  const share = cells.value === null || whole <= 0 ? 0 : Math.min(1, cells.value / whole);
  const style: Style | undefined = cells.never ? { dim: true } : shareStyle(share);
  const percent = cells.value === null || whole <= 0 ? '' : String(Math.round(share * 100));
  const factor = formatFactor(cells.factor, signs);
  const ranNever = cells.never && view.metric === 'rows' && row.kind !== 'removed';
  const first = ranNever ? 'never' : formatMetric(cells.value, view.metric);
  const line: Span[] = [
    span(on ? glyphs.cursor : ' ', { bold: true }),
    span(padStart(cells.id, columns.ids), { dim: !on, bold: on }),
    span(padStart(first, valueWidth + 1), style),
  ];
  if (columns.percent) line.push(span(padStart(percent, percentWidth), style));
  if (columns.heat > 0)
    line.push(span(` ${padEnd(heatBar(share, columns.heat, signs), columns.heat)}`, style));
  const rows = cells.rows === 'never' ? 'never' : cells.rows === null ? '' : formatCount(cells.rows);
  line.push(span(padStart(rows, columns.rows + 1), cells.rows === 'never' ? { dim: true } : undefined));
  if (columns.factor) line.push(span(padStart(factor.text, factorWidth), factor.style));
  line.push(span(' '), ...cells.marks);
  line.push(span(treePrefix(row, plan, width, glyphs), { dim: true }), ...cells.label);
  return fitLine(line, width, glyphs.ellipsis);
};

/** The rows given, each at exactly the width: what it costs depends on how many there are, not on the plan. */
export const drawTreeRows = (rows: readonly PlanRow[], plan: Plan, options: TreeOptions): Line[] => {
  const columns = columnsFor(plan, options);
  return rows.map((row, index) => drawRow(row, plan, index === options.selected, columns, options));
};

/** `158.3 ms│plan 0.5│tree 158.3│triggers 0│outside 0.1            hot #4 55%`; pages come first where they are counted. */
export const drawPlanSummary = (plan: Plan, options: TreeOptions): Line => {
  const { view, glyphs, width } = options;
  const ms = (value: number): string =>
    value < 0.01 && value > 0
      ? value.toFixed(3)
      : value < 1 && value > 0
        ? value.toFixed(2)
        : value < 1_000
          ? value.toFixed(1)
          : formatMs(value);
  const parts: string[] = [];
  const add = (name: string, value: number | null, always = false): void => {
    if (value !== null && (always || value > 0))
      parts.push(name === '' ? `${ms(value)} ms` : `${name} ${ms(value)}`);
  };
  const touched = view.metric === 'buffers' ? plan.nodes[0]?.buffers?.total : undefined;
  if (touched) parts.push(`${wholeCount(pagesOf(touched))} pages`);
  add('', plan.executionMs ?? plan.treeMs, true);
  add('plan', plan.planningMs, true);
  add('tree', plan.executionMs === null ? null : plan.treeMs, true);
  add('triggers', plan.buckets.triggersMs, width >= 76);
  add('serialize', plan.buckets.serializationMs);
  add('JIT', plan.buckets.jitMs);
  add('unread CTEs', plan.buckets.unscannedCteMs);
  add('outside', plan.buckets.outsideMs, true);
  if (!plan.analyzed) parts.push('estimates only: EXPLAIN without ANALYZE');
  else if (!plan.timed) parts.push('run without TIMING');
  const { hottest, whole } = scaleOf(plan, view);
  const [hot] = hottest;
  const node = hot === undefined ? undefined : plan.nodes[hot - 1];
  const value = node ? metricOf(node, { ...view, inclusive: false }) : null;
  const share = value === null || whole <= 0 ? 0 : value / whole;
  const words = hot === undefined ? '' : `hot #${hot} ${Math.round(share * 100)}%`;
  const left: Line = [span(' '), span(parts.join(glyphs.vLine), { bold: true })];
  const gap = width - lineWidth(left) - displayWidth(words) - 1;
  if (words === '' || gap < 1) return fitLine(left, width, glyphs.ellipsis);
  return [...left, span(' '.repeat(gap)), span(words, shareStyle(share)), span(' ')];
};
