import type { Catalog } from '../lesson/catalog.ts';
import type { Sandbox } from '../player/sandbox-state.ts';
import type { Player } from '../player/state.ts';
import type { ProgressStore } from '../progress/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { ExplainStart } from './explain-ui.ts';
import type { ExperimentFiles } from './sandbox-screen.ts';

export type Start =
  | { readonly screen: 'home' }
  /** Leaving it ends the program. */
  | { readonly screen: 'sandbox' }
  /** Leaving it ends the program. */
  | { readonly screen: 'explain'; readonly explain: ExplainStart }
  /** `page`: where to open it; null opens its first page. */
  | { readonly screen: 'lesson'; readonly id: string; readonly page: string | null };

/** A terminal to draw on: process.stdin and process.stdout, or a test's own. */
export type TerminalInput = NodeJS.ReadStream;
export type TerminalOutput = NodeJS.WriteStream;

/** Everything the screens need from outside. */
export type TuiDeps = {
  readonly catalog: Catalog;
  readonly progress: Pick<ProgressStore, 'all' | 'lesson' | 'takeNotices'>;
  /** Rejects with an error whose message (and `remedy`, if any) is shown on the home screen. */
  readonly openPlayer: (lessonId: string, page: string | null) => Promise<Player>;
  readonly openSandbox?: () => Promise<Sandbox>;
  /** Where the sandbox saves; without, it cannot. */
  readonly files?: ExperimentFiles;
  readonly start: Start;
  readonly glyphs: Glyphs;
  /** false: bold, dim and the like, but no colours (NO_COLOR). */
  readonly color: boolean;
  /** `PostgreSQL 18.4 · own server`; null until one is known. Never a password. */
  readonly serverLabel: () => string | null;
  /** What a server that is on its way does that takes time; shown while the lesson starts. */
  readonly serverWords?: () => string | null;
  readonly stdin: TerminalInput;
  readonly stdout: TerminalOutput;
  /** Stops the process as Ctrl+Z does; by default SIGTSTP to the process group. */
  readonly onSuspend?: () => void;
};
