import { widthForPanes } from '../draw/plan-diff.ts';
import { scaleOf } from '../draw/plan-metric.ts';
import { planRows } from '../draw/plan-rows.ts';
import {
  type ExplainContext,
  findNode,
  fold,
  goTo,
  inTreeAgain,
  move,
  picture,
  rowOf,
  setMetric,
  setView,
  unfold,
} from './explain-moves.ts';
import { lookAt, type PlanPicture } from './explain-ui.ts';
import type { Binding } from './keymap.ts';
import type { KeyName } from './keys.ts';
import { pressInList, typeInto } from './line-keys.ts';

type Can = (context: ExplainContext) => boolean;
type ExplainBinding = Binding<ExplainContext>;

const shows =
  (...pictures: PlanPicture[]): Can =>
  ({ ui, plan }) =>
    plan !== null && pictures.includes(ui.picture);
const inTree = shows('tree');

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
    hint: ({ ui }) => (ui.picture === 'diff' ? null : 'diff'),
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
    hint: ({ ui, view }) => (ui.focus === 'tree' && view.detailMax > 0 ? 'why' : null),
    when: inTree,
    run: ({ ui, set }) => set({ focus: ui.focus === 'tree' ? 'detail' : 'tree' }),
  },
  {
    id: 'source',
    keys: ['v'],
    help: 'the tree, the plan as text, the plan as JSON',
    hint: ({ ui }) => (ui.picture === 'text' ? 'JSON' : ui.picture === 'json' ? null : 'text'),
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
    hint: ({ ui }) =>
      ui.picture === 'choose' || (ui.picture === 'tree' && ui.focus === 'tree') ? 'leave' : 'tree',
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
  if (key === 'enter') set({ searching: false });
  else if (key === 'esc') set({ searching: false, query: '' });
  else {
    const next = typeInto(ui.query, key);
    if (next === null) return key !== 'ctrl-c' && key !== 'ctrl-z';
    set({ query: next });
    findNode(context, next, 1, true);
  }
  return true;
};

/** Keys of the list of keys, which takes all but Ctrl+C and Ctrl+Z. */
export const pressInHelp = ({ ui, set, helpMax }: ExplainContext, key: KeyName): boolean => {
  if (ui.help === null || key === 'ctrl-c' || key === 'ctrl-z') return false;
  const line = pressInList(key, ui.help, helpMax);
  if (line !== null) set({ help: line === 'close' ? null : line });
  return true;
};
