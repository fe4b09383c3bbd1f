import type { Hint } from '../draw/status.ts';
import { hasOrders } from '../player/orders.ts';
import { currentPage } from '../player/state.ts';
import type { Context } from './context.ts';
import type { Binding } from './keymap.ts';
import type { LabLook } from './ui.ts';

/** Whether the page has steps of several sessions, and there is a server to try them on. */
export const offersOrders = ({ state, lab }: Context): boolean => {
  const page = state && currentPage(state);
  return Boolean(
    lab &&
      page &&
      state.server &&
      (state.phase === 'ready' || state.phase === 'finished') &&
      hasOrders(page, state.server.major),
  );
};

const started: LabLook = { back: 0, across: 0, selected: 0 };

/** What if: the page's steps in another order, or in all of them. */
export const orderKeys: readonly Binding<Context>[] = [
  {
    id: 'other-order',
    keys: ['o'],
    help: 'a page with several sessions: play its steps in an order of your own, beside the lesson',
    hint: () => 'other order',
    when: offersOrders,
    run: ({ state, lab, actions }) => {
      if (!state || !lab) return;
      lab.startWhatIf(state.page);
      actions.ui({ type: 'modal', modal: { kind: 'what-if', look: started } });
    },
  },
  {
    id: 'explore',
    keys: ['x'],
    help: 'a page with several sessions: run all orders of its steps, grouped by what comes of them',
    hint: () => 'explore all',
    when: (context) => offersOrders(context) && context.view?.focused.id !== 'result',
    run: ({ state, lab, actions }) => {
      if (!state || !lab) return;
      lab.explore(state.page);
      actions.ui({ type: 'modal', modal: { kind: 'explore', look: started } });
    },
  },
];

/** Keys of both screens: another order, and all orders. */
export const pressInLab = (context: Context, key: string): void => {
  const { ui, lab, labPicture, actions } = context;
  const { modal } = ui;
  if (modal?.kind !== 'what-if' && modal?.kind !== 'explore') return;
  const { look } = modal;
  const page = lab?.getState().whatIf?.page ?? lab?.getState().exploration?.page ?? '';
  const to = (change: Partial<LabLook>): void =>
    actions.ui({ type: 'modal', modal: { kind: modal.kind, look: { ...look, ...change } } });
  const clamp = (value: number, max: number): number => Math.max(0, Math.min(value, max));
  const most = labPicture?.maxBack ?? 0;
  // Another order may stand at a difference, with more below it: there one can go either way.
  const least = modal.kind === 'what-if' ? -most : 0;
  const scroll = (by: number): void => to({ back: Math.max(least, Math.min(look.back + by, most)) });
  const sideways = (by: number): void => to({ across: clamp(look.across + by, labPicture?.maxAcross ?? 0) });
  if (['esc', 'q'].includes(key)) {
    lab?.stop();
    actions.ui({ type: 'modal', modal: null });
  } else if (key === 'left' || key === 'h') sideways(-8);
  else if (key === 'right' || key === 'l') sideways(8);
  else if (modal.kind === 'what-if') {
    // Its pictures stand at their end, so up is further back.
    const by = { up: 1, k: 1, down: -1, j: -1, pgup: 10, pgdn: -10, home: 1e6, end: -1e6, G: -1e6 }[key];
    const choice = lab?.getState().whatIf?.choices[Number(key) - 1];
    if (by !== undefined) scroll(by);
    else if (choice?.why)
      actions.ui({ type: 'noticed', notice: `${choice.session} cannot go: ${choice.why}.` });
    else if (choice) {
      lab?.pick(choice.session);
      to({ back: 0 });
    } else if (key === 'r') {
      lab?.startWhatIf(page);
      to(started);
    } else if (key === 'c') lab?.cancel();
  } else {
    const by = { pgup: -10, pgdn: 10, home: -1e6, end: 1e6, G: 1e6 }[key];
    const step = { up: -1, k: -1, down: 1, j: 1 }[key];
    const count = lab?.getState().exploration?.outcomes.length ?? 0;
    if (by !== undefined) scroll(by);
    else if (step !== undefined)
      to({ selected: clamp(look.selected + step, Math.max(0, count - 1)), back: 0, across: 0 });
    else if (key === 's') lab?.halt();
    else if (key === 'r') {
      lab?.explore(page);
      to(started);
    }
  }
};

/** What the hint line says over them. */
export const labHints = ({ ui, lab, glyphs }: Context): Hint[] => {
  const arrows = `${glyphs.arrowUp}${glyphs.arrowDown}`;
  if (ui.modal?.kind === 'what-if') {
    const choices = lab?.getState().whatIf?.choices ?? [];
    const waits = choices.some((choice) => choice.step !== null && choice.why !== null);
    return [
      ...(choices.some((choice) => choice.why === null)
        ? [{ key: `1-${choices.length}`, label: 'who goes next' }]
        : []),
      { key: 'r', label: 'start again' },
      ...(waits ? [{ key: 'c', label: 'cancel' }] : []),
      { key: arrows, label: 'scroll' },
      { key: 'Esc', label: 'back to the lesson' },
    ];
  }
  const running = lab?.getState().exploration?.phase === 'running';
  return [
    { key: arrows, label: 'outcome' },
    { key: 'PgDn', label: 'scroll' },
    running ? { key: 's', label: 'stop' } : { key: 'r', label: 'again' },
    { key: 'Esc', label: 'back to the lesson' },
  ];
};
