/**
 * One thing although it is long: the life of a sandbox. Who may run what now, and what a reset, a lost session, a lost
 * server or the end cuts short, is decided from the same few fields; apart, each part would have to be told of all.
 */
import { Run } from '../engine/run.ts';
import { applySettings } from '../engine/settings.ts';
import type { SqlStep } from '../lesson/types.ts';
import { createScratch, type Scratch } from '../postgres/scratch.ts';
import type { Connection, Server } from '../postgres/types.ts';
import { splitStatements } from '../text/statements.ts';
import type { EventBody, ServerMessage } from '../timeline/events.ts';
import type { Clock } from '../timeline/recorder.ts';
import { coalesced } from './coalesced.ts';
import { isCommand, runCommand } from './describe.ts';
import { experimentOf } from './experiment.ts';
import { createCatalogReader } from './read-catalog.ts';
import {
  fewestSessions,
  initialSandbox,
  mostSessions,
  openStep,
  reduceSandbox,
  type Sandbox,
  type SandboxEvent,
  type SandboxEventBody,
  type SandboxIntent,
  type SandboxState,
  type Saved,
  type SaveFormat,
  type Told,
} from './sandbox-state.ts';
import { saveLesson } from './save-lesson.ts';
import { writeSpec } from './write-spec.ts';

export type SandboxOptions = {
  /** Called once; the sandbox closes what it gives. */
  readonly openServer: () => Promise<Server>;
  /** From 2 to 6. */
  readonly sessions: number;
  /** A database of the user's, which is neither reset nor dropped; null: a scratch database. */
  readonly database: string | null;
  /** SQL run before anything else; `name` is for error messages. */
  readonly setup: { readonly name: string; readonly sql: string } | null;
  readonly clock?: Clock;
  readonly onEvent?: (event: SandboxEvent) => void;
};

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const sqlstateOf = (error: unknown): string | null =>
  error instanceof Error && 'sqlstate' in error && typeof error.sqlstate === 'string' ? error.sqlstate : null;

const asServerMessage = (error: unknown): ServerMessage | string => {
  const sqlstate = sqlstateOf(error);
  return sqlstate === null
    ? words(error)
    : { severity: 'ERROR', sqlstate, message: words(error), statement: 1 };
};

/** Statements after which other names may exist. */
const changesNames = /^(CREATE|ALTER|DROP|SELECT|COMMIT|ROLLBACK|DO|CALL|IMPORT|COMMENT|BATCH)/;

/** After these, who holds what may be different. */
const movesLocks: ReadonlySet<EventBody['type']> = new Set([
  'session-opened',
  'statement-finished',
  'step-blocked',
  'step-unblocked',
  'step-finished',
  'step-failed',
  'step-cancelled',
  'session-lost',
  'session-closed',
  'transaction-changed',
]);

const endsStep: ReadonlySet<EventBody['type']> = new Set([
  'step-finished',
  'step-failed',
  'step-cancelled',
  'session-lost',
]);

/** Two to six sessions and whatever somebody types: intents in, events out, the state a reduction of the events. */
class LiveSandbox implements Sandbox {
  readonly #options: SandboxOptions;
  readonly #emit: (body: EventBody | SandboxEventBody) => void;
  readonly #listeners = new Set<() => void>();
  readonly #sampleLocks: () => void;
  readonly #readNames: () => void;
  #state: SandboxState = initialSandbox;
  #server: Server | null = null;
  #scratch: Scratch | null = null;
  #run: Run | null = null;
  #names: Connection | null = null;
  #catalog = createCatalogReader();
  /** Sessions whose step is on its way but not sent. */
  readonly #pending = new Map<string, object>();
  readonly #counts = new Map<string, number>();
  #sessionsMade = 0;
  /** In a database of the user's, the script is run once. */
  #prepared = false;
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: SandboxOptions) {
    this.#options = options;
    const clock = options.clock ?? (() => performance.now());
    const start = clock();
    let seq = 0;
    this.#emit = (body) => {
      if (this.#closed) return;
      const event: SandboxEvent = { seq: seq++, at: Math.round((clock() - start) * 1000) / 1000, ...body };
      this.#state = reduceSandbox(this.#state, event);
      options.onEvent?.(event);
      for (const listener of this.#listeners) listener();
    };
    this.#sampleLocks = coalesced(async () => this.#run?.sampleLocks());
    this.#readNames = coalesced(() => this.#readCatalog());
    this.#do(() => this.#start());
  }

  getState(): SandboxState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispatch(intent: SandboxIntent): void {
    if (intent.type === 'reset') {
      if (this.#state.phase === 'starting' || this.#state.phase === 'resetting') return;
      if (!this.#state.scratch && this.#state.phase !== 'broken') return;
      this.#emit({ type: 'reset-asked' });
      this.#do(() => (this.#server ? this.#fresh('reset') : this.#start()));
      return;
    }
    if (this.#state.phase !== 'ready') return;
    switch (intent.type) {
      case 'run':
        void this.#type(intent.session, intent.text);
        return;
      case 'cancel':
        void this.#cancel(intent.session);
        return;
      case 'add-session':
        if (this.#state.sessions.length < mostSessions)
          void this.#attempt(this.#state.sessions[0] ?? '', () => this.#addSession());
        return;
      case 'remove-session':
        if (this.#state.sessions.length > fewestSessions) void this.#remove(intent.session);
    }
  }

  async save(format: SaveFormat, signal = new AbortController().signal): Promise<Saved> {
    const experiment = experimentOf(this.#state, this.#options.setup?.sql ?? null);
    const names = [...new Set(experiment.steps.map((step) => step.session))];
    const title = `An experiment with ${names.length} ${names.length === 1 ? 'session' : 'sessions'}`;
    if (format === 'spec') return { text: writeSpec(experiment, title), remarks: [] };
    return saveLesson(experiment, title, this.#state.scratch ? this.#server : null, signal);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#run?.close().catch(() => {});
    await this.#work;
    await this.#run?.close().catch(() => {});
    await this.#names?.end();
    if (this.#state.scratch) await this.#scratch?.drop();
    await this.#server?.close();
  }

  /** Starting and resetting, one after the other; what goes wrong becomes an event. */
  #do(work: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#closed) return;
      try {
        await work();
      } catch (error) {
        this.#emit({ type: 'run-failed', message: words(error) });
      }
    });
  }

  /** Something that leaves the sandbox as it is when it fails. */
  async #attempt(session: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#tell({ session, command: '', error: asServerMessage(error) });
    }
  }

  async #start(): Promise<void> {
    this.#server = await this.#options.openServer();
    const { version, major, own } = this.#server.info;
    this.#emit({ type: 'run-started', lesson: 'sandbox', postgres: { version, major, own } });
    await this.#fresh('start');
  }

  async #fresh(reason: 'start' | 'reset'): Promise<void> {
    const server = this.#server;
    if (!server) return;
    await this.#run?.close();
    await this.#names?.end();
    this.#run = null;
    this.#names = null;
    this.#pending.clear();
    const run = await this.#openRun(server, reason);
    this.#run = run;
    this.#emit({ type: 'database-ready', database: run.database, reason });
    const [row] = await run.control.rows('select rolsuper from pg_roles where rolname = current_user');
    const scratch = this.#options.database === null;
    this.#emit({ type: 'sandbox-named', database: run.database, scratch, superuser: row?.[0] === 't' });
    while (this.#sessionsMade < this.#options.sessions) this.#listSession();
    for (const name of this.#state.sessions) await run.openSession(name);
    this.#readNames();
  }

  async #openRun(server: Server, reason: 'start' | 'reset'): Promise<Run> {
    const emit = (body: EventBody): void => {
      this.#emit(body);
      // From now on the timeline knows that the session is busy.
      if (body.type === 'step-sent') this.#pending.delete(body.session);
      if (endsStep.has(body.type))
        for (const name of this.#state.sessions) setImmediate(() => this.#next(name));
      if (movesLocks.has(body.type)) this.#sampleLocks();
      if (body.type === 'statement-finished' && changesNames.test(body.result.tag)) this.#readNames();
    };
    const { database } = this.#options;
    if (reason === 'reset') await server.revive();
    if (database !== null) {
      const lent: Scratch = { name: database, reset: async () => database, drop: async () => {} };
      const run = await Run.open(server, lent, emit);
      if (!this.#prepared) await this.#within(run, (connection) => this.#prepare(connection));
      this.#prepared = true;
      return run;
    }
    if (this.#scratch) {
      try {
        await this.#scratch.reset();
        return await Run.open(server, this.#scratch, emit);
      } catch {
        // The server may have been gone meanwhile, and the prepared state with it.
        await this.#scratch.drop();
        this.#scratch = null;
      }
    }
    this.#scratch = await createScratch(server, {
      lesson: 'sandbox',
      prepare: (connection) => this.#prepare(connection),
    });
    return Run.open(server, this.#scratch, emit);
  }

  async #within(run: Run, work: (connection: Connection) => Promise<void>): Promise<void> {
    const connection = await run.connect('pg-tutor setup');
    try {
      await work(connection);
    } catch (error) {
      await run.close();
      throw error;
    } finally {
      await connection.end();
    }
  }

  /** @throws {Error} naming the line of the script that failed */
  async #prepare(connection: Connection): Promise<void> {
    const { setup } = this.#options;
    if (!setup) return;
    await applySettings(connection);
    for (const { text, line, copyData } of splitStatements(setup.sql)) {
      const end = await connection.run(text, 1, { onResult: () => {} }, copyData);
      if (end.type === 'finished') continue;
      const why =
        end.type === 'failed' ? `${end.error.sqlstate} ${end.error.message}` : 'the connection was lost';
      throw new Error(`${setup.name}:${line}: ${why}`);
    }
  }

  /** Its column is there at once, its connection soon. */
  #listSession(): string {
    this.#sessionsMade += 1;
    const session = `s${this.#sessionsMade}`;
    this.#emit({ type: 'session-listed', session });
    return session;
  }

  async #addSession(): Promise<void> {
    const session = this.#listSession();
    const run = this.#run;
    try {
      await run?.openSession(session);
      if (run !== this.#run || this.#closed) await run?.closeSession(session);
    } catch (error) {
      this.#emit({ type: 'session-unlisted', session });
      throw error;
    }
  }

  async #remove(session: string): Promise<void> {
    this.#emit({ type: 'session-unlisted', session });
    await this.#attempt(this.#state.sessions[0] ?? '', async () => {
      // A backend that waits for a lock would not notice that its client has gone.
      await this.#cancel(session);
      await this.#run?.closeSession(session);
    });
  }

  async #cancel(session: string): Promise<void> {
    const step = openStep(this.#state, session);
    // A control connection that is gone is told by its own event.
    if ((this.#state.queued[session] ?? []).length > 0) this.#emit({ type: 'unqueued', session, all: true });
    if (step) await this.#run?.cancel(step.step).catch(() => {});
  }

  /** While the session is busy, what comes waits its turn, as it would in a terminal. */
  async #type(session: string, text: string): Promise<void> {
    if (!this.#state.sessions.includes(session)) return;
    if (this.#isBusy(session)) return this.#emit({ type: 'queued', session, text });
    const turn = {};
    this.#pending.set(session, turn);
    try {
      await (isCommand(text) ? this.#command(session, text.trim()) : this.#send(session, text));
    } catch (error) {
      this.#tell({ session, command: text.trim(), error: asServerMessage(error) });
    } finally {
      if (this.#pending.get(session) === turn) this.#pending.delete(session);
      this.#next(session);
    }
  }

  /** Runs what was typed ahead, when its turn has come. */
  #next(session: string): void {
    const text = this.#state.queued[session]?.[0];
    if (text === undefined || this.#isBusy(session) || this.#state.phase !== 'ready') return;
    this.#emit({ type: 'unqueued', session, all: false });
    void this.#type(session, text);
  }

  async #send(session: string, text: string): Promise<void> {
    if (splitStatements(text).length === 0) return;
    const count = (this.#counts.get(session) ?? 0) + 1;
    this.#counts.set(session, count);
    const position = { file: 'sandbox', line: 1, column: 1 };
    const step: SqlStep = {
      kind: 'sql',
      id: `${session}-${count}`,
      session,
      sql: text.trim(),
      send: 'statements',
      explain: false,
      wait: false,
      postgres: {},
      claims: [],
      position,
      sqlPosition: position,
    };
    const run = this.#run;
    try {
      await run?.runStep(step);
      this.#emit({ type: 'step-settled', step: step.id });
    } catch (error) {
      // What a reset or a lost server interrupts is told by their own events.
      if (run === this.#run && this.#state.phase === 'ready') throw error;
    }
  }

  #isBusy(session: string): boolean {
    return openStep(this.#state, session) !== null || this.#pending.has(session);
  }

  async #command(session: string, text: string): Promise<void> {
    const run = this.#run;
    if (!run) return;
    const { changes, told } = await runCommand(text, this.#state, (sql, values) =>
      run.ask(session, sql, values),
    );
    for (const change of changes) this.#emit(change);
    this.#tell({ session, command: text, ...told });
  }

  #tell(told: Partial<Told> & Pick<Told, 'session' | 'command'>): void {
    this.#emit({ type: 'told', tables: [], words: null, error: null, ...told });
  }

  /** Over a connection of its own: nothing that a session holds may keep us, and nothing we do keeps a session. */
  async #readCatalog(): Promise<void> {
    const run = this.#run;
    if (!run) return;
    const names = this.#names ?? (await run.connect('pg-tutor names', { lock_timeout: '2s' }));
    // A reset or the end may have come meanwhile.
    if (run !== this.#run || this.#closed) return names.end();
    this.#names = names;
    const catalog = await this.#catalog((sql, values) => names.rows(sql, values ?? []));
    if (run === this.#run) this.#emit({ type: 'catalog-read', catalog });
  }
}

/** Opens a sandbox; its state is `starting` until server, database and sessions are there. */
export const createSandbox = (options: SandboxOptions): Sandbox => new LiveSandbox(options);
