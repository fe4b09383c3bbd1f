/**
 * A run is a list of events. Everything a screen, a transcript or the verifier knows about it is `reduce(events)`;
 * a recording of them (JSON Lines) replays with no server.
 */

/** A value as PostgreSQL's output function printed it; null is NULL. */
export type Cell = string | null;

export type Column = {
  readonly name: string;
  /** pg_type.oid: says whether a column is a number (right-aligned). */
  readonly typeOid: number;
};

export type StatementResult = {
  /** Which statement of its step, from 1. */
  readonly statement: number;
  /** The command tag: `SELECT 3`; empty for an empty query. */
  readonly tag: string;
  /** Empty when the statement returns no rows by its nature (an UPDATE without RETURNING). */
  readonly columns: readonly Column[];
  /** At most the engine's row limit; `rowCount` has the whole number. */
  readonly rows: readonly (readonly Cell[])[];
  /** Rows returned or affected. */
  readonly rowCount: number;
};

/** ErrorResponse and NoticeResponse (manual: protocol-error-fields). */
export type ServerMessage = {
  readonly severity: string;
  readonly sqlstate: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** Character of the statement, from 1. */
  readonly position?: number;
  readonly where?: string;
  /** Character of `internalQuery`, from 1: a place in SQL that the server made itself. */
  readonly internalPosition?: number;
  readonly internalQuery?: string;
  /** Which statement of its step, from 1. */
  readonly statement: number;
};

/** The lock a backend waits for or holds: a row of pg_locks, names instead of oids. */
export type LockTarget = {
  /** pg_locks.locktype */
  readonly type: string;
  /** pg_locks.mode */
  readonly mode: string;
  readonly relation?: string;
  /** `page,tuple` for a tuple lock */
  readonly tuple?: string;
  readonly transactionId?: string;
  readonly virtualXid?: string;
  /** advisory locks: the key as the functions take it, `42` or `1, 2` */
  readonly advisoryKey?: string;
};

export type SessionLock = LockTarget & { readonly session: string; readonly granted: boolean };

export type TransactionStatus = 'idle' | 'open' | 'failed';

/** A transaction that is open in a session, as the server sees it. */
export type SessionTransaction = {
  readonly session: string;
  /** As `show transaction_isolation` prints it: `repeatable read`. null: it could not be asked. */
  readonly isolation: string | null;
  /** age(backend_xmin): transaction ids given out since its snapshot. null: it holds no snapshot now. */
  readonly snapshotAge: number | null;
};

export type RunEvent = {
  readonly seq: number;
  /** Milliseconds since the run began, from the injected clock. */
  readonly at: number;
} & EventBody;

export type EventBody =
  | {
      readonly type: 'run-started';
      readonly lesson: string;
      readonly postgres: { readonly version: string; readonly major: number; readonly own: boolean };
    }
  /** A fresh copy of the prepared database; sessions, steps and waits before it are gone. */
  | {
      readonly type: 'database-ready';
      readonly database: string;
      readonly reason: 'start' | 'reset' | 'replay';
    }
  | { readonly type: 'session-opened'; readonly session: string; readonly pid: number }
  /** Ended by us (the sandbox has one column less); its steps stay. */
  | { readonly type: 'session-closed'; readonly session: string }
  | { readonly type: 'step-sent'; readonly step: string; readonly session: string; readonly sql: string }
  | {
      readonly type: 'statement-sent';
      readonly step: string;
      readonly statement: number;
      readonly sql: string;
    }
  | { readonly type: 'statement-finished'; readonly step: string; readonly result: StatementResult }
  | {
      readonly type: 'step-blocked';
      readonly step: string;
      readonly by: readonly string[];
      readonly lock: LockTarget;
    }
  /** The lock was granted, or its wait given up; the step may go on running. */
  | { readonly type: 'step-unblocked'; readonly step: string }
  | { readonly type: 'step-finished'; readonly step: string }
  | { readonly type: 'step-failed'; readonly step: string; readonly error: ServerMessage }
  | { readonly type: 'step-cancelled'; readonly step: string; readonly error: ServerMessage }
  /** Every step has ended or is known to wait; claims about `step` can be checked. */
  | { readonly type: 'step-settled'; readonly step: string }
  | { readonly type: 'plan-captured'; readonly step: string; readonly plan: string }
  /** A view step has another row of its picture. */
  | {
      readonly type: 'view-filled';
      readonly step: string;
      readonly columns: readonly string[];
      readonly row: readonly Cell[];
    }
  | {
      readonly type: 'transaction-changed';
      readonly session: string;
      readonly status: TransactionStatus;
    }
  | {
      readonly type: 'notice';
      readonly session: string;
      readonly step: string | null;
      readonly notice: ServerMessage;
    }
  | {
      readonly type: 'notification';
      readonly session: string;
      readonly channel: string;
      readonly payload: string;
      readonly pid: number;
    }
  /** What the sessions hold and wait for; `transactions`: those that are open. */
  | {
      readonly type: 'locks-sampled';
      readonly locks: readonly SessionLock[];
      readonly transactions?: readonly SessionTransaction[];
    }
  | {
      readonly type: 'session-lost';
      readonly session: string;
      readonly reason: string;
      readonly sqlstate: string | null;
      /** The step claims this loss; the session connects anew when it has another step. */
      readonly expected: boolean;
    }
  | { readonly type: 'server-lost'; readonly reason: string }
  /** Setting up, resetting or replaying failed; the lesson cannot go on until it is reset. */
  | { readonly type: 'run-failed'; readonly message: string }
  | { readonly type: 'page-entered'; readonly page: string }
  | { readonly type: 'replay-started'; readonly page: string }
  | { readonly type: 'replay-finished'; readonly page: string }
  | { readonly type: 'prediction-made'; readonly prediction: string; readonly choice: number | null }
  /** `right`: the choices (from 0) that match what happened. One, in a lesson that was verified. */
  | { readonly type: 'prediction-judged'; readonly prediction: string; readonly right: readonly number[] }
  /** An answer to an exercise was judged. `sentence`: why it does not pass; null: it does. */
  | {
      readonly type: 'exercise-judged';
      readonly exercise: string;
      readonly answer: string;
      readonly passed: boolean;
      readonly sentence: string | null;
    }
  | { readonly type: 'solution-shown'; readonly exercise: string }
  | { readonly type: 'exercise-skipped'; readonly exercise: string }
  | { readonly type: 'claim-checked'; readonly step: string; readonly check: ClaimCheck }
  | { readonly type: 'lesson-finished' };

export type ClaimCheck = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly ok: boolean;
  /** `rowCount: 1` */
  readonly claimed: string;
  readonly happened: string;
  /** What could have been claimed instead; only of a claim that does not hold and that a single value could mend. */
  readonly actual?: ActualValue;
};

export type ActualValue =
  | { readonly rows: readonly (readonly (string | null)[])[] }
  /** Columns or sessions. */
  | { readonly names: readonly string[] }
  /** A count, a tag, a SQLSTATE, a message. */
  | { readonly text: string }
  | { readonly lock: { readonly mode: string; readonly type: string; readonly relation: string | null } };
