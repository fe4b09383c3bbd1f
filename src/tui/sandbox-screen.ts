import { drawHints, type Hint } from '../draw/status.ts';
import type { Sandbox, SaveFormat } from '../player/sandbox-state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Highlighter } from '../text/highlight.ts';
import { type Line, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { fitLine } from '../text/width.ts';
import { paste } from './editor/state.ts';
import { drawEditor } from './editor/view.ts';
import { hintsOf, showKey } from './keymap.ts';
import type { KeyName } from './keys.ts';
import { patienceOf } from './patience.ts';
import type { SandboxContext } from './sandbox-context.ts';
import { pressInSandbox, sandboxHelp, sandboxKeys } from './sandbox-keys.ts';
import { editorOf, initialSandboxUi, type SandboxUi } from './sandbox-ui.ts';
import { helpLines, viewHelp } from './screens/overlay.ts';
import { viewSandbox } from './screens/sandbox-view.ts';
import type { WaysOut } from './ways-out.ts';

type Size = { readonly width: number; readonly height: number };

/** Where experiments are saved; messages of its errors are shown. */
export type ExperimentFiles = {
  readonly exists: (file: string) => Promise<boolean>;
  /** @throws {Error} also when the file is there and `overwrite` is false */
  readonly write: (file: string, text: string, overwrite: boolean) => Promise<void>;
};

export type SandboxScreenOptions = WaysOut & {
  readonly sandbox: Sandbox;
  readonly glyphs: Glyphs;
  readonly highlight: () => Highlighter;
  readonly serverLabel: () => string | null;
  readonly files: ExperimentFiles | undefined;
  /** Something is to be drawn anew, within `patience` ms. */
  readonly changed: (patience?: number) => void;
};

export type SandboxScreen = {
  readonly frame: (size: Size) => readonly Line[];
  readonly press: (key: KeyName, size: Size) => void;
  readonly paste: (text: string) => void;
  readonly close: () => Promise<void>;
};

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The sandbox as a screen: what it remembers of where one looks, what is typed, and what keys do. */
export const createSandboxScreen = (options: SandboxScreenOptions): SandboxScreen => {
  const { sandbox, glyphs } = options;
  let ui: SandboxUi = initialSandboxUi;
  let seen = { at: -1, wall: 0 };
  let ticking: NodeJS.Timeout | null = null;
  let saving: AbortController | null = null;
  let scroll = { min: 0, max: 0 };

  const set = (change: Partial<SandboxUi>) => {
    ui = { ...ui, ...change };
    options.changed();
  };

  /** The clock of the run, between its events as well. */
  const now = (): number => {
    const { at } = sandbox.getState().timeline;
    if (seen.at !== at) seen = { at, wall: performance.now() };
    return at + (performance.now() - seen.wall);
  };

  const onChange = () => {
    const state = sandbox.getState();
    now();
    const runs = state.timeline.steps.some((step) => step.endedAt === null);
    if (runs && !ticking) ticking = setInterval(() => options.changed(), 1000);
    else if (!runs && ticking) {
      clearInterval(ticking);
      ticking = null;
    }
    if (ui.focus >= state.sessions.length) ui = { ...ui, focus: Math.max(0, state.sessions.length - 1) };
    options.changed(patienceOf(state.timeline));
  };
  const unsubscribe = sandbox.subscribe(onChange);

  const save = async (format: SaveFormat, file: string, overwrite: boolean): Promise<void> => {
    const { files } = options;
    if (!files) return set({ modal: null, notice: 'Nothing can be saved here.' });
    const mine = new AbortController();
    saving = mine;
    try {
      if (!overwrite && (await files.exists(file)))
        return set({ modal: { kind: 'overwrite', format, file } });
      set({ modal: { kind: 'saving', file } });
      const { text, remarks } = await sandbox.save(format, mine.signal);
      if (mine.signal.aborted) return;
      await files.write(file, text, overwrite);
      const next = format === 'lesson' ? `pg-tutor run ${file} plays it.` : `pg-tutor spec ${file} runs it.`;
      set({ modal: null, notice: [`Saved ${file}.`, ...remarks, next].join(' ') });
    } catch (error) {
      if (!mine.signal.aborted) set({ modal: null, notice: words(error) });
    }
  };

  const context = (size: Size): SandboxContext => {
    const state = sandbox.getState();
    const session = state.sessions[ui.focus] ?? '';
    const keys = ui.modal?.kind === 'help' ? helpText(size).length : 0;
    return {
      state,
      get ui() {
        return ui;
      },
      glyphs,
      session,
      get editor() {
        return editorOf(ui, session);
      },
      scroll,
      page: Math.max(1, Math.floor(size.height / 3)),
      helpMax: Math.max(0, keys - (size.height - 5)),
      set,
      intent: (intent) => sandbox.dispatch(intent),
      leave: options.leave,
      quit: options.quit,
      suspend: options.suspend,
      redraw: options.redraw,
      save: (format, file, overwrite) => void save(format, file, overwrite),
      stopSaving: () => saving?.abort(),
    };
  };

  const helpText = ({ width }: Size): Line[] =>
    helpLines(
      sandboxHelp((key) => showKey(key, glyphs)),
      width,
    );

  const hints = (size: Size): Hint[] => hintsOf(sandboxKeys, context(size), glyphs);

  const bottom = (size: Size): Line => {
    const { width } = size;
    const asked = (question: string, keys: readonly Hint[]): Line =>
      fitLine(
        [
          span(` ${question}`, { bold: true }),
          span('  '),
          ...drawHints(keys, { width: Math.max(4, width - question.length - 3) }),
        ],
        width,
        glyphs.ellipsis,
      );
    const yesNo = [
      { key: 'y', label: 'yes' },
      { key: 'n', label: 'no' },
    ];
    const { modal } = ui;
    switch (modal?.kind) {
      case 'menu':
        return drawHints(
          [
            { key: 'q', label: 'leave' },
            { key: 's', label: 'save' },
            { key: 'n', label: 'add' },
            { key: 'x', label: 'end' },
            { key: 'r', label: 'reset' },
            { key: 't', label: 'timeline' },
            { key: 'l', label: 'locks' },
            { key: '?', label: 'keys' },
            { key: 'z', label: 'zoom' },
          ],
          { width },
        );
      case 'confirm':
        return asked(modal.question, yesNo);
      case 'overwrite':
        return asked(`${modal.file} is there already. Overwrite it?`, yesNo);
      case 'format':
        return asked('Save as', [
          { key: 'l', label: 'a lesson (Markdown)' },
          { key: 's', label: 'a .spec file' },
          { key: 'Esc', label: 'not at all' },
        ]);
      case 'file': {
        const prompt: Line = [span(' File: ', { bold: true })];
        const picture = drawEditor(modal.editor, {
          width,
          height: 1,
          highlight: (text) => [[span(text)]],
          focused: true,
          prompt: { first: prompt, more: prompt },
        });
        return fitLine(picture.lines[0] ?? [], width);
      }
      case 'saving':
        return asked(`Trying the lesson before ${modal.file} is written…`, [{ key: 'Esc', label: 'stop' }]);
      case 'help':
        return drawHints(
          [
            { key: 'Esc', label: 'back' },
            { key: `${glyphs.arrowUp}${glyphs.arrowDown}`, label: 'scroll' },
          ],
          { width },
        );
      default:
    }
    if (ui.notice !== null)
      return fitLine([span(` ${sanitizeLine(ui.notice)}`, { bold: true })], width, glyphs.ellipsis);
    const { phase } = sandbox.getState();
    if (phase === 'starting') return fitLine([span(' Getting PostgreSQL ready…', { dim: true })], width);
    if (phase === 'resetting') return fitLine([span(' A fresh database…', { dim: true })], width);
    return drawHints(hints(size), { width });
  };

  return {
    frame: (size) => {
      const { width, height } = size;
      if (ui.modal?.kind === 'help')
        return [
          ...viewHelp(helpText(size), ui.modal.offset, size, glyphs).slice(0, height - 1),
          bottom(size),
        ];
      const env = { glyphs, highlight: options.highlight(), now: now(), server: options.serverLabel() };
      const picture = viewSandbox(sandbox.getState(), ui, { width, height }, env);
      scroll = picture.scroll;
      return [...picture.lines.slice(0, height - 1), bottom(size)];
    },
    press: (key, size) => {
      if (key !== 'ctrl-c' && (ui.notice !== null || ui.leaving)) set({ notice: null, leaving: false });
      pressInSandbox(context(size), key);
    },
    paste: (text) => {
      const session = sandbox.getState().sessions[ui.focus] ?? '';
      if (ui.modal?.kind === 'file') {
        const line = text.replace(/\s+/g, ' ').trim();
        return set({ modal: { ...ui.modal, editor: paste(ui.modal.editor, line) } });
      }
      if (ui.modal !== null || session === '') return;
      set({
        editors: { ...ui.editors, [session]: paste(editorOf(ui, session), text) },
        popup: null,
        shown: 'all',
      });
    },
    close: async () => {
      unsubscribe();
      saving?.abort();
      if (ticking) clearInterval(ticking);
      ticking = null;
      await sandbox.close();
    },
  };
};
