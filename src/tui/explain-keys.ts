// One thing, and long: the list of the explain screen's keys; hint line and help are generated from it.
import { widthForPanes } from '../draw/plan-diff.ts';
import { targetOf } from '../draw/plan-label.ts';
import { type Metric, type MetricView, metricsOf, scaleOf } from '../draw/plan-metric.ts';
import { type PlanRow, planRows, reveal, runOf } from '../draw/plan-rows.ts';
import type { Plan, PlanNode } from '../explain/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type ExplainUi, lookAt, type PlanPicture, type Size } from './explain-ui.ts';
import type { Binding } from './keymap.ts';
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

type Can = (context: ExplainContext) => boolean;
type ExplainBinding = Binding<ExplainContext>;

const shows =
  (...pictures: PlanPicture[]): Can =>
  ({ ui, plan }) =>
    plan !== null && pictures.includes(ui.picture);
const inTree = shows('tree');

const clamp = (value: number, max: number): number => Math.max(0, Math.min(value, max));

const move = ({ ui, view, set }: ExplainContext, by: number): void => {
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

const rowOf = (rows: readonly PlanRow[], id: number): number => {
  const at = rows.findIndex((row) => row.kind !== 'worker' && row.kind !== 'removed' && row.id === id);
  return Math.max(0, at);
};

/** Puts the cursor on a node; whatever hides it is opened. */
const goTo = ({ plan, ui, set }: ExplainContext, id: number): void => {
  if (!plan) return;
  const folds = reveal(plan, ui.folds, id);
  set({ folds, cursor: rowOf(planRows(plan, folds), id), picture: 'tree', focus: 'tree', detailTop: 0 });
};

const fold = (context: ExplainContext): void => {
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

const unfold = (context: ExplainContext): void => {
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

const setMetric = ({ plan, ui, set }: ExplainContext, key: KeyName): void => {
  const metric = metricKeys[key];
  if (!plan || !metric) return;
  if (metricsOf(plan).includes(metric)) set({ view: { ...ui.view, metric } });
  else set({ notice: missing[metric] });
};

const setView = ({ ui, set }: ExplainContext, change: Partial<MetricView>): void =>
  set({ view: { ...ui.view, ...change } });

const picture = ({ set }: ExplainContext, wanted: PlanPicture): void =>
  set({ picture: wanted, top: 0, cursor: 0, focus: 'tree' });

const inTreeAgain = (context: ExplainContext): void => picture(context, 'tree');

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

const several: Can = ({ ui }) => ui.items.length > 1;

const choose = ({ ui, set }: ExplainContext): void => set(lookAt(ui.items, ui.cursor));

/** The plan screen. The order is that of the hint line and of help. */
export const explainKeys: readonly ExplainBinding[] = [
  {
    id: 'open',
    keys: ['enter', 'space'],
    help: 'list of plans: open one',
    hint: () => 'open',
    when: shows('choose'),
    run: choose,
  },
  {
    id: 'down',
    keys: ['down', 'j'],
    shown: () => ['up', 'down'],
    help: 'down; behind Tab: scroll the words about the node',
    hint: ({ ui }) => (ui.picture === 'choose' ? 'choose' : ui.focus === 'detail' ? 'scroll' : null),
    when: ({ plan }) => plan !== null,
    run: (context) => move(context, 1),
  },
  { id: 'up', keys: ['up', 'k'], help: 'up', run: (context) => move(context, -1) },
  {
    id: 'fold',
    keys: ['left', 'h'],
    shown: () => ['left', 'right'],
    help: 'fold what is below the node; again: to its parent',
    hint: () => 'fold',
    when: inTree,
    run: fold,
  },
  { id: 'unfold', keys: ['right', 'l'], help: 'unfold', when: inTree, run: unfold },
  {
    id: 'hot',
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    shown: () => ['1-9'],
    help: 'the node with most of the metric, the second…',
    hint: () => 'hot',
    when: inTree,
    run: (context, key) => {
      const { plan, ui, set } = context;
      const id = plan && scaleOf(plan, ui.view).hottest[Number(key) - 1];
      if (id) goTo(context, id);
      else set({ notice: `There is no ${key}. node with a number of its own.` });
    },
  },
  {
    id: 'metric',
    keys: ['t', 'b', 'r', 'c', 'w'],
    shown: () => ['t', '/', 'b', '/', 'r', '/', 'c', '/', 'w'],
    help: 'what is counted: time, buffers (pages), rows, cost, WAL',
    hint: () => 'metric',
    when: inTree,
    run: setMetric,
  },
  {
    id: 'side',
    keys: ['tab'],
    help: 'difference on a narrow screen: the other plan',
    hint: ({ ui }) => (ui.side === 'after' ? 'before' : 'after'),
    when: (context) => shows('diff')(context) && context.size.width < widthForPanes,
    run: ({ ui, set }) => set({ side: ui.side === 'after' ? 'before' : 'after' }),
  },
  {
    id: 'diff',
    keys: ['d'],
    help: 'compare with the plan before it; again: back to the tree',
    hint: ({ ui }) => (ui.picture === 'diff' ? 'tree' : 'diff'),
    when: several,
    run: (context) => {
      if (context.ui.picture === 'diff') return inTreeAgain(context);
      picture(context, 'diff');
    },
  },
  {
    id: 'inclusive',
    keys: ['i'],
    help: 'numbers of the node itself, or with all below it',
    hint: ({ ui }) => (ui.view.inclusive ? 'self' : 'incl'),
    when: inTree,
    run: (context) => setView(context, { inclusive: !context.ui.view.inclusive }),
  },
  {
    id: 'clock',
    keys: ['p'],
    help: 'time on the clock, or CPU of all processes together',
    hint: ({ ui, plan }) =>
      plan?.nodes.some((node) => node.processes > 1) ? (ui.view.clock === 'wall' ? 'CPU' : 'wall') : null,
    when: inTree,
    run: (context) =>
      setView(context, { clock: context.ui.view.clock === 'wall' ? 'cpu' : 'wall', metric: 'time' }),
  },
  {
    id: 'detail',
    keys: ['tab', 'enter'],
    help: 'scroll the words about the node; back to the tree',
    hint: ({ ui, view }) => (ui.focus === 'detail' ? 'tree' : view.detailMax > 0 ? 'why' : null),
    when: inTree,
    run: ({ ui, set }) => set({ focus: ui.focus === 'tree' ? 'detail' : 'tree' }),
  },
  {
    id: 'source',
    keys: ['v'],
    help: 'the tree, the plan as text, the plan as JSON',
    hint: ({ ui }) => (ui.picture === 'text' ? 'JSON' : ui.picture === 'json' ? 'tree' : 'text'),
    when: shows('tree', 'text', 'json'),
    run: (context) => {
      const next = { tree: 'text', text: 'json', json: 'tree' } as const;
      const { picture: now } = context.ui;
      if (now !== 'diff' && now !== 'choose') picture(context, next[now]);
    },
  },
  {
    id: 'copy',
    keys: ['y'],
    help: 'copy what is shown to the clipboard, through the terminal (OSC 52)',
    hint: () => 'copy',
    when: shows('tree', 'text', 'json', 'diff'),
    run: ({ copy }) => copy(),
  },
  {
    id: 'search',
    keys: ['/'],
    help: 'search nodes, relations, conditions; n and N go on',
    hint: () => 'search',
    when: inTree,
    run: ({ set }) => set({ searching: true, query: '' }),
  },
  {
    id: 'next',
    keys: ['n'],
    help: 'next match',
    when: inTree,
    run: (context) => findNode(context, context.ui.query, 1, false),
  },
  {
    id: 'before',
    keys: ['N'],
    help: 'match before',
    when: inTree,
    run: (context) => findNode(context, context.ui.query, -1, false),
  },
  {
    id: 'plans',
    keys: ['o'],
    help: 'the list of plans',
    hint: () => 'plans',
    when: (context) => several(context) && context.ui.picture !== 'choose',
    run: ({ ui, set }) => set({ picture: 'choose', cursor: ui.item, top: 0 }),
  },
  {
    id: 'all',
    keys: ['e'],
    help: 'unfold everything',
    when: inTree,
    run: (context) => {
      const { plan, ui, set } = context;
      if (!plan) return;
      const folds = { closed: new Set<number>(), opened: new Set(plan.nodes.map(({ id }) => id)) };
      set({ folds, cursor: rowOf(planRows(plan, folds), context.rows[ui.cursor]?.id ?? 1) });
    },
  },
  {
    id: 'page-down',
    keys: ['pgdn', 'ctrl-f'],
    help: 'a screen down',
    run: (context) => move(context, context.view.page),
  },
  {
    id: 'page-up',
    keys: ['pgup', 'ctrl-b'],
    help: 'a screen up',
    run: (context) => move(context, -context.view.page),
  },
  {
    id: 'first',
    keys: ['g', 'home'],
    help: 'to the top',
    run: (context) => move(context, Number.NEGATIVE_INFINITY),
  },
  {
    id: 'last',
    keys: ['G', 'end'],
    help: 'to the end',
    run: (context) => move(context, Number.MAX_SAFE_INTEGER),
  },
  {
    id: 'cancel',
    keys: ['ctrl-c'],
    help: 'twice: leave pg-tutor',
    run: ({ ui, set, quit }) =>
      ui.leaving ? quit(130) : set({ notice: 'Press Ctrl+C again to leave pg-tutor.', leaving: true }),
  },
  {
    id: 'help',
    keys: ['?'],
    help: 'this list',
    hint: () => 'keys',
    keep: true,
    run: ({ set }) => set({ help: 0 }),
  },
  {
    id: 'quit',
    keys: ['q', 'esc'],
    help: 'back; from the tree: leave',
    hint: ({ ui }) => (ui.picture === 'tree' || ui.picture === 'choose' ? 'leave' : 'tree'),
    keep: true,
    run: (context) => {
      const { ui, set, leave, plan } = context;
      if (ui.focus === 'detail') set({ focus: 'tree' });
      else if (plan && ['text', 'json', 'diff'].includes(ui.picture)) inTreeAgain(context);
      else leave();
    },
  },
  {
    id: 'suspend',
    keys: ['ctrl-z'],
    help: 'suspend; fg in the shell comes back',
    run: ({ suspend }) => suspend(),
  },
  { id: 'redraw', keys: ['ctrl-l'], help: 'draw the screen again', run: ({ redraw }) => redraw() },
];

/** While a search is typed, letters are letters. @returns whether the key was taken */
export const pressInSearch = (context: ExplainContext, key: KeyName): boolean => {
  const { ui, set } = context;
  if (!ui.searching) return false;
  const query = (next: string): void => {
    set({ query: next });
    findNode(context, next, 1, true);
  };
  if (key === 'enter') set({ searching: false });
  else if (key === 'esc') set({ searching: false, query: '' });
  else if (key === 'backspace' || key === 'delete') query([...ui.query].slice(0, -1).join(''));
  else if (key === 'ctrl-u') set({ query: '' });
  else if (key === 'space') query(`${ui.query} `);
  else if ([...key].length === 1) query(ui.query + key);
  else return key !== 'ctrl-c' && key !== 'ctrl-z';
  return true;
};

/** Keys of the list of keys, which takes all but Ctrl+C and Ctrl+Z. */
export const pressInHelp = ({ ui, set, helpMax }: ExplainContext, key: KeyName): boolean => {
  if (ui.help === null || key === 'ctrl-c' || key === 'ctrl-z') return false;
  const by = { down: 1, j: 1, up: -1, k: -1, pgdn: 10, space: 10, pgup: -10 }[key];
  if (by !== undefined) set({ help: clamp(ui.help + by, helpMax) });
  else if (['?', 'q', 'esc', 'enter'].includes(key)) set({ help: null });
  return true;
};
