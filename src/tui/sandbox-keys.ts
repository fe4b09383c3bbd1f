import {
  fewestSessions,
  mostSessions,
  openStep,
  type SandboxIntent,
  type SandboxState,
  type SaveFormat,
} from '../player/sandbox-state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { splitStatements } from '../text/statements.ts';
import { commonStart, completionAt } from './editor/completion.ts';
import { editHelp, pressInEditor } from './editor/edit-keys.ts';
import {
  clearText,
  cursorOffset,
  type Editor,
  editorText,
  emptyEditor,
  isEmpty,
  newLine,
  replaceBefore,
  replaceText,
} from './editor/state.ts';
import { type Binding, findBinding } from './keymap.ts';
import type { KeyName } from './keys.ts';
import { foundInHistory, remember, type SandboxUi } from './sandbox-ui.ts';

export type SandboxContext = {
  readonly state: SandboxState;
  readonly ui: SandboxUi;
  readonly glyphs: Glyphs;
  /** The focused session; empty while there is none. */
  readonly session: string;
  readonly editor: Editor;
  /** How far back the last frame could be scrolled, and a screen of it. */
  readonly maxScroll: number;
  readonly page: number;
  readonly helpMax: number;
  readonly set: (change: Partial<SandboxUi>) => void;
  readonly intent: (intent: SandboxIntent) => void;
  readonly leave: () => void;
  readonly quit: (code: number) => void;
  readonly suspend: () => void;
  readonly redraw: () => void;
  /** Asks about overwriting when the file is there and `overwrite` is false. */
  readonly save: (format: SaveFormat, file: string, overwrite: boolean) => void;
  readonly stopSaving: () => void;
};

type SandboxBinding = Binding<SandboxContext>;

const setEditor = ({ ui, session, set }: SandboxContext, editor: Editor): void =>
  set({ editors: { ...ui.editors, [session]: editor }, popup: null });

const notice = ({ set }: SandboxContext, words: string): void => set({ notice: words });

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

const run = (context: SandboxContext) => {
  const { state, ui, editor, session, set } = context;
  const text = editorText(editor).trim();
  if (text === '') return notice(context, 'There is nothing to run: write a statement.');
  if (text === '\\q') return context.leave();
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

const focusAt = ({ state, set }: SandboxContext, at: number) => {
  const count = state.sessions.length;
  if (count === 0) return;
  set({ focus: (at + count) % count, popup: null, search: null, shown: 'all' });
};

const enter = (context: SandboxContext) => {
  const { editor } = context;
  const text = editorText(editor);
  if (isEmpty(editor)) return;
  const atEnd = cursorOffset(editor) >= text.trimEnd().length;
  const command = editor.lines.length === 1 && text.trimStart().startsWith('\\');
  if (command || (atEnd && endsStatement(text))) run(context);
  else setEditor(context, newLine(editor));
};

const complete = (context: SandboxContext) => {
  const { editor, state, ui, set } = context;
  const line = editor.lines[editor.row] ?? '';
  const text = editorText(editor);
  const offset = cursorOffset(editor);
  if (/^\s*$/.test(text.slice(0, offset).split('\n').at(-1) ?? '') && line.trim() === '') {
    return focusAt(context, ui.focus + 1);
  }
  const completion = completionAt(text, offset, state.catalog);
  const [only, second] = completion.candidates;
  if (!only) return notice(context, 'Nothing to complete here.');
  const take = (word: string): Editor => replaceBefore(editor, completion.prefix.length, word);
  if (!second) return setEditor(context, take(only.text));
  const start = commonStart(completion.candidates);
  if (
    start.length > completion.prefix.length &&
    start.toLowerCase().startsWith(completion.prefix.toLowerCase())
  )
    return setEditor(context, take(start));
  set({ popup: { completion, selected: 0 } });
};

/** The list of candidates while it is open. @returns false when the key is for somebody else */
const pressInPopup = (context: SandboxContext, key: KeyName): boolean => {
  const { ui, set, editor, state } = context;
  const { popup } = ui;
  if (!popup) return false;
  const count = popup.completion.candidates.length;
  const by = { tab: 1, down: 1, 'ctrl-n': 1, 'shift-tab': -1, up: -1, 'ctrl-p': -1 }[key];
  if (by !== undefined) {
    set({ popup: { ...popup, selected: (popup.selected + by + count) % count } });
    return true;
  }
  if (key === 'enter' || key === 'right') {
    const candidate = popup.completion.candidates[popup.selected];
    if (candidate) setEditor(context, replaceBefore(editor, popup.completion.prefix.length, candidate.text));
    return true;
  }
  if (key === 'esc' || key === 'ctrl-g') {
    set({ popup: null });
    return true;
  }
  const next = /^[\p{L}\p{N}_"$]$/u.test(key) || key === 'backspace' ? pressInEditor(editor, key, []) : null;
  set({ popup: null });
  if (!next) return false;
  setEditor(context, next);
  const completion = completionAt(editorText(next), cursorOffset(next), state.catalog);
  if (completion.candidates.length > 0 && completion.prefix !== '')
    set({ popup: { completion, selected: 0 } });
  return true;
};

const pressInSearch = (context: SandboxContext, key: KeyName): boolean => {
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

const scrollBy = ({ ui, session, set, maxScroll }: SandboxContext, by: number) => {
  const key = ui.shown === 'all' ? session : ui.shown;
  const now = Math.min(ui.scroll[key] ?? 0, maxScroll);
  // A picture may also stand away from its end towards it.
  const lowest = ui.shown === 'locks' ? -maxScroll : 0;
  set({ scroll: { ...ui.scroll, [key]: Math.max(lowest, Math.min(maxScroll, now + by)) } });
};

const show = ({ ui, set }: SandboxContext, shown: SandboxUi['shown']): void =>
  set({ shown: ui.shown === shown ? 'all' : shown, popup: null });

const nextShown = { all: 'timeline', timeline: 'locks', locks: 'all' } as const;

const askReset = (context: SandboxContext) => {
  const { state, set } = context;
  if (state.phase === 'broken') return context.intent({ type: 'reset' });
  if (!state.scratch)
    return notice(context, `${state.database ?? 'The database'} is yours: pg-tutor does not reset it.`);
  const question = 'Start again on a fresh database? All that was done in this one is gone.';
  set({ modal: { kind: 'confirm', question, intent: 'reset' } });
};

const addSession = (context: SandboxContext) => {
  if (context.state.sessions.length >= mostSessions)
    return notice(context, `There are ${mostSessions} sessions at most.`);
  context.intent({ type: 'add-session' });
};

const askRemove = (context: SandboxContext) => {
  const { state, session, set } = context;
  if (state.sessions.length <= fewestSessions)
    return notice(context, `There are ${fewestSessions} sessions at least.`);
  set({ modal: { kind: 'confirm', question: `End session ${session}?`, intent: 'remove' } });
};

const askSave = (context: SandboxContext) => {
  if (context.state.timeline.steps.length === 0)
    return notice(context, 'Nothing has been run yet that could be saved.');
  context.set({ modal: { kind: 'format' }, popup: null });
};

const interrupt = (context: SandboxContext) => {
  const { state, ui, session, editor, set } = context;
  if (ui.leaving) return context.quit(130);
  if (ui.modal?.kind === 'saving') context.stopSaving();
  const again = 'Ctrl+C again leaves pg-tutor.';
  if (openStep(state, session)) {
    context.intent({ type: 'cancel', session });
    set({ notice: `Cancelling what ${session} runs. ${again}`, leaving: true, modal: null });
  } else {
    const cleared = isEmpty(editor) ? ui.editors : { ...ui.editors, [session]: clearText(editor) };
    set({ editors: cleared, notice: again, leaving: true, modal: null, popup: null, search: null });
  }
};

const openHelp = ({ set }: SandboxContext): void => set({ modal: { kind: 'help', offset: 0 }, popup: null });
const isAlone = ({ ui }: SandboxContext): boolean => ui.shown !== 'all';

/** The order is that of the hint line and of help. A letter with Alt is the letter after Esc, in one go. */
export const sandboxKeys: readonly SandboxBinding[] = [
  {
    id: 'cancel',
    keys: ['ctrl-c'],
    help: 'cancel what the session runs or waits for; else clear the editor; twice: leave pg-tutor',
    hint: ({ state, session }) => (openStep(state, session) ? 'cancel' : null),
    run: interrupt,
  },
  {
    id: 'back',
    keys: ['esc', 'enter'],
    help: 'from a picture back to the sessions',
    hint: () => 'back to the sessions',
    when: isAlone,
    run: ({ set }) => set({ shown: 'all' }),
  },
  {
    id: 'enter',
    keys: ['enter'],
    shown: () => [';', 'enter'],
    help: 'run what ends in a semicolon, or a \\ command; else a new line',
    hint: ({ state, session, ui }) => (openStep(state, session) || ui.shown !== 'all' ? null : 'run'),
    run: enter,
  },
  {
    id: 'run',
    keys: ['f5', 'ctrl-enter'],
    help: 'run all that stands in the editor',
    run,
  },
  {
    id: 'tab',
    keys: ['tab'],
    help: 'complete a keyword, relation or column; in an empty line: the next session',
    hint: ({ editor, ui }) => (ui.shown === 'all' ? (isEmpty(editor) ? 'next session' : 'complete') : null),
    when: (context) => !isAlone(context),
    run: complete,
  },
  {
    id: 'tab-back',
    keys: ['shift-tab'],
    help: 'the session before',
    run: (context) => focusAt(context, context.ui.focus - 1),
  },
  {
    id: 'focus',
    keys: ['1', '2', '3', '4', '5', '6'].flatMap((digit) => [`alt-${digit}`, `ctrl-${digit}`]),
    help: 'go to a session',
    run: (context, key) => {
      const at = Number(key.slice(-1)) - 1;
      if (at < context.state.sessions.length) focusAt(context, at);
    },
  },
  {
    id: 'menu',
    keys: ['esc'],
    help: 'then a letter: the commands below with Alt, and q to leave',
    hint: ({ ui }) => (ui.shown === 'all' ? 'menu' : null),
    run: ({ set }) => set({ modal: { kind: 'menu' }, popup: null }),
  },
  {
    id: 'shown',
    keys: ['f2'],
    help: 'timeline alone, locks alone, all',
    hint: ({ ui }) => (ui.shown === 'timeline' ? 'locks' : ui.shown === 'locks' ? 'sessions' : 'timeline'),
    run: ({ ui, set }) => set({ shown: nextShown[ui.shown], popup: null }),
  },
  {
    id: 'timeline',
    keys: ['alt-t'],
    help: 'timeline alone, and back',
    run: (context) => show(context, 'timeline'),
  },
  { id: 'locks', keys: ['alt-l'], help: 'locks alone, and back', run: (context) => show(context, 'locks') },
  {
    id: 'zoom',
    keys: ['f3', 'alt-z'],
    help: 'the focused session alone, and back',
    run: ({ ui, set }) => set({ zoom: !ui.zoom, shown: 'all' }),
  },
  {
    id: 'help',
    keys: ['f1'],
    help: 'this list; also ? in an empty editor',
    hint: () => 'keys',
    run: openHelp,
  },
  {
    id: 'save',
    keys: ['ctrl-s', 'alt-s'],
    help: 'save the experiment as a lesson or as a .spec',
    run: askSave,
  },
  { id: 'add', keys: ['alt-n'], help: 'one more session', run: addSession },
  { id: 'remove', keys: ['alt-x'], help: 'end this session', run: askRemove },
  { id: 'reset', keys: ['alt-r'], help: 'start again on a fresh database', run: askReset },
  { id: 'leave', keys: ['alt-q'], help: 'leave the sandbox', run: ({ leave }) => leave() },
  {
    id: 'search',
    keys: ['ctrl-r'],
    help: 'search what was run',
    run: ({ set }) => set({ search: { query: '', skip: 0 }, popup: null }),
  },
  { id: 'page-up', keys: ['pgup'], help: 'scroll back', run: (context) => scrollBy(context, context.page) },
  { id: 'page-down', keys: ['pgdn'], help: 'scroll on', run: (context) => scrollBy(context, -context.page) },
  {
    id: 'scroll-up',
    keys: ['up'],
    help: 'in a picture: scroll',
    when: isAlone,
    run: (context) => scrollBy(context, 1),
  },
  {
    id: 'scroll-down',
    keys: ['down'],
    help: 'in a picture: scroll',
    when: isAlone,
    run: (context) => scrollBy(context, -1),
  },
  {
    id: 'suspend',
    keys: ['ctrl-z'],
    help: 'suspend; fg in the shell comes back',
    run: ({ suspend }) => suspend(),
  },
  { id: 'redraw', keys: ['ctrl-l'], help: 'draw the screen again', run: ({ redraw }) => redraw() },
];

export const sandboxHelp = (show: (key: KeyName) => string): { keys: string; help: string }[] => [
  ...sandboxKeys.map(({ keys, shown, help, id }) => ({
    keys: (id === 'focus' ? ['alt-1', 'ctrl-1'] : keys).map(show).join(' '),
    help: shown && id === 'focus' ? `${help}; likewise 2 to 6` : help,
  })),
  { keys: '', help: '' },
  ...editHelp.map(({ keys, help }) => ({ keys: keys.map(show).join(' '), help })),
];

/** What is open over the sandbox takes every key but Ctrl+C and Ctrl+Z. */
const pressInModal = (context: SandboxContext, key: KeyName): boolean => {
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
        findBinding(sandboxKeys, `alt-${key.toLowerCase()}`, context)?.run(context, key);
      return true;
    }
    case 'help': {
      const by = { down: 1, j: 1, up: -1, k: -1, pgdn: 10, space: 10, pgup: -10 }[key];
      if (by !== undefined)
        set({ modal: { kind: 'help', offset: Math.max(0, Math.min(context.helpMax, modal.offset + by)) } });
      else if (['?', 'q', 'esc', 'enter', 'f1'].includes(key)) close();
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

export const pressInSandbox = (context: SandboxContext, key: KeyName) => {
  if (pressInModal(context, key)) return;
  if (key !== 'ctrl-c') {
    if (pressInSearch(context, key)) return;
    if (pressInPopup(context, key)) return;
  }
  if (key === '?' && isEmpty(context.editor)) return openHelp(context);
  if (key === 'ctrl-d' && isEmpty(context.editor)) return notice(context, 'Esc, then q, leaves the sandbox.');
  const binding = findBinding(sandboxKeys, key, context);
  if (binding) return binding.run(context, key);
  if (context.ui.shown !== 'all' || context.session === '') return;
  const editor = pressInEditor(context.editor, key, context.ui.history);
  if (editor) setEditor(context, editor);
};
