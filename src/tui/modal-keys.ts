import type { Context } from './context.ts';
import { pressInLab } from './lab-keys.ts';
import { pressInList } from './line-keys.ts';

/** Keys of what is open over the screen; it takes every key but Ctrl+C and Ctrl+Z. */
export const pressInModal = (context: Context, key: string): boolean => {
  const { ui, state, actions } = context;
  const { modal } = ui;
  if (!modal || key === 'ctrl-c' || key === 'ctrl-z') return false;
  const close = (): void => actions.ui({ type: 'modal', modal: null });
  switch (modal.kind) {
    case 'confirm':
      if (key === 'y' || key === 'Y') {
        close();
        if (modal.then === 'reset') actions.intent({ type: 'reset' });
        else actions.leave();
      } else if (['n', 'N', 'esc', 'q'].includes(key)) close();
      return true;
    case 'help': {
      const offset = pressInList(key, modal.offset, context.helpMax);
      if (offset === 'close') close();
      else if (offset !== null) actions.ui({ type: 'modal', modal: { kind: 'help', offset } });
      return true;
    }
    case 'what-if':
    case 'explore':
      pressInLab(context, key);
      return true;
    case 'pages': {
      const pages = state?.lesson.pages ?? [];
      const page = pages[modal.selected];
      const by = { down: 1, j: 1, up: -1, k: -1, pgdn: 10, pgup: -10, home: -1e6, end: 1e6, G: 1e6 }[key];
      if (by !== undefined) {
        const selected = Math.max(0, Math.min(pages.length - 1, modal.selected + by));
        actions.ui({ type: 'modal', modal: { kind: 'pages', selected } });
      } else if (key === 'enter' || key === 'space') {
        close();
        if (page) actions.intent({ type: 'go', page: page.id });
      } else if (['g', 'q', 'esc'].includes(key)) close();
      return true;
    }
  }
};
