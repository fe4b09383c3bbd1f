import type { SaveFormat } from '../player/sandbox-state.ts';
import type { Popup } from './editor/popup.ts';
import { type Editor, emptyEditor } from './editor/state.ts';

/** Everything (below each other where there is room), or one picture alone. */
export type SandboxShown = 'all' | 'timeline' | 'locks';

export type SandboxModal =
  /** After Esc: one letter is a command. */
  | { readonly kind: 'menu' }
  | { readonly kind: 'help'; readonly offset: number }
  | { readonly kind: 'confirm'; readonly question: string; readonly intent: 'reset' | 'remove' }
  | { readonly kind: 'format' }
  | { readonly kind: 'file'; readonly format: SaveFormat; readonly editor: Editor }
  | { readonly kind: 'overwrite'; readonly format: SaveFormat; readonly file: string }
  | { readonly kind: 'saving'; readonly file: string };

/** Ctrl+R: the newest entry of the history that holds the query, `skip` older ones left out. */
export type HistorySearch = { readonly query: string; readonly skip: number };

export type SandboxUi = {
  /** Place of the session among the columns. */
  readonly focus: number;
  readonly editors: Readonly<Record<string, Editor>>;
  /** What was run, in whichever session, oldest first. */
  readonly history: readonly string[];
  readonly search: HistorySearch | null;
  readonly popup: Popup | null;
  readonly shown: SandboxShown;
  /** The moment of the timeline that is looked at, `Stop.at`; null: now. */
  readonly cursor: number | null;
  /** The focused session has the whole screen. */
  readonly zoom: boolean;
  /** Lines scrolled back from the end, by session; of the pictures, from where they would stand by themselves. */
  readonly scroll: Readonly<Record<string, number>>;
  readonly modal: SandboxModal | null;
  readonly notice: string | null;
  /** Ctrl+C was pressed once. */
  readonly leaving: boolean;
};

export const initialSandboxUi: SandboxUi = {
  focus: 0,
  editors: {},
  history: [],
  search: null,
  popup: null,
  shown: 'all',
  cursor: null,
  zoom: false,
  scroll: {},
  modal: null,
  notice: null,
  leaving: false,
};

export const editorOf = (ui: SandboxUi, session: string): Editor => ui.editors[session] ?? emptyEditor;

const historyLimit = 500;

/** One more entry; the same again is not. */
export const remember = (history: readonly string[], text: string): readonly string[] =>
  text === '' || history.at(-1) === text ? history : [...history.slice(1 - historyLimit), text];

export const foundInHistory = (history: readonly string[], { query, skip }: HistorySearch): string | null => {
  const sought = query.toLowerCase();
  const found = history.filter((entry) => entry.toLowerCase().includes(sought));
  return found[found.length - 1 - skip] ?? null;
};
