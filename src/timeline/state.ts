import type { LockTarget, ServerMessage, SessionLock, StatementResult, TransactionStatus } from './events.ts';

/** A time a step could not go on because of a lock. */
export type Wait = {
  /** Which statement of the step waited, from 1. */
  readonly statement: number;
  readonly from: number;
  readonly to: number | null;
  /** Sessions that held the lock, or stood before it in the queue. */
  readonly by: readonly string[];
  readonly lock: LockTarget;
  /** The last step sent before the wait ended (the commit that released it), when another session sent it. */
  readonly endedDuring: string | null;
};

export type StepStatus = 'running' | 'blocked' | 'done' | 'failed' | 'cancelled' | 'lost';

export type StepState = {
  readonly step: string;
  readonly session: string;
  readonly page: string | null;
  readonly sql: string;
  readonly status: StepStatus;
  readonly sentAt: number;
  readonly endedAt: number | null;
  readonly settled: boolean;
  /** The text of each statement sent so far, in order. */
  readonly statements: readonly string[];
  readonly results: readonly StatementResult[];
  readonly error: ServerMessage | null;
  readonly notices: readonly ServerMessage[];
  readonly waits: readonly Wait[];
  /** The step of another session that its 40001 is about, when what happened leaves no other (conflict.ts). */
  readonly conflict: { readonly session: string; readonly step: string } | null;
  /** Text of EXPLAIN (FORMAT JSON). */
  readonly plan: string | null;
  readonly view: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (string | null)[])[];
  } | null;
};

export type SessionState = {
  readonly name: string;
  /** Backend pid. */
  readonly pid: number;
  readonly transaction: TransactionStatus;
  /** When the first statement of the latest transaction that needed a snapshot was sent, ms; null: none yet. */
  readonly firstQueryAt: number | null;
  /** Of the open transaction, `repeatable read`; null: none is open, or nobody has asked. */
  readonly isolation: string | null;
  /** What the open transaction still sees by: seen first at `since` (ms), `age` transaction ids old. */
  readonly snapshot: { readonly since: number; readonly age: number } | null;
  readonly lost: { readonly reason: string; readonly sqlstate: string | null } | null;
};

export type Notification = {
  readonly at: number;
  readonly session: string;
  readonly channel: string;
  readonly payload: string;
  readonly pid: number;
};

/** A write that took effect: COMMIT, or a statement outside of a transaction. */
export type Commit = { readonly at: number; readonly session: string; readonly step: string };

/** One look at the server. */
export type LockSample = {
  readonly at: number;
  readonly locks: readonly SessionLock[];
  /** The sessions as they were then. */
  readonly sessions: readonly SessionState[];
};

/** What has happened since the database was last made fresh. */
export type TimelineState = {
  readonly sessions: readonly SessionState[];
  /** In the order they were sent. */
  readonly steps: readonly StepState[];
  readonly notifications: readonly Notification[];
  readonly locks: readonly SessionLock[];
  /** Looks at the server, oldest first, at most `maxSamples`; one that shows nothing new is left out. */
  readonly samples: readonly LockSample[];
  readonly commits: readonly Commit[];
  /** The server went away. */
  readonly serverLost: { readonly at: number; readonly reason: string } | null;
  /** Time of the last event, ms since the run began. */
  readonly at: number;
};

export const maxSamples = 400;

export const emptyTimeline: TimelineState = {
  sessions: [],
  steps: [],
  notifications: [],
  locks: [],
  samples: [],
  commits: [],
  serverLost: null,
  at: 0,
};
