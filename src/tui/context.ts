import type { ListedLesson } from '../lesson/outline.ts';
import type { Exercise, SqlStep } from '../lesson/types.ts';
import type { Lab } from '../player/lab-state.ts';
import type { Intent, PlayerState } from '../player/state.ts';
import type { WeakPage } from '../progress/review.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { HowToOpen } from './deps.ts';
import type { ExplainStart } from './explain-ui.ts';
import type { Review } from './review.ts';
import type { Home, HomeEntry } from './screens/home-entries.ts';
import type { LabPicture } from './screens/lab-view.ts';
import type { LessonView } from './screens/lesson-view.ts';
import type { UiAction, UiState } from './ui.ts';
import type { WaysOut } from './ways-out.ts';

/** What a command may do. */
export type Actions = WaysOut & {
  readonly ui: (action: UiAction) => void;
  readonly intent: (intent: Intent) => void;
  /** The next step or page; once for all the keys that arrived together, and not again before it has begun. */
  readonly next: () => void;
  readonly open: (lesson: string, page: string | null, how?: HowToOpen) => void;
  /** Mispredicted pages one after the other. */
  readonly openReview: (pages: readonly WeakPage<ListedLesson>[]) => void;
  /** The page reviewed is done: the next one, or back to the list. */
  readonly nextReview: () => void;
  /** Lets searches look into the lessons. */
  readonly loadTexts: () => void;
  readonly openSandbox: () => void;
  /** Plans over the whole screen; closing them comes back. */
  readonly openExplain: (start: ExplainStart) => void;
  readonly openExercise: (exercise: Exercise) => void;
  /** A step that has run, with other SQL, beside the lesson. */
  readonly openRetry: (step: SqlStep) => void;
};

/** What a command looks at. */
export type Context = {
  readonly ui: UiState;
  readonly glyphs: Glyphs;
  readonly home: Home;
  readonly chosen: HomeEntry | null;
  /** The review that is under way. */
  readonly review: Review | null;
  readonly state: PlayerState | null;
  readonly view: LessonView | null;
  /** Other orders of the page's steps; null: this lesson is a recording, or none is open. */
  readonly lab: Lab | null;
  readonly labPicture: LabPicture | null;
  /** Id of the lesson after this one. */
  readonly nextLesson: string | null;
  /** The last line at which help may start. */
  readonly helpMax: number;
  readonly actions: Actions;
};
