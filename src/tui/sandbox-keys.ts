import { openStep } from '../player/sandbox-state.ts';
import { stopsOf } from '../timeline/at.ts';
import { editHelp, pressInEditor } from './editor/edit-keys.ts';
import { clearText, isEmpty } from './editor/state.ts';
import { type Binding, findBinding } from './keymap.ts';
import type { KeyName } from './keys.ts';
import { focusAt, notice, type SandboxContext, setEditor } from './sandbox-context.ts';
import { addSession, askRemove, askReset, askSave, openHelp, pressInModal } from './sandbox-modals.ts';
import { complete, enter, pressInCandidates, pressInSearch, run } from './sandbox-typing.ts';
import type { SandboxUi } from './sandbox-ui.ts';

type SandboxBinding = Binding<SandboxContext>;

/** By lines towards the end. */
const scrollBy = ({ ui, session, set, scroll }: SandboxContext, by: number) => {
  const key = ui.shown === 'all' ? session : ui.shown;
  const now = Math.max(scroll.min, Math.min(scroll.max, ui.scroll[key] ?? 0));
  set({ scroll: { ...ui.scroll, [key]: Math.max(scroll.min, Math.min(scroll.max, now - by)) } });
};

const show = ({ ui, set }: SandboxContext, shown: SandboxUi['shown']): void =>
  set({ shown: ui.shown === shown ? 'all' : shown, popup: null, cursor: null });

const nextShown = { all: 'timeline', timeline: 'locks', locks: 'all' } as const;

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

const isAlone = ({ ui }: SandboxContext): boolean => ui.shown !== 'all';

const isTimeline = ({ ui }: SandboxContext): boolean => ui.shown === 'timeline';

/** To the event before or after the one looked at; after the last one comes now. */
const goInTime = ({ state, ui, set }: SandboxContext, by: number) => {
  const stops = stopsOf(state.timeline);
  const here = stops.findIndex((stop) => stop.at === ui.cursor);
  const stop = stops[Math.max(0, (here < 0 ? stops.length : here) + by)];
  set({ cursor: stop?.at ?? null, scroll: { ...ui.scroll, timeline: 0 } });
};

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
    run: ({ set }) => set({ shown: 'all', cursor: null }),
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
    run: ({ ui, set }) => set({ shown: nextShown[ui.shown], popup: null, cursor: null }),
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
  { id: 'page-up', keys: ['pgup'], help: 'scroll back', run: (context) => scrollBy(context, -context.page) },
  { id: 'page-down', keys: ['pgdn'], help: 'scroll on', run: (context) => scrollBy(context, context.page) },
  {
    id: 'event-before',
    keys: ['up'],
    shown: () => ['up', 'down'],
    help: 'in the timeline: back in time, one event; the locks below are those held then',
    hint: () => 'back in time',
    when: isTimeline,
    run: (context) => goInTime(context, -1),
  },
  {
    id: 'event-after',
    keys: ['down'],
    help: 'in the timeline: forward in time',
    when: isTimeline,
    run: (context) => goInTime(context, 1),
  },
  {
    id: 'scroll-up',
    keys: ['up'],
    help: 'in the locks: scroll',
    when: isAlone,
    run: (context) => scrollBy(context, -1),
  },
  {
    id: 'scroll-down',
    keys: ['down'],
    help: 'in the locks: scroll',
    when: isAlone,
    run: (context) => scrollBy(context, 1),
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

export const pressInSandbox = (context: SandboxContext, key: KeyName) => {
  if (pressInModal(context, key, sandboxKeys)) return;
  if (key !== 'ctrl-c') {
    if (pressInSearch(context, key)) return;
    if (pressInCandidates(context, key)) return;
  }
  if (key === '?' && isEmpty(context.editor)) return openHelp(context);
  if (key === 'ctrl-d' && isEmpty(context.editor)) return notice(context, 'Esc, then q, leaves the sandbox.');
  const binding = findBinding(sandboxKeys, key, context);
  if (binding) return binding.run(context, key);
  if (context.ui.shown !== 'all' || context.session === '') return;
  const editor = pressInEditor(context.editor, key, context.ui.history);
  if (editor) setEditor(context, editor);
};
