import type { TimelineState } from '../timeline/state.ts';

/** A table at the end of an order; many rows are counted only. */
export type TableState = {
  readonly table: string;
  readonly rowCount: number;
  /** As `row::text` prints them, sorted; empty when there are more than `shownTableRows`. */
  readonly rows: readonly string[];
};

export const shownTableRows = 12;

/** Orders in which every step came to the same and the tables hold the same. */
export type Outcome = {
  readonly key: string;
  /** How many orders lead to it. */
  readonly orders: number;
  /** The first of them, as ids of steps in the order they were sent. */
  readonly example: readonly string[];
  /** Steps that could not be sent, because their sessions still waited at the end. */
  readonly unsent: readonly string[];
  readonly timeline: TimelineState;
  readonly tables: readonly TableState[];
  /** Whether the lesson's own order leads here. */
  readonly own: boolean;
};

export type Exploration = {
  readonly page: string;
  /** Orders there are on paper. */
  readonly total: number;
  /** Orders run so far. */
  readonly played: number;
  /** Orders left out: in them a session would have to go on while it still waits. */
  readonly impossible: number;
  /** Most orders first. */
  readonly outcomes: readonly Outcome[];
  /** `bounded`: there are more orders than may be run. */
  readonly phase: 'running' | 'done' | 'bounded' | 'cancelled' | 'failed';
  readonly problem: string | null;
};

/** A session that could go next. */
export type Choice = {
  readonly session: string;
  /** Its next step; null: it has none left. */
  readonly step: string | null;
  readonly sql: string;
  /** Why it cannot go now; null: it can. */
  readonly why: string | null;
};

/** Another order of a page's steps, picked one by one on a database of its own. */
export type WhatIf = {
  readonly page: string;
  readonly phase: 'starting' | 'ready' | 'running' | 'done' | 'failed';
  readonly problem: string | null;
  readonly timeline: TimelineState;
  /** Ids of the steps sent. */
  readonly order: readonly string[];
  readonly choices: readonly Choice[];
  readonly tables: readonly TableState[];
};

/** A step of a page with other SQL, run on a database as that step found it. */
export type Retry = {
  readonly page: string;
  /** Its id; the timeline's step of that id is the changed one. */
  readonly step: string;
  readonly phase: 'running' | 'done' | 'failed';
  readonly problem: string | null;
  /** What was run in place of the step's SQL. */
  readonly sql: string;
  readonly timeline: TimelineState;
  /** The choices (from 0) of the step's prediction that came true; null: not known yet, or there is no prediction. */
  readonly right: readonly number[] | null;
};

export type LabState = {
  readonly whatIf: WhatIf | null;
  readonly exploration: Exploration | null;
  readonly retry: Retry | null;
};

export const emptyLab: LabState = { whatIf: null, exploration: null, retry: null };

/** What a learner tries beside the lesson: on databases of its own, the lesson's stays as it is. */
export interface Lab {
  getState(): LabState;
  /** @returns a function that stops the calls */
  subscribe(listener: () => void): () => void;
  /** Begins with the page's first step; an earlier try is given up. */
  startWhatIf(page: string): void;
  /** Sends the next step of a session, if it can go. */
  pick(session: string): void;
  /** Cancels what runs or waits in the other order, or in a retry. */
  cancel(): void;
  /** Runs all orders of a page. */
  explore(page: string): void;
  /** Ends an exploration that runs; what it has found stays. */
  halt(): void;
  /**
   * Runs a step of a page with other SQL, after the steps before it and before those of `then`, as far as their
   * sessions can go. Each time on a fresh database; not while one runs.
   */
  retry(page: string, step: string, sql: string, then: readonly string[]): void;
  /** Gives up whatever is under way and forgets it. */
  stop(): void;
  close(): Promise<void>;
}
