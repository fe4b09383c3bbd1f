import type { DeskContext, DeskFocus } from './desk-ui.ts';
import { editHelp, pressInEditor } from './editor/edit-keys.ts';
import { completeWord, pressInPopup } from './editor/popup.ts';
import { cursorOffset, editorText, insert, newLine } from './editor/state.ts';
import { type Binding, findBinding } from './keymap.ts';
import type { KeyName } from './keys.ts';
import { pressInList } from './line-keys.ts';

export type DeskBinding = Binding<DeskContext>;

const isWriting = ({ ui }: DeskContext): boolean => ui.focus === 'editor';
const isLooking = (context: DeskContext): boolean => !isWriting(context);

const scrollBy = ({ ui, set, most }: DeskContext, by: number): void => {
  const part = ui.focus === 'task' ? 'task' : 'output';
  const now = Math.min(ui.scroll[part], most[part]);
  set({ scroll: { ...ui.scroll, [part]: Math.max(0, Math.min(most[part], now + by)) } });
};

const after: Readonly<Record<DeskFocus, DeskFocus>> = { editor: 'output', output: 'task', task: 'editor' };
const lookWords: Readonly<Record<DeskFocus, string>> = { editor: 'editor', output: 'result', task: 'task' };

const complete = ({ ui, write, set, catalog }: DeskContext) => {
  const before = editorText(ui.editor).slice(0, cursorOffset(ui.editor));
  if (!/[\p{L}\p{N}_"$.]$/u.test(before)) return write(insert(ui.editor, '  '));
  const typed = completeWord(ui.editor, catalog);
  if (typed) write(typed.editor, typed.popup);
  else set({ notice: 'Nothing to complete here.' });
};

const interrupt = ({ ui, model, set, quit }: DeskContext) => {
  if (ui.leaving) return quit(130);
  const again = 'Ctrl+C again leaves pg-tutor.';
  const busy = model.busy() !== null;
  if (busy) model.cancel();
  set({ notice: busy ? `Cancelling. ${again}` : again, leaving: true, modal: null });
};

/** After those of the desk's model; the order is that of the hint line and of help. */
const deskKeys: readonly DeskBinding[] = [
  {
    id: 'cancel',
    keys: ['ctrl-c'],
    help: 'cancel what runs; with nothing to cancel, twice: leave pg-tutor',
    hint: ({ model }) => (model.busy() === null ? null : 'cancel'),
    run: interrupt,
  },
  {
    id: 'stop',
    keys: ['esc'],
    help: 'cancel what runs',
    when: ({ model }) => model.busy() !== null,
    run: ({ model }) => model.cancel(),
  },
  {
    id: 'write',
    keys: ['esc', 'enter'],
    help: 'from task or result back to the editor',
    hint: () => 'write',
    when: isLooking,
    run: ({ set }) => set({ focus: 'editor' }),
  },
  {
    id: 'menu',
    keys: ['esc'],
    help: 'then a letter: the commands that have Alt and a letter',
    hint: () => 'menu',
    keep: true,
    when: isWriting,
    run: ({ set }) => set({ modal: { kind: 'menu' } }),
  },
  {
    id: 'back',
    keys: ['alt-q'],
    help: 'back to the page; what you have written is kept',
    keep: true,
    hint: (context) => (isLooking(context) ? 'back to the page' : null),
    run: ({ leave }) => leave(),
  },
  {
    id: 'look',
    keys: ['f2', 'alt-o'],
    help: 'look at the result, at the task, back to the editor',
    hint: ({ ui }) => lookWords[after[ui.focus]],
    run: ({ ui, set }) => set({ focus: after[ui.focus] }),
  },
  {
    id: '$EDITOR',
    keys: ['f4', 'alt-e'],
    help: 'write in your own editor: $VISUAL, $EDITOR or vi',
    hint: () => '$EDITOR',
    run: ({ edit }) => edit(),
  },
  {
    id: 'keys',
    keys: ['f1', 'alt-?'],
    help: 'this list',
    hint: () => 'keys',
    run: ({ set }) => set({ modal: { kind: 'help', offset: 0 } }),
  },
  {
    id: 'new-line',
    keys: ['enter'],
    help: 'a new line',
    when: isWriting,
    run: ({ write, ui }) => write(newLine(ui.editor)),
  },
  {
    id: 'complete',
    keys: ['tab'],
    help: 'complete a keyword, relation or column; where no word is begun: two spaces',
    when: isWriting,
    run: complete,
  },
  {
    id: 'scroll-up',
    keys: ['up', 'k'],
    shown: () => ['up', 'down'],
    help: 'in task and result: scroll',
    hint: ({ ui, most }) => (most[ui.focus === 'task' ? 'task' : 'output'] > 0 ? 'scroll' : null),
    when: isLooking,
    run: (context) => scrollBy(context, -1),
  },
  {
    id: 'scroll-down',
    keys: ['down', 'j'],
    help: 'in task and result: scroll',
    when: isLooking,
    run: (context) => scrollBy(context, 1),
  },
  { id: 'page-up', keys: ['pgup'], help: 'scroll back', run: (context) => scrollBy(context, -context.page) },
  { id: 'page-down', keys: ['pgdn'], help: 'scroll on', run: (context) => scrollBy(context, context.page) },
  {
    id: 'suspend',
    keys: ['ctrl-z'],
    help: 'suspend; fg in the shell comes back',
    run: ({ suspend }) => suspend(),
  },
  { id: 'redraw', keys: ['ctrl-l'], help: 'draw the screen again', run: ({ redraw }) => redraw() },
];

export const keysOfDesk = (context: DeskContext): readonly DeskBinding[] => [
  ...context.model.commands,
  ...deskKeys,
];

export const deskHelp = (
  context: DeskContext,
  show: (key: KeyName) => string,
): { keys: string; help: string }[] => [
  ...keysOfDesk(context).map(({ keys, help }) => ({ keys: keys.map(show).join(' '), help })),
  { keys: '', help: '' },
  ...editHelp.map(({ keys, help }) => ({ keys: keys.map(show).join(' '), help })),
];

/** The command that a letter stands for, in the menu and while nothing is written. */
const byLetter = (context: DeskContext, key: KeyName): DeskBinding | null =>
  [...key].length === 1
    ? findBinding(keysOfDesk(context), `alt-${key === '?' ? key : key.toLowerCase()}`, context)
    : null;

/** What is open over the desk takes every key but Ctrl+C and Ctrl+Z. */
const pressInModal = (context: DeskContext, key: KeyName): boolean => {
  const { ui, set, helpMax } = context;
  const { modal } = ui;
  if (!modal || key === 'ctrl-c' || key === 'ctrl-z') return false;
  const close = (): void => set({ modal: null });
  switch (modal.kind) {
    case 'menu':
      close();
      byLetter(context, key)?.run(context, key);
      return true;
    case 'help': {
      const offset = pressInList(key, modal.offset, helpMax);
      if (offset === 'close') close();
      else if (offset !== null) set({ modal: { kind: 'help', offset } });
      return true;
    }
    case 'confirm':
      if (key === 'y' || key === 'Y') {
        close();
        modal.act();
      } else if (['n', 'N', 'esc', 'q'].includes(key)) close();
      return true;
  }
};

export const pressInDesk = (context: DeskContext, key: KeyName) => {
  if (pressInModal(context, key)) return;
  const { popup, editor: text } = context.ui;
  if (popup) {
    const typed = pressInPopup(popup, key, text, context.catalog);
    if (typed) return context.write(typed.editor, typed.popup);
    context.set({ popup: null });
  }
  const binding = findBinding(keysOfDesk(context), key, context);
  if (binding) return binding.run(context, key);
  if (isLooking(context)) return byLetter(context, key)?.run(context, key);
  const editor = pressInEditor(context.ui.editor, key, context.ui.history);
  if (editor) context.write(editor);
};
