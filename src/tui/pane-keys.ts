import type { Context } from './context.ts';
import type { Binding } from './keymap.ts';
import { offersOrders } from './lab-keys.ts';
import type { PaneView } from './screens/pane.ts';
import type { PaneId } from './ui.ts';

export const scrollTo = ({ actions }: Context, pane: PaneView, x: number, y: number): void => {
  const clamp = (value: number, max: number): number => Math.max(0, Math.min(value, max));
  const scroll = { key: pane.key, x: clamp(x, pane.maxX), y: clamp(y, pane.maxY) };
  actions.ui({ type: 'scrolled', pane: pane.id, scroll });
};

const scrollBy = (context: Context, dx: number, dy: number): void => {
  const pane = context.view?.focused;
  if (pane) scrollTo(context, pane, pane.x + dx, dx === 0 ? pane.y + dy : pane.y);
};

const focus = ({ actions, view, ui }: Context, by: number): void => {
  if (!view) return;
  const at = view.panes.indexOf(view.focused.id);
  const pane = view.panes[(at + by + view.panes.length) % view.panes.length];
  if (pane && pane !== ui.player.focus) actions.ui({ type: 'focused', pane });
};

const hasPane =
  (pane: PaneId) =>
  ({ view }: Context): boolean =>
    view?.panes.includes(pane) ?? false;
const scrollsSideways = ({ view }: Context): boolean => (view?.focused.maxX ?? 0) > 0;

/** Which pane one looks at, and which part of it. */
export const paneKeys: readonly Binding<Context>[] = [
  {
    id: 'pane',
    keys: ['tab'],
    help: 'next pane: page, timeline, result, locks',
    hint: ({ view }) => {
      if (!view) return null;
      const at = view.panes.indexOf(view.focused.id);
      return view.panes[(at + 1) % view.panes.length] ?? null;
    },
    when: ({ view }) => view !== null,
    run: (context) => focus(context, 1),
  },
  { id: 'pane-before', keys: ['shift-tab'], help: 'pane before', run: (context) => focus(context, -1) },
  {
    id: 'scroll-left',
    keys: ['left', 'h'],
    help: 'a wide pane: to the left',
    when: scrollsSideways,
    run: (context) => scrollBy(context, -8, 0),
  },
  {
    id: 'scroll-right',
    keys: ['right', 'l'],
    shown: () => ['left', 'right'],
    help: 'a wide pane: to the right',
    hint: () => 'sideways',
    when: scrollsSideways,
    run: (context) => scrollBy(context, 8, 0),
  },
  {
    id: 'scroll-down',
    keys: ['down', 'j'],
    shown: () => ['up', 'down'],
    help: 'scroll down',
    hint: ({ view }) => (view && view.focused.maxY > 0 && view.focused.id !== 'timeline' ? 'scroll' : null),
    run: (context) => scrollBy(context, 0, 1),
  },
  { id: 'scroll-up', keys: ['up', 'k'], help: 'scroll up', run: (context) => scrollBy(context, 0, -1) },
  {
    id: 'page-down',
    keys: ['pgdn', 'ctrl-f'],
    help: 'a screen down',
    run: (context) => scrollBy(context, 0, Math.max(1, (context.view?.focused.page ?? 2) - 1)),
  },
  {
    id: 'page-up',
    keys: ['pgup', 'ctrl-b'],
    help: 'a screen up',
    run: (context) => scrollBy(context, 0, -Math.max(1, (context.view?.focused.page ?? 2) - 1)),
  },
  {
    id: 'top',
    keys: ['home'],
    help: 'to the top',
    run: (context) => scrollBy(context, 0, Number.NEGATIVE_INFINITY),
  },
  {
    id: 'bottom',
    keys: ['end', 'G'],
    help: 'to the bottom',
    run: (context) => scrollBy(context, 0, Number.MAX_SAFE_INTEGER),
  },
  {
    id: 'expanded',
    keys: ['x'],
    help: 'result: one line for each value, as \\x in psql',
    hint: ({ view, ui }) =>
      view?.focused.id === 'result' ? (ui.player.expanded ? 'table' : 'expanded') : null,
    when: (context) => context.view?.focused.id === 'result' || !offersOrders(context),
    run: ({ actions }) => actions.ui({ type: 'expanded' }),
  },
  {
    id: 'zoom',
    keys: ['z'],
    help: 'the pane alone on the screen, and back',
    when: ({ view, ui }) => (view?.wide ?? false) || ui.player.zoom,
    run: ({ actions }) => actions.ui({ type: 'zoomed' }),
  },
  {
    id: 'timeline',
    keys: ['t'],
    help: 'timeline',
    when: hasPane('timeline'),
    run: ({ actions }) => actions.ui({ type: 'focused', pane: 'timeline' }),
  },
  {
    id: 'locks',
    keys: ['L'],
    help: 'locks',
    when: hasPane('locks'),
    run: ({ actions }) => actions.ui({ type: 'focused', pane: 'locks' }),
  },
];
