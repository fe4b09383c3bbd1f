import type { SqlStep } from '../lesson/types.ts';
import type { Scratch } from '../postgres/scratch.ts';
import type { Connection, QueryValue, Server } from '../postgres/types.ts';
import type { EventBody, SessionLock, SessionTransaction } from '../timeline/events.ts';
import { heldLocksSql, transactionsSql } from './blocking.sql.ts';
import { EngineError } from './error.ts';
import { lockTarget } from './lock-row.ts';
import { Session } from './session.ts';
import { applySettings } from './settings.ts';
import { isSettled } from './settled.ts';
import { type Sighting, Watcher } from './watcher.ts';

/** How long a session that a step says it ends may take to be seen as lost, ms. */
const lossDeadline = 5_000;

type Waiter = {
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
  readonly patient: string | null;
};

/**
 * The sessions of one lesson over one copy of its database, and what each of them waits for. Everything that
 * happens is told through `emit`; nothing is kept here that the events do not say.
 */
export class Run {
  readonly #server: Server;
  readonly #scratch: Scratch;
  readonly #emit: (body: EventBody) => void;
  readonly #control: Connection;
  readonly #watcher: Watcher;
  readonly #sessions = new Map<string, Session>();
  #observer: Connection | null = null;
  /** Per step in flight: what the last sighting said. */
  #blockedNow = new Map<string, string>();
  #sighting: Sighting = { epoch: -1, blocked: new Map() };
  #waiters: Waiter[] = [];
  #expectedLosses = new Set<string>();
  #closed = false;
  /** Why nothing can settle any more. */
  #gone: string | null = null;

  private constructor(
    server: Server,
    scratch: Scratch,
    control: Connection,
    emit: (body: EventBody) => void,
  ) {
    this.#server = server;
    this.#scratch = scratch;
    this.#control = control;
    this.#emit = (body) => {
      if (!this.#closed) emit(body);
    };
    this.#watcher = new Watcher(
      control,
      () => [...this.#sessions.values()].map((session) => session.pid),
      () => this.#inFlight().map((session) => session.pid),
      (sighting) => this.#saw(sighting),
    );
    control.onLost(({ reason }) => {
      this.#emit({ type: 'server-lost', reason });
      this.#abort(reason);
    });
  }

  /** @throws {PostgresError} */
  static async open(server: Server, scratch: Scratch, emit: (body: EventBody) => void): Promise<Run> {
    const control = await server.connect({ database: scratch.name, applicationName: 'pg-tutor control' });
    return new Run(server, scratch, control, emit);
  }

  get database(): string {
    return this.#scratch.name;
  }

  /** Runs a step in its session; resolves when everything has settled. @throws {EngineError} */
  async runStep(step: SqlStep, expectedLosses: readonly string[] = []): Promise<void> {
    const session = await this.#session(step.session);
    if (session.step !== null) {
      throw new EngineError(
        `${session.name} is still busy with step ${session.step}; ${step.id} cannot be sent yet`,
      );
    }
    this.#expectedLosses = new Set(expectedLosses);
    const losses = expectedLosses.map((name) => this.#lossOf(name));
    void session.run(step).then(() => this.#changed());
    this.#changed();
    await this.settle(step.wait ? step.id : null);
    if (losses.length > 0) {
      await Promise.all(losses);
      await this.settle();
    }
    this.#expectedLosses.clear();
  }

  /** Resolves when all that is in flight waits for an idle session; with `patient`, not before that step has ended. */
  settle(patient: string | null = null): Promise<void> {
    return new Promise((done, fail) => {
      if (this.#gone !== null) return fail(new EngineError(this.#gone));
      this.#waiters.push({ done, fail, patient });
      this.#check();
    });
  }

  /** Cancels the statements in flight: of `step` alone when it is given. */
  async cancel(step: string | null): Promise<void> {
    const targets = this.#inFlight().filter((session) => step === null || session.step === step);
    for (const session of targets) session.cancelAsked();
    if (targets.length > 0) {
      await this.#control.rows('select pg_cancel_backend(pid) from unnest($1::int[]) as backend(pid)', [
        targets.map((session) => session.pid),
      ]);
    }
  }

  /** Emits what each session holds and waits for now. */
  async sampleLocks(): Promise<readonly SessionLock[]> {
    const names = new Map([...this.#sessions.values()].map((session) => [session.pid, session.name]));
    const rows = names.size === 0 ? [] : await this.#control.rows(heldLocksSql, [[...names.keys()]]);
    const locks = rows.map(([pid, granted, ...lock]) => ({
      session: names.get(Number(pid)) ?? '',
      granted: granted === 't',
      ...lockTarget(lock),
    }));
    const transactions = names.size === 0 ? [] : await this.#transactions(names);
    this.#emit({ type: 'locks-sampled', locks, transactions });
    return locks;
  }

  async #transactions(names: ReadonlyMap<number, string>): Promise<readonly SessionTransaction[]> {
    const rows = await this.#control.rows(transactionsSql, [[...names.keys()]]);
    const known = rows.map(async ([pid, age]): Promise<SessionTransaction> => {
      const session = names.get(Number(pid)) ?? '';
      const isolation = (await this.#sessions.get(session)?.isolation()) ?? null;
      return { session, isolation, snapshotAge: age == null ? null : Number(age) };
    });
    return Promise.all(known);
  }

  /** Asks over a session of its own, which waits two seconds for a lock at most. @throws {PostgresError} */
  async observe(sql: string): Promise<(string | null)[][]> {
    this.#observer ??= await this.connect('pg-tutor observer', { lock_timeout: '2s' });
    return this.#observer.rows(sql);
  }

  /** A connection to the lesson's database with the settings of a session; the caller ends it. @throws {PostgresError} */
  async connect(
    applicationName: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Connection> {
    const connection = await this.#server.connect({ database: this.#scratch.name, applicationName });
    await applySettings(connection, settings);
    return connection;
  }

  /** Connects a session before its first step. @throws {PostgresError} */
  async openSession(name: string): Promise<void> {
    await this.#session(name);
  }

  /** Ends a session; whoever waited for it goes on. */
  async closeSession(name: string): Promise<void> {
    const session = this.#sessions.get(name);
    if (!session) return;
    this.#sessions.delete(name);
    await session.end();
    this.#emit({ type: 'session-closed', session: name });
    this.#changed();
  }

  /** Asks in a session that is idle. @throws {EngineError | PostgresError} */
  async ask(name: string, sql: string, values: readonly QueryValue[] = []): Promise<(string | null)[][]> {
    const session = await this.#session(name);
    if (session.step !== null) throw new EngineError(`${name} is still busy`);
    return session.ask(sql, values);
  }

  /** For questions about backends that are not sessions of the lesson (views). */
  get control(): Connection {
    return this.#control;
  }

  /** Ends the sessions; the database stays. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#watcher.stop();
    this.#abort('the run was closed');
    const connections = [...this.#sessions.values(), this.#control];
    if (this.#observer) await this.#observer.end();
    await Promise.all(connections.map((connection) => connection.end()));
  }

  async #session(name: string): Promise<Session> {
    const known = this.#sessions.get(name);
    if (known) return known;
    const connection = await this.connect(name);
    const session = new Session(name, connection, this.#emit);
    this.#sessions.set(name, session);
    connection.onLost(({ reason, sqlstate }) => {
      this.#sessions.delete(name);
      const expected = this.#expectedLosses.has(name);
      this.#emit({ type: 'session-lost', session: name, reason, sqlstate, expected });
      this.#changed();
    });
    return session;
  }

  /** A step was sent or has ended, or a session is gone. */
  #changed(): void {
    this.#watcher.changed();
    this.#check();
  }

  #inFlight(): Session[] {
    return [...this.#sessions.values()].filter((session) => session.step !== null);
  }

  /** Resolves when the session is gone. */
  #lossOf(name: string): Promise<void> {
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!this.#sessions.has(name)) resolve();
        else if (performance.now() - started > lossDeadline) {
          reject(
            new EngineError(`the step says that session ${name} loses its connection, but it is still there`),
          );
        } else setTimeout(look, 5);
      };
      look();
    });
  }

  #saw(sighting: Sighting): void {
    this.#sighting = sighting;
    const names = new Map([...this.#sessions.values()].map((session) => [session.pid, session.name]));
    for (const session of this.#inFlight()) {
      const step = session.step;
      if (step === null) continue;
      const blocked = sighting.blocked.get(session.pid);
      const before = this.#blockedNow.get(step);
      if (!blocked) {
        if (before === undefined) continue;
        this.#blockedNow.delete(step);
        this.#emit({ type: 'step-unblocked', step });
        continue;
      }
      const by = blocked.by.flatMap((pid) => names.get(pid) ?? []);
      const now = JSON.stringify([by, blocked.lock]);
      if (before === now) continue;
      this.#blockedNow.set(step, now);
      this.#emit({ type: 'step-blocked', step, by, lock: blocked.lock });
    }
    this.#check();
  }

  /** Wakes those who wait for the run to settle, when it has. */
  #check(): void {
    const inFlight = this.#inFlight();
    const steps = new Set(inFlight.map((session) => session.step));
    for (const step of this.#blockedNow.keys()) if (!steps.has(step)) this.#blockedNow.delete(step);
    const fresh = inFlight.length === 0 || this.#sighting.epoch === this.#watcher.epoch;
    if (!fresh) return;
    const pids = inFlight.map((session) => session.pid);
    if (!isSettled(pids, this.#sighting.blocked)) return;
    const ready = this.#waiters.filter(({ patient }) => patient === null || !steps.has(patient));
    this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter));
    for (const { done } of ready) done();
  }

  #abort(reason: string): void {
    this.#gone = reason;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { fail } of waiters) fail(new EngineError(reason));
  }
}
