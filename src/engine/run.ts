// One thing, and long: what is in flight, what the server said of it, and who is to be woken are decided from the same fields.
import type { SqlStep } from '../lesson/types.ts';
import type { Scratch } from '../postgres/scratch.ts';
import type { Connection, QueryValue, Server } from '../postgres/types.ts';
import type { EventBody, SessionLock } from '../timeline/events.ts';
import { EngineError } from './error.ts';
import { sampleLocks } from './sample-locks.ts';
import { Session, type SessionStep } from './session.ts';
import { applySettings } from './settings.ts';
import { isSettled, waitsForIdle } from './settled.ts';
import { endsAnother } from './signals.ts';
import { Waiters } from './waiters.ts';
import { type Sighting, Watcher } from './watcher.ts';

/** How long a session that a step says it ends may take to be seen as lost, ms. */
const lossDeadline = 5_000;

/** How long a signal gets to end a statement or a session; one sent to an idle session may end nothing, ms. */
const signalDeadline = 2_000;

/** Between two requests to cancel the same statement, ms. */
const cancelPauses = [25, 50, 100, 200, 400, 800];

/**
 * How long a step gets before the first look at who waits: three times as long as a step has taken of late, so that
 * a busy machine is not kept busy with looks; in these bounds, ms. The end of a transaction writes to disk, and seldom
 * waits for a lock. A lesson is watched by somebody, a spec is to be over soon.
 */
const moment = { times: 3, least: 1, most: { lesson: 5, spec: 10 }, end: 5 } as const;
/** How much of the figure the last step makes up. */
const weight = 0.1;
const endsTransaction = /^\s*(commit|end|rollback|abort|prepare\s+transaction)\b/i;

/** What is not the same for lessons and isolation specs. */
export type RunOptions = {
  readonly rule: 'lesson' | 'spec';
  /** Whether to tell of waits, with the lock of each. */
  readonly locks: boolean;
  /** Whether results are kept whole, however large. */
  readonly wholeResults: boolean;
  /** Opens a session, by its name, or the control connection. */
  readonly connect: (session: string | null) => Promise<Connection>;
  /** Told what happens in a session, in the order of the protocol. */
  readonly onSession: (session: string, event: EventBody) => void;
};

/** How a rest has ended, see `Run.rest`. */
export type Rest = 'answered' | 'waiting' | 'late';

export type RestOptions = {
  /** Milliseconds a step may wait for a session that is not idle before that counts as waiting; null: it never does. */
  readonly grace: number | null;
  /** Whether any wait gets that long. */
  readonly always: boolean;
  /** Milliseconds to the verdict `late`. */
  readonly deadline: number;
};

/**
 * The sessions of one lesson, or one isolation spec, over one copy of its database, and what each of them waits for. Everything that
 * happens is told through `emit`; nothing is kept here that the events do not say.
 */
export class Run {
  readonly #server: Server;
  readonly #scratch: Pick<Scratch, 'name'>;
  readonly #options: RunOptions | null;
  readonly #emit: (body: EventBody) => void;
  readonly #control: Connection;
  readonly #watcher: Watcher;
  readonly #sessions = new Map<string, Session>();
  #observer: Promise<Connection> | null = null;
  /** Per step in flight: what the last sighting said. */
  #blockedNow = new Map<string, string>();
  #sighting: Sighting = { epoch: -1, blocked: new Map() };
  readonly #waiters = new Waiters();
  /** How long a step has taken of late, ms. */
  #usual = 0;
  /** Steps and sessions that have ended. */
  #ends = 0;
  #expectedLosses = new Set<string>();
  #closed = false;

  private constructor(
    server: Server,
    scratch: Pick<Scratch, 'name'>,
    control: Connection,
    emit: (body: EventBody) => void,
    options: RunOptions | null,
  ) {
    this.#server = server;
    this.#scratch = scratch;
    this.#options = options;
    this.#control = control;
    this.#emit = (body) => {
      if (!this.#closed) emit(body);
    };
    this.#watcher = new Watcher(
      control,
      {
        ours: () => [...this.#sessions.values()].map((session) => session.pid),
        inFlight: () => this.#inFlight().map((session) => session.pid),
        awaited: () => this.#waiters.look,
        locks: options?.locks ?? true,
        rule: options?.rule ?? 'lesson',
      },
      (sighting) => this.#saw(sighting),
      (reason) => this.#waiters.abort(reason),
    );
    control.onLost(({ reason }) => {
      this.#emit({ type: 'server-lost', reason });
      this.#waiters.abort(reason);
    });
  }

  /** @throws {PostgresError} */
  static async open(
    server: Server,
    scratch: Pick<Scratch, 'name'>,
    emit: (body: EventBody) => void,
    options: RunOptions | null = null,
  ): Promise<Run> {
    const control = options
      ? await options.connect(null)
      : await server.connect({ database: scratch.name, applicationName: 'pg-tutor control' });
    return new Run(server, scratch, control, emit, options);
  }

  get database(): string {
    return this.#scratch.name;
  }

  /** Runs a step in its session; resolves when everything has settled. @throws {EngineError} */
  async runStep(step: SqlStep, expectedLosses: readonly string[] = []): Promise<void> {
    const session = await this.#session(step.session);
    if (this.#closed) {
      await session.end();
      throw new EngineError('the run was closed');
    }
    if (session.step !== null) {
      throw new EngineError(
        `${session.name} is still busy with step ${session.step}; ${step.id} cannot be sent yet`,
      );
    }
    this.#expectedLosses = new Set(expectedLosses);
    const effects = expectedLosses.map((name) => this.#lossOf(name));
    if (endsAnother.test(step.sql) && this.#sessions.size > 1) effects.push(this.#anotherEnd());
    this.#send(session, step);
    await Promise.all([this.settle(step.wait ? step.id : null), ...effects]);
    if (effects.length > 0) await this.settle();
    this.#expectedLosses.clear();
  }

  /** Resolves when all that is in flight waits for an idle session; with `patient`, not before that step has ended. */
  settle(patient: string | null = null): Promise<void> {
    const settled = (): boolean => {
      const inFlight = this.#inFlight();
      if (inFlight.length > 0 && !this.#isFresh()) return false;
      const pids = inFlight.map((session) => session.pid);
      if (!isSettled(pids, this.#sighting.blocked)) return false;
      return patient === null || inFlight.every((session) => session.step !== patient);
    };
    return this.#until(settled, true);
  }

  /** Sends a step to a session that was opened and is idle, and returns at once. @throws {EngineError} */
  launch(name: string, step: SessionStep): void {
    this.#send(this.#idle(name), step);
  }

  /**
   * Waits for the step in flight in a session until the first of its results is here or it has ended (`answered`), or
   * until it waits for a lock and will go on doing so (`waiting`): every chain of waits from it ends at an idle
   * session, or it has waited for as long as `grace`. An idle session is `answered`.
   */
  async rest(name: string, { grace, always, deadline }: RestOptions): Promise<Rest> {
    const began = performance.now();
    let rest: Rest | null = null;
    const look = (): Rest | null => {
      const session = this.#sessions.get(name);
      if (!session || session.answered) return 'answered';
      const took = performance.now() - began;
      if (took > deadline) return 'late';
      const { blocked } = this.#sighting;
      if (grace === null || !this.#isFresh() || !blocked.has(session.pid)) return null;
      if (took >= grace) return 'waiting';
      const inFlight = this.#inFlight().map(({ pid }) => pid);
      return !always && waitsForIdle(session.pid, inFlight, blocked) ? 'waiting' : null;
    };
    rest = look();
    if (rest) return rest;
    const looks = grace !== null;
    const ready = (): boolean => {
      rest = look();
      return rest !== null;
    };
    const done = this.#waiters.within(deadline, ready, looks);
    if (looks) this.#watcher.wanted();
    await done;
    return rest ?? 'late';
  }

  /** Runs a step of a session that is idle to its end; nobody asks whether it waits. @throws {EngineError} */
  async perform(name: string, step: SessionStep): Promise<void> {
    await this.#idle(name).run(step);
  }

  /** Resolves when nothing is in flight in a session. */
  ended(name: string): Promise<void> {
    return this.#until(() => (this.#sessions.get(name)?.step ?? null) === null, false);
  }

  #idle(name: string): Session {
    const session = this.#sessions.get(name);
    if (!session || session.step !== null) throw new EngineError(`${name} is not there, or is busy`);
    return session;
  }

  #until(ready: () => boolean, looks: boolean): Promise<void> {
    const done = this.#waiters.until(ready, looks);
    if (looks) this.#watcher.wanted();
    return done;
  }

  #send(session: Session, step: SessionStep): void {
    const began = performance.now();
    const epoch = this.#watcher.epoch;
    const ends = endsTransaction.test(step.sql);
    const most = moment.most[this.#options?.rule ?? 'lesson'];
    void session.run(step).then(() => {
      // A step that had to wait, or others beside it, says nothing about how long steps take.
      const took = performance.now() - began;
      if (this.#watcher.epoch === epoch + 1) this.#usual += (Math.min(took, most) - this.#usual) * weight;
      this.#ended();
    });
    const usual = Math.min(most, Math.max(moment.least, this.#usual * moment.times));
    this.#watcher.sent(ends ? Math.max(moment.end, usual) : usual);
    this.#check();
  }

  #isFresh(): boolean {
    return this.#sighting.epoch === this.#watcher.epoch;
  }

  /** Cancels the statements in flight: of `step` alone when it is given. Resolves when the server was asked to. */
  async cancel(step: string | null): Promise<void> {
    const targets = this.#inFlight().filter((session) => step === null || session.step === step);
    for (const session of targets) session.cancelAsked();
    await this.#signal(targets);
    void this.#insist(targets.map((session) => ({ session, step: session.step })));
  }

  async #signal(sessions: readonly Session[]): Promise<void> {
    if (sessions.length === 0) return;
    await this.#control.rows('select pg_cancel_backend(pid) from unnest($1::int[]) as backend(pid)', [
      sessions.map((session) => session.pid),
    ]);
  }

  /** A backend that has not read its statement yet is idle and drops a cancel, so those still at it are asked again. */
  async #insist(
    targets: readonly { readonly session: Session; readonly step: string | null }[],
  ): Promise<void> {
    for (const pause of cancelPauses) {
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
      const left = targets.filter(({ session, step }) => step !== null && session.step === step);
      if (left.length === 0 || this.#closed) return;
      await this.#signal(left.map(({ session }) => session)).catch(() => {});
    }
  }

  /** Emits what each session holds and waits for now. */
  async sampleLocks(): Promise<readonly SessionLock[]> {
    const sample = await sampleLocks(this.#control, [...this.#sessions.values()]);
    this.#emit(sample);
    return sample.locks;
  }

  /** Asks over a session of its own, which waits two seconds for a lock at most. @throws {EngineError | PostgresError} */
  async observe(sql: string, values: readonly QueryValue[] = []): Promise<(string | null)[][]> {
    if (this.#closed) throw new EngineError('the run was closed');
    this.#observer ??= this.connect('pg-tutor observer', { lock_timeout: '2s' }).catch((error) => {
      this.#observer = null;
      throw error;
    });
    return (await this.#observer).rows(sql, values);
  }

  /** A connection to the lesson's database with the settings of a session; the caller ends it. @throws {PostgresError} */
  async connect(
    applicationName: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Connection> {
    const connection = await this.#server.connect({ database: this.#scratch.name, applicationName });
    try {
      await applySettings(connection, settings);
    } catch (error) {
      await connection.end();
      throw error;
    }
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
    this.#ended();
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
    this.#waiters.abort('the run was closed');
    const connections = [...this.#sessions.values(), this.#control];
    // It may still be connecting.
    const observer = this.#observer?.then(
      (connection) => connection.end(),
      () => {},
    );
    await Promise.all([observer, ...connections.map((connection) => connection.end())]);
  }

  async #session(name: string): Promise<Session> {
    const known = this.#sessions.get(name);
    if (known) return known;
    const options = this.#options;
    const connection = options ? await options.connect(name) : await this.connect(name);
    const emit = (body: EventBody): void => {
      if (!this.#closed) options?.onSession(name, body);
      this.#emit(body);
      if (body.type === 'statement-finished') this.#check();
    };
    const session = new Session(name, connection, emit, options?.wholeResults ?? false, () =>
      this.#watcher.rested(),
    );
    this.#sessions.set(name, session);
    connection.onLost(({ reason, sqlstate }) => {
      this.#sessions.delete(name);
      const expected = this.#expectedLosses.has(name);
      emit({ type: 'session-lost', session: name, reason, sqlstate, expected });
      this.#ended();
    });
    return session;
  }

  /** A step has ended, or a session is gone. */
  #ended(): void {
    this.#ends++;
    this.#watcher.ended();
    this.#check();
  }

  #inFlight(): Session[] {
    return [...this.#sessions.values()].filter((session) => session.step !== null);
  }

  /** Resolves when a step that is in flight, or a session, has ended besides the step that is sent next; or in time. */
  async #anotherEnd(): Promise<void> {
    const ends = this.#ends + 2;
    await this.#waiters.within(signalDeadline, () => this.#ends >= ends, false);
  }

  /** Resolves when the session is gone. */
  async #lossOf(name: string): Promise<void> {
    await this.#waiters.within(lossDeadline, () => !this.#sessions.has(name), false);
    if (!this.#sessions.has(name)) return;
    throw new EngineError(`the step says that session ${name} loses its connection, but it is still there`);
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
      if (!blocked.lock) continue;
      const by = blocked.by.flatMap((pid) => names.get(pid) ?? []);
      const now = JSON.stringify([by, blocked.lock]);
      if (before === now) continue;
      this.#blockedNow.set(step, now);
      this.#emit({ type: 'step-blocked', step, by, lock: blocked.lock });
    }
    this.#check();
  }

  /** Wakes those who wait for something that has come true. */
  #check(): void {
    if (this.#blockedNow.size > 0) {
      const steps = new Set(this.#inFlight().map((session) => session.step));
      for (const step of this.#blockedNow.keys()) if (!steps.has(step)) this.#blockedNow.delete(step);
    }
    this.#waiters.check();
  }
}
