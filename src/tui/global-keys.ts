import type { PlayerState } from '../player/state.ts';
import type { Context } from './context.ts';
import type { Binding } from './keymap.ts';
import { confirmOr } from './lesson-keys.ts';

/** Whether Ctrl+C has a statement to cancel: one that runs, or waits for a lock. */
const canCancel = (state: PlayerState | null): boolean =>
  state !== null &&
  (state.phase === 'running' ||
    (state.phase === 'ready' && state.timeline.steps.some((step) => step.endedAt === null)));

/** Everywhere, after the keys of the screen. The order is that of the hint line and of help. */
export const globalKeys: readonly Binding<Context>[] = [
  {
    id: 'cancel',
    keys: ['ctrl-c'],
    help: 'cancel the statement that runs or waits; with nothing to cancel, twice: leave pg-tutor',
    hint: (context) => (context.state?.phase === 'running' ? 'cancel' : null),
    run: ({ state, ui, actions }) => {
      if (ui.leaving) return actions.quit(130);
      if (canCancel(state)) {
        actions.intent({ type: 'cancel' });
        actions.ui({
          type: 'noticed',
          notice: 'Cancelling. Press Ctrl+C again to leave pg-tutor.',
          leaving: true,
        });
      } else actions.ui({ type: 'noticed', notice: 'Press Ctrl+C again to leave pg-tutor.', leaving: true });
    },
  },
  {
    id: 'help',
    keys: ['?'],
    help: 'this list',
    hint: () => 'keys',
    keep: true,
    run: ({ actions }) => actions.ui({ type: 'modal', modal: { kind: 'help', offset: 0 } }),
  },
  {
    id: 'quit',
    keys: ['q'],
    help: 'leave: the lesson for the list, the list for the shell',
    hint: ({ ui }) => (ui.screen === 'home' ? 'quit' : 'leave'),
    run: (context) => {
      const { ui, state, actions } = context;
      if (ui.screen === 'home') return actions.quit(0);
      confirmOr(
        context,
        state?.phase === 'running',
        'A statement is running. Leave the lesson?',
        'leave',
        actions.leave,
      );
    },
  },
  {
    id: 'suspend',
    keys: ['ctrl-z'],
    help: 'suspend; fg in the shell comes back',
    run: ({ actions }) => actions.suspend(),
  },
  {
    id: 'redraw',
    keys: ['ctrl-l'],
    help: 'draw the screen again',
    run: ({ actions }) => actions.redraw(),
  },
];
