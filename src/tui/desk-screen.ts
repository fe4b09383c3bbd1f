import { drawHints } from '../draw/status.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Highlighter } from '../text/highlight.ts';
import { type Line, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, fitLine } from '../text/width.ts';
import { type DatabaseCatalog, emptyCatalog } from '../timeline/database-catalog.ts';
import { deskHelp, keysOfDesk, pressInDesk } from './desk-keys.ts';
import type { DeskContext, DeskFocus, DeskModel, DeskUi } from './desk-ui.ts';
import type { Popup } from './editor/popup.ts';
import { type Editor, editorText, emptyEditor, paste, replaceText } from './editor/state.ts';
import { hintsOf, showKey } from './keymap.ts';
import type { KeyName } from './keys.ts';
import { viewDesk } from './screens/desk-view.ts';
import { helpLines, viewHelp } from './screens/overlay.ts';
import type { WaysOut } from './ways-out.ts';

type Size = { readonly width: number; readonly height: number };

export type DeskOptions = WaysOut & {
  readonly model: DeskModel;
  /** What the editor holds at first. */
  readonly text: string;
  readonly glyphs: Glyphs;
  readonly highlight: () => Highlighter;
  /** Something is to be drawn anew. */
  readonly changed: () => void;
  /** The text as the learner left it in their own editor; null: there is none. Its errors are shown. */
  readonly edit: (text: string) => Promise<string>;
};

export type DeskScreen = {
  readonly frame: (size: Size) => readonly Line[];
  readonly press: (key: KeyName, size: Size) => void;
  readonly paste: (text: string) => void;
  readonly lookAt: (focus: DeskFocus) => void;
  /** What can be named in the database, once that is known. */
  readonly know: (catalog: DatabaseCatalog) => void;
};

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Where the learner writes SQL: what is typed, where one looks, and what keys do. The rest is the model's. */
export const createDesk = (options: DeskOptions): DeskScreen => {
  const { model, glyphs } = options;
  let most = { task: 0, output: 0 };
  let outputKey = '';
  let catalog = emptyCatalog;
  let ui: DeskUi = {
    editor: options.text === '' ? emptyEditor : replaceText(emptyEditor, options.text),
    popup: null,
    history: [],
    focus: 'editor',
    scroll: { task: 0, output: 0 },
    outputKey: '',
    modal: null,
    notice: null,
    leaving: false,
  };

  const set = (change: Partial<DeskUi>): void => {
    ui = { ...ui, ...change };
    options.changed();
  };
  const write = (editor: Editor, popup: Popup | null = null): void => {
    const before = editorText(ui.editor);
    set({ editor, popup });
    if (editorText(editor) !== before) model.written(editorText(editor));
  };
  const edit = async (): Promise<void> => {
    try {
      const text = await options.edit(editorText(ui.editor));
      write(replaceText(ui.editor, text.replace(/\s+$/, '')));
    } catch (error) {
      set({ notice: words(error) });
    }
  };

  const context = (size: Size): DeskContext => {
    const own = {
      get ui() {
        return ui;
      },
      model,
      glyphs,
      most,
      page: Math.max(1, Math.floor(size.height / 3)),
      helpMax: 0,
      set,
      write,
      catalog,
      edit: () => void edit(),
      leave: options.leave,
      quit: options.quit,
      suspend: options.suspend,
      redraw: options.redraw,
    };
    if (ui.modal?.kind !== 'help') return own;
    const lines = helpText(own, size.width).length;
    return { ...own, helpMax: Math.max(0, lines - (size.height - 5)) };
  };

  const helpText = (own: DeskContext, width: number): Line[] =>
    helpLines(
      deskHelp(own, (key) => showKey(key, glyphs)),
      width,
    );

  const bottom = (own: DeskContext, width: number): Line => {
    const { modal } = ui;
    if (modal?.kind === 'help')
      return drawHints(
        [
          { key: 'Esc', label: 'back' },
          { key: `${glyphs.arrowUp}${glyphs.arrowDown}`, label: 'scroll' },
        ],
        { width },
      );
    if (modal?.kind === 'confirm')
      return fitLine(
        [
          span(` ${modal.question}`, { bold: true }),
          ...drawHints(
            [
              { key: 'y', label: 'yes' },
              { key: 'n', label: 'no' },
            ],
            { width: Math.max(14, width - modal.question.length - 1) },
          ),
        ],
        width,
        glyphs.ellipsis,
      );
    if (modal?.kind === 'menu') return drawHints(menuHints(own), { width });
    if (ui.notice !== null)
      return fitLine([span(` ${sanitizeLine(ui.notice)}`, { bold: true })], width, glyphs.ellipsis);
    const busy = model.busy();
    const lead: Line = busy === null ? [] : [span(` ${busy}  `, { dim: true })];
    const room = width - (busy === null ? 0 : displayWidth(busy) + 3);
    return fitLine([...lead, ...drawHints(hintsOf(keysOfDesk(own), own, glyphs), { width: room })], width);
  };

  /** What a letter does now, by name; what is least needed comes last, where the line may be cut. */
  const menuHints = (own: DeskContext): { key: string; label: string }[] => {
    const late = ['look', 'anew', 'step before'];
    return keysOfDesk(own)
      .flatMap((binding) => {
        const key = binding.keys.find((one) => /^alt-.$/.test(one));
        if (!key || (binding.when && !binding.when(own))) return [];
        return [{ key: key.slice(4), label: binding.id }];
      })
      .sort((a, b) => Number(late.includes(a.label)) - Number(late.includes(b.label)));
  };

  return {
    frame: (size) => {
      const { width, height } = size;
      const view = viewDesk(model, ui, size, { glyphs, highlight: options.highlight() });
      most = view.most;
      outputKey = view.outputKey;
      const own = context(size);
      const body =
        ui.modal?.kind === 'help'
          ? viewHelp(helpText(own, width), ui.modal.offset, size, glyphs)
          : view.lines;
      return [...body.slice(0, height - 1), bottom(own, width)];
    },
    press: (key, size) => {
      if (key !== 'ctrl-c' && (ui.notice !== null || ui.leaving)) set({ notice: null, leaving: false });
      // Scrolling begins at the top of what is shown now.
      if (ui.outputKey !== outputKey) set({ outputKey, scroll: { ...ui.scroll, output: 0 } });
      pressInDesk(context(size), key);
    },
    lookAt: (focus) => set({ focus, popup: null }),
    know: (known) => {
      catalog = known;
    },
    paste: (text) => {
      if (ui.modal === null && ui.focus === 'editor') write(paste(ui.editor, text));
    },
  };
};
