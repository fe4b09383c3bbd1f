import type { Comparison, Exercise, Lesson, Page, Prediction, ProseNode, ViewStep } from '../lesson/types.ts';
import type { ExerciseStatus, PlayerState } from '../player/state.ts';
import type { ClaimCheck, LockTarget, ServerMessage, StatementResult } from '../timeline/events.ts';
import type { StepState, TimelineState } from '../timeline/state.ts';

/** What there is to say, in the order it is said; text and Markdown only differ in how they say it. */
export type Item =
  | { readonly kind: 'title'; readonly lesson: Lesson; readonly server: PlayerState['server'] }
  | { readonly kind: 'page'; readonly page: Page; readonly number: number; readonly total: number }
  | { readonly kind: 'prose'; readonly nodes: readonly ProseNode[] }
  | { readonly kind: 'question'; readonly prediction: Prediction }
  | { readonly kind: 'exercise'; readonly exercise: Exercise; readonly status: ExerciseStatus | null }
  /** An answer was judged; `sentence`: why it does not pass. */
  | {
      readonly kind: 'judged';
      readonly exercise: Exercise;
      readonly answer: string;
      readonly sentence: string | null;
    }
  | { readonly kind: 'exercise-skipped' }
  /** A step was sent to a session: its whole text. */
  | { readonly kind: 'step'; readonly session: string; readonly sql: string }
  /** One statement of it was sent. */
  | { readonly kind: 'statement'; readonly session: string; readonly sql: string }
  | { readonly kind: 'result'; readonly session: string; readonly result: StatementResult }
  | { readonly kind: 'plan'; readonly plan: string }
  | { readonly kind: 'compare'; readonly block: Comparison; readonly steps: readonly StepState[] }
  | {
      readonly kind: 'waits';
      readonly session: string;
      readonly by: readonly string[];
      readonly lock: LockTarget;
      /** It waited for others a moment ago. */
      readonly again: boolean;
    }
  | {
      readonly kind: 'waited';
      readonly session: string;
      readonly by: readonly string[];
      /** How long, ms. */
      readonly ms: number;
      /** `alice committed` */
      readonly release: string | null;
    }
  | {
      readonly kind: 'error';
      readonly session: string;
      readonly error: ServerMessage;
      /** The statement that failed: the error may point into it. */
      readonly sql: string;
    }
  | { readonly kind: 'cancelled'; readonly session: string }
  | { readonly kind: 'notice'; readonly session: string; readonly notice: ServerMessage }
  | {
      readonly kind: 'notification';
      readonly session: string;
      readonly channel: string;
      readonly payload: string;
      readonly pid: number;
    }
  | { readonly kind: 'view'; readonly step: ViewStep; readonly view: NonNullable<StepState['view']> }
  | {
      readonly kind: 'verdict';
      readonly prediction: Prediction;
      /** What was answered, from 0; null: nothing. */
      readonly choice: number | null;
      readonly right: readonly number[];
    }
  /** A claim of the lesson that turned out to be false. */
  | { readonly kind: 'false-claim'; readonly check: ClaimCheck }
  | { readonly kind: 'lost'; readonly session: string; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'fresh-database' }
  /** Several sessions took part in the page that ends here. */
  | { readonly kind: 'timeline'; readonly timeline: TimelineState; readonly sessions: readonly string[] }
  | { readonly kind: 'end'; readonly lesson: Lesson };
