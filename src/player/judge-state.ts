import type { VerdictKind } from '../lesson/types.ts';
import type { Cell, Column, ServerMessage, SessionLock } from '../timeline/events.ts';
import type { TimelineState } from '../timeline/state.ts';

/** What an answer came to: sessions, steps (one a statement) with their results, errors and waits, as in the sandbox. */
export type TryOut = {
  /** Steps of the lesson itself come first and have a page; those of the answer have none. */
  readonly timeline: TimelineState;
  /** Why it could not be run to its end: cancelled, too slow, waiting for good. null: it ended. */
  readonly stopped: string | null;
};

/** Which data showed the difference: what the learner sees, or the other set. */
export type DataSet = 'page' | 'hidden';

/** Something to say about the style of an answer, which never fails for it. */
export type StyleWarning = {
  readonly rule:
    | 'select-star'
    | 'implicit-join'
    | 'missing-semicolon'
    | 'order-by-number'
    | 'not-in-subquery';
  readonly sentence: string;
  /** Character of the answer, from 0. */
  readonly offset: number;
};

/** What the difference looks like; for a picture below the sentence. Rows are cut to the first few. */
export type Evidence =
  | { readonly kind: 'columns'; readonly expected: readonly string[]; readonly got: readonly string[] }
  | {
      readonly kind: 'rows';
      /** What was looked at: null for the result, else a table or a query. */
      readonly of: string | null;
      readonly columns: readonly Column[];
      /** Of the solution and not of the answer; with as many as are missing. */
      readonly missing: readonly (readonly Cell[])[];
      readonly extra: readonly (readonly Cell[])[];
      readonly missingCount: number;
      readonly extraCount: number;
      readonly expectedCount: number;
      readonly gotCount: number;
    }
  | {
      readonly kind: 'order';
      readonly columns: readonly Column[];
      readonly expected: readonly (readonly Cell[])[];
      readonly got: readonly (readonly Cell[])[];
      /** The first row that is out of place, from 0. */
      readonly at: number;
    }
  /** null: there was none. */
  | { readonly kind: 'error'; readonly expected: string | null; readonly error: ServerMessage | null }
  /** Text of EXPLAIN (ANALYZE, FORMAT JSON). */
  | { readonly kind: 'plan'; readonly plan: string }
  | { readonly kind: 'locks'; readonly locks: readonly SessionLock[] }
  /** What happened in one order of the statements, or while somebody else was there. */
  | {
      readonly kind: 'timeline';
      readonly timeline: TimelineState;
      /** The query that should have said true, and what it said; null: an error or a wait was the trouble. */
      readonly invariant: { readonly sql: string; readonly got: string | null } | null;
    }
  /** Something at a place of the answer: characters from 0, the end not included. */
  | { readonly kind: 'place'; readonly from: number; readonly to: number };

export type Verdict =
  | {
      readonly outcome: 'passed';
      readonly warnings: readonly StyleWarning[];
      /** Orders of statements that were tried; 0 without such a check. */
      readonly orders: number;
    }
  | {
      readonly outcome: 'failed';
      readonly kind: VerdictKind;
      /** One or two sentences for the learner, plain text. */
      readonly sentence: string;
      readonly evidence: Evidence | null;
      readonly data: DataSet;
      readonly warnings: readonly StyleWarning[];
    }
  | { readonly outcome: 'cancelled' };

/** `orders`: orders of statements; their number is known only in that phase. */
export type JudgeProgress = {
  readonly phase: 'preparing' | 'running' | 'orders' | 'hidden';
  readonly done: number;
  readonly total: number;
};

export type JudgeOptions = {
  readonly onProgress?: (progress: JudgeProgress) => void;
  readonly signal?: AbortSignal;
};

/**
 * Runs and judges answers to one exercise, on databases of its own; what one answer does the next never sees, and the
 * lesson's own database stays as it is. One thing at a time: a call waits for the one before it.
 */
export interface Judge {
  /** Makes the databases ready while the learner types. Never rejects; what is wrong comes up when an answer is run. */
  warmUp(): void;
  /** Runs an answer without judging it. @throws {PostgresError | EngineError} when the server or the database cannot be had */
  tryOut(
    answer: string,
    options?: JudgeOptions & { readonly onChange?: (tryOut: TryOut) => void },
  ): Promise<TryOut>;
  /** @throws {PostgresError | EngineError} when the server or the database cannot be had, or the exercise itself is broken */
  judge(answer: string, options?: JudgeOptions): Promise<Verdict>;
  /** Ends what is under way and drops the databases. Idempotent, never rejects. */
  close(): Promise<void>;
}
