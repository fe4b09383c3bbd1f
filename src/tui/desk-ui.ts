import type { Glyphs } from '../text/glyphs.ts';
import type { Line } from '../text/line.ts';
import type { DatabaseCatalog } from '../timeline/database-catalog.ts';
import type { Popup } from './editor/popup.ts';
import type { Editor } from './editor/state.ts';
import type { Binding } from './keymap.ts';
import type { WaysOut } from './ways-out.ts';

/** What one looks at; with `editor`, letters are text. */
export type DeskFocus = 'editor' | 'output' | 'task';

export type DeskModal =
  /** After Esc: one letter is a command. */
  | { readonly kind: 'menu' }
  | { readonly kind: 'help'; readonly offset: number }
  | { readonly kind: 'confirm'; readonly question: string; readonly act: () => void };

export type DeskUi = {
  readonly editor: Editor;
  readonly popup: Popup | null;
  /** What was run, oldest first. */
  readonly history: readonly string[];
  readonly focus: DeskFocus;
  /** First lines shown; of another output than that of `outputKey`, the first one is. */
  readonly scroll: { readonly task: number; readonly output: number };
  readonly outputKey: string;
  readonly modal: DeskModal | null;
  readonly notice: string | null;
  /** Ctrl+C was pressed once. */
  readonly leaving: boolean;
};

/** What there is to write, and what comes of it: an exercise, or a step of the lesson to be tried with other SQL. */
export type DeskModel = {
  readonly status: (width: number) => Line;
  readonly taskTitle: string;
  readonly task: (width: number) => readonly Line[];
  readonly editorTitle: () => string;
  /** `key` changes when it is another output: then its beginning is shown. */
  readonly output: (width: number) => {
    readonly title: string;
    readonly key: string;
    readonly lines: readonly Line[];
  };
  /** What runs and can be cancelled, in words; null: nothing does. */
  readonly busy: () => string | null;
  readonly cancel: () => void;
  /** Commands of its own, before those of every desk. */
  readonly commands: readonly Binding<DeskContext>[];
  /** The text after every change of it. */
  readonly written: (text: string) => void;
  /** The desk is left: what runs beside the lesson is given up. */
  readonly close: () => void;
};

/** What a key looks at, and what it may do. */
export type DeskContext = WaysOut & {
  readonly ui: DeskUi;
  readonly model: DeskModel;
  readonly glyphs: Glyphs;
  /** How far the last frame could be scrolled, and a screen of it. */
  readonly most: { readonly task: number; readonly output: number };
  readonly page: number;
  readonly helpMax: number;
  readonly set: (change: Partial<DeskUi>) => void;
  readonly write: (editor: Editor, popup?: Popup | null) => void;
  /** What can be named in the database. */
  readonly catalog: DatabaseCatalog;
  /** The text in the learner's own editor. */
  readonly edit: () => void;
};
