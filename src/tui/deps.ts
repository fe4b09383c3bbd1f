import type { Catalog } from '../lesson/catalog.ts';
import type { PageText } from '../lesson/lesson-text.ts';
import type { Sandbox } from '../player/sandbox-state.ts';
import type { Player, PlayerState } from '../player/state.ts';
import type { Drafts } from '../progress/drafts.ts';
import type { ProgressStore } from '../progress/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { ExplainStart } from './explain-ui.ts';
import type { ExperimentFiles } from './sandbox-screen.ts';

export type Start =
  | { readonly screen: 'home' }
  /** The pages that are due; the home screen when none is. */
  | { readonly screen: 'review' }
  /** Leaving it ends the program. */
  | { readonly screen: 'sandbox' }
  /** Leaving it ends the program. */
  | { readonly screen: 'explain'; readonly explain: ExplainStart }
  /** `page`: where to open it; null opens its first page. */
  | { readonly screen: 'lesson'; readonly id: string; readonly page: string | null };

/**
 * `start`: what the program was started with. `resume`: the steps of the page that had run are run again, silently.
 * `review`: only answers are recorded, not where one is in the lesson.
 */
export type HowToOpen = 'start' | 'resume' | 'review';

/** A terminal to draw on: process.stdin and process.stdout, or a test's own. */
export type TerminalInput = NodeJS.ReadStream;
export type TerminalOutput = NodeJS.WriteStream;

/** The lesson that is open, while its author writes it. */
export type Watch = {
  /** What is known of the file as it was saved last: in a few words, and its problems as `file:line:column: …`. */
  readonly report: () => {
    readonly words: string;
    readonly ok: boolean;
    readonly problems: readonly string[];
  };
  /** The version saved last, where the one before it was left. */
  readonly reopen: (from: PlayerState) => Promise<Player>;
  /** `lesson`: there is a version to be played; `report`: more is known of it. @returns a function that stops the calls */
  readonly subscribe: (listener: (what: 'lesson' | 'report') => void) => () => void;
};

/** Everything the screens need from outside. */
export type TuiDeps = {
  readonly catalog: Catalog;
  readonly progress: Pick<ProgressStore, 'all' | 'lesson' | 'takeNotices'>;
  /** Rejects with an error whose message (and `remedy`, if any) is shown on the home screen. */
  readonly openPlayer: (lessonId: string, page: string | null, how?: HowToOpen) => Promise<Player>;
  /** What a search looks through beside titles; without, only those. */
  readonly loadTexts?: () => Promise<ReadonlyMap<string, readonly PageText[]>>;
  /** The wall clock, for what is due; by default the real one. */
  readonly now?: () => Date;
  readonly openSandbox?: () => Promise<Sandbox>;
  /** Where the sandbox saves; without, it cannot. */
  readonly files?: ExperimentFiles;
  /** What the learner has written for exercises; without, it is forgotten when the program ends. */
  readonly drafts?: Pick<Drafts, 'read' | 'write'>;
  /**
   * Text as the learner leaves it in their own editor, which has the terminal until then; aborting ends it. Rejects
   * with words for the learner.
   */
  readonly editText?: (text: string, signal: AbortSignal) => Promise<string>;
  /** A lesson that is being written. */
  readonly watch?: Watch;
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
