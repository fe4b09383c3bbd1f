import { openStep } from '../player/sandbox-state.ts';
import { splitStatements } from '../text/statements.ts';
import { completeWord, pressInPopup } from './editor/popup.ts';
import { clearText, cursorOffset, editorText, isEmpty, newLine, replaceText } from './editor/state.ts';
import type { KeyName } from './keys.ts';
import { focusAt, notice, type SandboxContext, setEditor } from './sandbox-context.ts';
import { foundInHistory, remember } from './sandbox-ui.ts';

/** Whether Enter behind this text would send it in psql: it ends in a semicolon outside of quotes and parentheses. */
export const endsStatement = (text: string): boolean => {
  if (!text.trimEnd().endsWith(';')) return false;
  return splitStatements(`${text}\nx`).length > splitStatements(text).length;
};

const busyWords = ({ state, session }: SandboxContext): string | null => {
  const step = openStep(state, session);
  if (!step) return null;
  const wait = step.waits.at(-1);
  // What only runs may be done any moment: typed ahead, it is run then.
  return wait && wait.to === null
    ? `${session} waits for ${wait.by.join(' and ') || 'a lock'} and cannot run anything now. Ctrl+C cancels what waits.`
    : null;
};

export const run = (context: SandboxContext) => {
  const { state, ui, editor, session, set } = context;
  const text = editorText(editor).trim();
  if (text === '') return notice(context, 'There is nothing to run: write a statement.');
  if (text === '\\q') return context.leave();
  if (state.phase === 'broken') return notice(context, 'There is no server to run it: Esc r tries again.');
  if (state.phase !== 'ready') return notice(context, 'The database is not ready yet.');
  const isCommand = text.startsWith('\\');
  if (!isCommand && splitStatements(text).length === 0)
    return notice(context, 'There is nothing but comments to run.');
  const busy = busyWords(context);
  if (busy !== null) return notice(context, busy);
  context.intent({ type: 'run', session, text });
  set({
    editors: { ...ui.editors, [session]: clearText(editor) },
    history: remember(ui.history, text),
    scroll: { ...ui.scroll, [session]: 0 },
    popup: null,
  });
};

export const enter = (context: SandboxContext) => {
  const { editor } = context;
  const text = editorText(editor);
  if (isEmpty(editor)) return;
  const atEnd = cursorOffset(editor) >= text.trimEnd().length;
  const command = editor.lines.length === 1 && text.trimStart().startsWith('\\');
  if (command || (atEnd && endsStatement(text))) run(context);
  else setEditor(context, newLine(editor));
};

export const complete = (context: SandboxContext) => {
  const { editor, state, ui, set } = context;
  const line = editor.lines[editor.row] ?? '';
  const before = editorText(editor).slice(0, cursorOffset(editor));
  if (/^\s*$/.test(before.split('\n').at(-1) ?? '') && line.trim() === '')
    return focusAt(context, ui.focus + 1);
  const typed = completeWord(editor, state.catalog);
  if (!typed) return notice(context, 'Nothing to complete here.');
  setEditor(context, typed.editor);
  set({ popup: typed.popup });
};

/** The list of candidates while it is open. @returns false when the key is for somebody else */
export const pressInCandidates = (context: SandboxContext, key: KeyName): boolean => {
  const { ui, set, editor, state } = context;
  if (!ui.popup) return false;
  const typed = pressInPopup(ui.popup, key, editor, state.catalog);
  if (typed) setEditor(context, typed.editor);
  set({ popup: typed?.popup ?? null });
  return typed !== null;
};

export const pressInSearch = (context: SandboxContext, key: KeyName): boolean => {
  const { ui, set, editor } = context;
  const { search } = ui;
  if (!search) return false;
  if (key === 'ctrl-r') {
    const older = { ...search, skip: search.skip + 1 };
    if (foundInHistory(ui.history, older) !== null) set({ search: older });
  } else if (key === 'esc' || key === 'ctrl-g') set({ search: null });
  else if (key === 'backspace') set({ search: { query: [...search.query].slice(0, -1).join(''), skip: 0 } });
  else if (key === 'space' || [...key].length === 1)
    set({ search: { query: search.query + (key === 'space' ? ' ' : key), skip: 0 } });
  else {
    const found = foundInHistory(ui.history, search);
    set({ search: null });
    if (found !== null) setEditor(context, replaceText(editor, found));
    return key === 'enter';
  }
  return true;
};
