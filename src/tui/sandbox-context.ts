import type { SandboxIntent, SandboxState, SaveFormat } from '../player/sandbox-state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Editor } from './editor/state.ts';
import type { SandboxUi } from './sandbox-ui.ts';
import type { WaysOut } from './ways-out.ts';

/** What a key in the sandbox looks at, and what it may do. */
export type SandboxContext = WaysOut & {
  readonly state: SandboxState;
  readonly ui: SandboxUi;
  readonly glyphs: Glyphs;
  /** The focused session; empty while there is none. */
  readonly session: string;
  readonly editor: Editor;
  /** How far the last frame could be scrolled: back (greater) and on; and a screen of it. */
  readonly scroll: { readonly min: number; readonly max: number };
  readonly page: number;
  readonly helpMax: number;
  readonly set: (change: Partial<SandboxUi>) => void;
  readonly intent: (intent: SandboxIntent) => void;
  /** Asks about overwriting when the file is there and `overwrite` is false. */
  readonly save: (format: SaveFormat, file: string, overwrite: boolean) => void;
  readonly stopSaving: () => void;
};

export const setEditor = ({ ui, session, set }: SandboxContext, editor: Editor): void =>
  set({ editors: { ...ui.editors, [session]: editor }, popup: null });

export const notice = ({ set }: SandboxContext, words: string): void => set({ notice: words });

/** Brings the session at this place, counted around, to the front. */
export const focusAt = ({ state, set }: SandboxContext, at: number) => {
  const count = state.sessions.length;
  if (count === 0) return;
  set({ focus: (at + count) % count, popup: null, search: null, shown: 'all' });
};
