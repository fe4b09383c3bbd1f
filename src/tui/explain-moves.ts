import { targetOf } from '../draw/plan-label.ts';
import { type Metric, type MetricView, metricsOf } from '../draw/plan-metric.ts';
import { type PlanRow, planRows, reveal, runOf } from '../draw/plan-rows.ts';
import type { Plan, PlanNode } from '../explain/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { ExplainUi, PlanPicture, Size } from './explain-ui.ts';
import type { KeyName } from './keys.ts';
import type { ExplainView } from './screens/explain-view.ts';
import type { WaysOut } from './ways-out.ts';

export type ExplainContext = WaysOut & {
  readonly ui: ExplainUi;
  readonly glyphs: Glyphs;
  readonly size: Size;
  readonly plan: Plan | null;
  readonly rows: readonly PlanRow[];
  /** The last frame: how much fits. */
  readonly view: ExplainView;
  readonly helpMax: number;
  readonly set: (change: Partial<ExplainUi>) => void;
  /** Puts what is shown on the clipboard. */
  readonly copy: () => void;
};

const clamp = (value: number, max: number): number => Math.max(0, Math.min(value, max));

export const move = ({ ui, view, set }: ExplainContext, by: number): void => {
  if (ui.picture === 'tree' && ui.focus === 'detail')
    set({ detailTop: clamp(Math.min(ui.detailTop, view.detailMax) + by, view.detailMax) });
  else if (ui.picture === 'text' || ui.picture === 'json')
    set({ top: clamp(view.top + by, Math.max(0, view.count - view.page)) });
  else set({ top: view.top, cursor: clamp(ui.cursor + by, Math.max(0, view.count - 1)), detailTop: 0 });
};

/** The node a row stands for; of a worker the Gather. */
const nodeAt = ({ plan, rows, ui }: ExplainContext): PlanNode | null => {
  const row = rows[ui.cursor];
  return (row && plan?.nodes[row.id - 1]) ?? null;
};

export const rowOf = (rows: readonly PlanRow[], id: number): number => {
  const at = rows.findIndex((row) => row.kind !== 'worker' && row.kind !== 'removed' && row.id === id);
  return Math.max(0, at);
};

/** Puts the cursor on a node; whatever hides it is opened. */
export const goTo = ({ plan, ui, set }: ExplainContext, id: number): void => {
  if (!plan) return;
  const folds = reveal(plan, ui.folds, id);
  set({ folds, cursor: rowOf(planRows(plan, folds), id), picture: 'tree', focus: 'tree', detailTop: 0 });
};

export const fold = (context: ExplainContext): void => {
  const { plan, ui, rows, set } = context;
  const node = nodeAt(context);
  const row = rows[ui.cursor];
  if (!plan || !node || !row) return;
  const closed = new Set(ui.folds.closed);
  const opened = new Set(ui.folds.opened);
  const foldable = row.kind === 'node' && row.hidden === 0 && node.children.length > 0;
  const run = runOf(plan, node.id);
  let id = node.id;
  if (foldable) closed.add(node.id);
  else if (row.kind === 'node' && run !== null && opened.has(run)) {
    opened.delete(run);
    id = run;
  } else if (node.parent !== null && row.kind !== 'worker' && row.kind !== 'removed') id = node.parent;
  const folds = { closed, opened };
  set({ folds, cursor: rowOf(planRows(plan, folds), id), detailTop: 0 });
};

export const unfold = (context: ExplainContext): void => {
  const { plan, ui, rows, set } = context;
  const row = rows[ui.cursor];
  if (!plan || !row) return;
  const closed = new Set(ui.folds.closed);
  const opened = new Set(ui.folds.opened);
  if (row.kind === 'run') opened.add(row.id);
  else if (row.kind === 'node' && row.hidden > 0) closed.delete(row.id);
  if (row.kind === 'run' || (row.kind === 'node' && row.hidden > 0)) set({ folds: { closed, opened } });
  else move(context, 1);
};

const metricKeys: Readonly<Record<KeyName, Metric>> = {
  t: 'time',
  r: 'rows',
  b: 'buffers',
  c: 'cost',
  w: 'wal',
};
const missing: Readonly<Record<Metric, string>> = {
  time: 'This plan has no times: EXPLAIN (ANALYZE) measures them.',
  rows: 'This plan was not run: EXPLAIN (ANALYZE) counts rows.',
  buffers: 'This plan has no pages: EXPLAIN (ANALYZE, BUFFERS) counts them.',
  cost: 'This plan has no costs: they are left out by COSTS off.',
  wal: 'This plan wrote no WAL, or was not asked: EXPLAIN (ANALYZE, WAL) counts it.',
};

export const setMetric = ({ plan, ui, set }: ExplainContext, key: KeyName): void => {
  const metric = metricKeys[key];
  if (!plan || !metric) return;
  if (metricsOf(plan).includes(metric)) set({ view: { ...ui.view, metric } });
  else set({ notice: missing[metric] });
};

export const setView = ({ ui, set }: ExplainContext, change: Partial<MetricView>): void =>
  set({ view: { ...ui.view, ...change } });

export const picture = ({ set }: ExplainContext, wanted: PlanPicture): void =>
  set({ picture: wanted, top: 0, cursor: 0, focus: 'tree' });

export const inTreeAgain = (context: ExplainContext): void => picture(context, 'tree');

const haystacks = new WeakMap<Plan, readonly string[]>();
/** What a search looks through, of each node. */
const haystack = (plan: Plan): readonly string[] => {
  const known = haystacks.get(plan);
  if (known) return known;
  const made = plan.nodes.map((node) =>
    [node.label, node.subplanName ?? '', targetOf(node), ...node.conditions.map(({ text }) => text)]
      .join(' ')
      .toLowerCase(),
  );
  haystacks.set(plan, made);
  return made;
};

/** The next node that matches, from the one under the cursor on, round the end. */
export const findNode = (context: ExplainContext, query: string, direction: 1 | -1, stay: boolean): void => {
  const { plan } = context;
  const here = nodeAt(context)?.id ?? 1;
  if (!plan || query === '') return;
  const texts = haystack(plan);
  const wanted = query.toLowerCase();
  for (let step = stay ? 0 : 1; step <= texts.length; step++) {
    const index = (((here - 1 + direction * step) % texts.length) + texts.length) % texts.length;
    if (!texts[index]?.includes(wanted)) continue;
    goTo(context, index + 1);
    return;
  }
  context.set({ notice: `Nothing here matches "${query}".` });
};
