import { type DatabaseCatalog, emptyCatalog } from '../timeline/database-catalog.ts';
import type { Column, RunEvent, ServerMessage } from '../timeline/events.ts';
import { reduceTimeline } from '../timeline/reduce.ts';
import { emptyTimeline, type SessionState, type StepState, type TimelineState } from '../timeline/state.ts';

export const fewestSessions = 2;
export const mostSessions = 6;

/** A table of `\d` and its like; what psql writes below it. */
export type DescribedTable = {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly footer: readonly string[];
};

/** What a backslash command came to; nothing of it is part of the experiment. */
export type Told = {
  readonly at: number;
  readonly session: string;
  readonly command: string;
  readonly tables: readonly DescribedTable[];
  readonly words: string | null;
  /** The server's, or our own word. */
  readonly error: ServerMessage | string | null;
};

/** Which results are shown a value a line, as psql's \x: `auto` those that are wider than their column. */
export type Expanded = 'off' | 'on' | 'auto';

/** A session that the server ended, and the step in whose course it did (null: in none). */
export type Loss = {
  readonly at: number;
  readonly session: string;
  readonly during: string | null;
  /** The server's words, or the driver's. */
  readonly reason: string;
};

export type SandboxEventBody =
  | {
      readonly type: 'sandbox-named';
      readonly database: string;
      readonly scratch: boolean;
      readonly superuser: boolean;
    }
  | { readonly type: 'session-listed'; readonly session: string }
  | { readonly type: 'session-unlisted'; readonly session: string }
  | ({ readonly type: 'told' } & Omit<Told, 'at'>)
  | { readonly type: 'catalog-read'; readonly catalog: DatabaseCatalog }
  | { readonly type: 'timing-set'; readonly on: boolean }
  | { readonly type: 'expanded-set'; readonly expanded: Expanded }
  /** Typed ahead while the session was running. */
  | { readonly type: 'queued'; readonly session: string; readonly text: string }
  /** The first of what was typed ahead is on its way; `all`: none of it will be run. */
  | { readonly type: 'unqueued'; readonly session: string; readonly all: boolean }
  | { readonly type: 'reset-asked' };

export type SandboxEvent = RunEvent | ({ readonly seq: number; readonly at: number } & SandboxEventBody);

export type SandboxPhase =
  | 'starting'
  | 'ready'
  | 'resetting'
  /** The server is gone, or the database could not be made: only a reset and leaving make sense. */
  | 'broken';

export type SandboxState = {
  readonly phase: SandboxPhase;
  readonly problem: string | null;
  readonly server: { readonly version: string; readonly major: number; readonly own: boolean } | null;
  readonly database: string | null;
  /** A database of ours: it can be reset, and is dropped at the end. */
  readonly scratch: boolean;
  readonly superuser: boolean;
  /** In the order of their columns. */
  readonly sessions: readonly string[];
  readonly timeline: TimelineState;
  readonly told: readonly Told[];
  /** What was typed ahead, by session. */
  readonly queued: Readonly<Record<string, readonly string[]>>;
  readonly losses: readonly Loss[];
  readonly catalog: DatabaseCatalog;
  readonly timing: boolean;
  readonly expanded: Expanded;
};

export const initialSandbox: SandboxState = {
  phase: 'starting',
  problem: null,
  server: null,
  database: null,
  scratch: true,
  superuser: false,
  sessions: [],
  timeline: emptyTimeline,
  told: [],
  queued: {},
  losses: [],
  catalog: emptyCatalog,
  timing: true,
  expanded: 'auto',
};

const isRunEvent = (event: SandboxEvent): event is RunEvent => {
  switch (event.type) {
    case 'sandbox-named':
    case 'session-listed':
    case 'session-unlisted':
    case 'told':
    case 'catalog-read':
    case 'timing-set':
    case 'expanded-set':
    case 'queued':
    case 'unqueued':
    case 'reset-asked':
      return false;
    default:
      return true;
  }
};

/** The sandbox after one more event. Pure. */
export const reduceSandbox = (state: SandboxState, event: SandboxEvent): SandboxState => {
  if (!isRunEvent(event)) {
    switch (event.type) {
      case 'sandbox-named': {
        const { database, scratch, superuser } = event;
        return { ...state, database, scratch, superuser };
      }
      case 'session-listed':
        return { ...state, sessions: [...state.sessions, event.session] };
      case 'session-unlisted':
        return { ...state, sessions: state.sessions.filter((name) => name !== event.session) };
      case 'told': {
        const { at, session, command, tables, words, error } = event;
        return { ...state, told: [...state.told, { at, session, command, tables, words, error }] };
      }
      case 'catalog-read':
        return { ...state, catalog: event.catalog };
      case 'timing-set':
        return { ...state, timing: event.on };
      case 'expanded-set':
        return { ...state, expanded: event.expanded };
      case 'queued': {
        const before = state.queued[event.session] ?? [];
        return { ...state, queued: { ...state.queued, [event.session]: [...before, event.text] } };
      }
      case 'unqueued': {
        const rest = event.all ? [] : (state.queued[event.session] ?? []).slice(1);
        return { ...state, queued: { ...state.queued, [event.session]: rest } };
      }
      case 'reset-asked':
        return { ...state, phase: 'resetting', problem: null, queued: {} };
    }
  }
  const next = { ...state, timeline: reduceTimeline(state.timeline, event) };
  switch (event.type) {
    case 'run-started':
      return { ...next, server: event.postgres };
    case 'database-ready':
      return { ...next, phase: 'ready', problem: null, database: event.database, told: [], losses: [] };
    case 'session-lost': {
      const during = state.timeline.steps.findLast((step) => step.session !== event.session);
      const own = state.timeline.steps.findLast((step) => step.session === event.session);
      // Whoever else sent last is taken to have done it, when that was after the session's own last step began.
      const other = during && during.sentAt > (own?.sentAt ?? -1) ? during.step : null;
      const { at, session, reason } = event;
      return { ...next, losses: [...state.losses, { at, session, during: other, reason }] };
    }
    case 'server-lost':
      return { ...next, phase: 'broken', problem: event.reason };
    case 'run-failed':
      return { ...next, phase: 'broken', problem: event.message };
    default:
      return next;
  }
};

/** The step a session is busy with. */
export const openStep = (state: SandboxState, session: string): StepState | null =>
  state.timeline.steps.findLast((step) => step.session === session && step.endedAt === null) ?? null;

export const sessionState = (state: SandboxState, session: string): SessionState | null =>
  state.timeline.sessions.find(({ name }) => name === session) ?? null;

export type SandboxIntent =
  /** SQL, or a backslash command by itself. */
  | { readonly type: 'run'; readonly session: string; readonly text: string }
  | { readonly type: 'cancel'; readonly session: string }
  | { readonly type: 'add-session' }
  | { readonly type: 'remove-session'; readonly session: string }
  /** A fresh copy of the database as it was at the start, in fresh sessions. */
  | { readonly type: 'reset' };

export type SaveFormat = 'lesson' | 'spec';

export type Saved = {
  readonly text: string;
  /** What whoever saves it should know: claims left out, or why it could not be tried. */
  readonly remarks: readonly string[];
};

export interface Sandbox {
  /** Never changed in place; a new object after every event. */
  getState(): SandboxState;
  /** @returns a function that stops the calls */
  subscribe(listener: () => void): () => void;
  dispatch(intent: SandboxIntent): void;
  /**
   * The experiment so far as a file. A lesson is played on a database of its own first, for its claims to be true.
   * @throws {Error} whose message says what stands in the way
   */
  save(format: SaveFormat, signal?: AbortSignal): Promise<Saved>;
  /** Ends sessions and drops the scratch database. Idempotent. */
  close(): Promise<void>;
}
