import { fewestSessions, mostSessions } from '../player/sandbox-state.ts';
import { pressInEditor } from './editor/edit-keys.ts';
import { editorText, emptyEditor, replaceText } from './editor/state.ts';
import { type Binding, findBinding } from './keymap.ts';
import type { KeyName } from './keys.ts';
import { pressInList } from './line-keys.ts';
import { focusAt, notice, type SandboxContext } from './sandbox-context.ts';

export const askReset = (context: SandboxContext) => {
  const { state, set } = context;
  if (state.phase === 'broken') return context.intent({ type: 'reset' });
  if (!state.scratch)
    return notice(context, `${state.database ?? 'The database'} is yours: pg-tutor does not reset it.`);
  const question = 'Start again on a fresh database? All that was done in this one is gone.';
  set({ modal: { kind: 'confirm', question, intent: 'reset' } });
};

export const addSession = (context: SandboxContext) => {
  if (context.state.sessions.length >= mostSessions)
    return notice(context, `There are ${mostSessions} sessions at most.`);
  context.intent({ type: 'add-session' });
  context.set({ focus: context.state.sessions.length, shown: 'all' });
};

export const askRemove = (context: SandboxContext) => {
  const { state, session, set } = context;
  if (state.sessions.length <= fewestSessions)
    return notice(context, `There are ${fewestSessions} sessions at least.`);
  set({ modal: { kind: 'confirm', question: `End session ${session}?`, intent: 'remove' } });
};

export const askSave = (context: SandboxContext) => {
  if (context.state.timeline.steps.length === 0)
    return notice(context, 'Nothing has been run yet that could be saved.');
  context.set({ modal: { kind: 'format' }, popup: null });
};

export const openHelp = ({ set }: SandboxContext): void =>
  set({ modal: { kind: 'help', offset: 0 }, popup: null });
/** What is open over the sandbox takes every key but Ctrl+C and Ctrl+Z. */
export const pressInModal = (
  context: SandboxContext,
  key: KeyName,
  keymap: readonly Binding<SandboxContext>[],
): boolean => {
  const { ui, set, state } = context;
  const { modal } = ui;
  if (!modal || key === 'ctrl-c' || key === 'ctrl-z') return false;
  const close = (): void => set({ modal: null });
  switch (modal.kind) {
    case 'menu': {
      close();
      const at = Number(key) - 1;
      if (at >= 0 && at < state.sessions.length) focusAt(context, at);
      else if (key === '?') openHelp(context);
      else if (!['esc', 'enter'].includes(key))
        findBinding(keymap, `alt-${key.toLowerCase()}`, context)?.run(context, key);
      return true;
    }
    case 'help': {
      const offset = pressInList(key, modal.offset, context.helpMax);
      if (offset === 'close') close();
      else if (offset !== null) set({ modal: { kind: 'help', offset } });
      return true;
    }
    case 'confirm':
      if (key === 'y' || key === 'Y') {
        close();
        if (modal.intent === 'reset') context.intent({ type: 'reset' });
        else context.intent({ type: 'remove-session', session: context.session });
        if (modal.intent === 'remove') set({ focus: Math.max(0, ui.focus - 1) });
      } else if (['n', 'N', 'esc', 'q'].includes(key)) close();
      return true;
    case 'format': {
      const format = key === 'l' || key === 'L' ? 'lesson' : key === 's' || key === 'S' ? 'spec' : null;
      if (format) {
        const name = format === 'lesson' ? 'experiment.md' : 'experiment.spec';
        set({ modal: { kind: 'file', format, editor: replaceText(emptyEditor, name) } });
      } else if (['esc', 'q', 'n'].includes(key)) close();
      return true;
    }
    case 'file': {
      const file = editorText(modal.editor).trim();
      if (key === 'esc') close();
      else if (key === 'enter') {
        if (file !== '') context.save(modal.format, file, false);
      } else {
        const editor = pressInEditor(modal.editor, key, []);
        if (editor && editor.lines.length === 1) set({ modal: { ...modal, editor } });
      }
      return true;
    }
    case 'overwrite':
      if (key === 'y' || key === 'Y') context.save(modal.format, modal.file, true);
      else if (['n', 'N', 'esc', 'q'].includes(key))
        set({ modal: { kind: 'file', format: modal.format, editor: replaceText(emptyEditor, modal.file) } });
      return true;
    case 'saving':
      if (key === 'esc') {
        context.stopSaving();
        close();
      }
      return true;
  }
};
