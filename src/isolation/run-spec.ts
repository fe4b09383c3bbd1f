// One thing, and long: how isolationtester.c runs a permutation, whose parts call one another.
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { EngineError } from '../engine/error.ts';
import { type RestOptions, Run } from '../engine/run.ts';
import type { Server } from '../postgres/types.ts';
import type { EventBody, ServerMessage, StatementResult } from '../timeline/events.ts';
import { permutationsOf } from './permutations.ts';
import { printResult } from './print-result.ts';
import { closedText, goneText, serverText } from './server-text.ts';
import { SessionLog } from './session-log.ts';
import type { Blocker, Permutation, PermutationStep, Spec } from './spec.ts';

export type SpecRunOptions = {
  readonly spec: Spec;
  readonly server: Server;
  readonly database: string;
  /** Goes before the session in application_name: `isolation/deadlock-simple` gives `isolation/deadlock-simple/s1`. */
  readonly applicationName: string;
  /** Run-time parameters of every session. */
  readonly settings?: Readonly<Record<string, string>>;
  /** After so many milliseconds a step is cancelled; after twice as many the run is given up. */
  readonly maxStepWait: number;
  /** What isolationtester writes to stdout. */
  readonly write: (text: string) => void;
  /** And to stderr. */
  readonly warn: (text: string) => void;
  /** Told everything that happens, waits and their locks too; without it nobody asks for locks. */
  readonly onEvent?: ((event: EventBody) => void) | undefined;
  readonly onPermutation?: ((permutation: Permutation, phase: 'begin' | 'end') => void) | undefined;
  readonly signal?: AbortSignal | undefined;
};

/**
 * How long isolationtester gives a step before it asks whether it is blocked, ms; and what we give one that another
 * session may just have signalled: a busy machine needs more than 10 ms to deliver that.
 */
const grace = 10;
const signalGrace = 30;

/**
 * Functions whose effect on another session comes a moment after they return. Once a permutation has used one, a wait
 * counts only when it has lasted for long; until then a lock is released before its holder answers.
 */
const signals = /pg_cancel_backend|pg_terminate_backend|injection_points|pg_reload_conf|pg_log_backend/i;

/**
 * A setup that only begins a transaction: that takes no snapshot and no lock, so it may as well be done while the
 * control connection is busy with the setup of all. Not in a spec that looks at clocks, timeouts or transactions.
 */
const onlyBegins =
  /^\s*(begin|start\s+transaction)(\s+(transaction|isolation|level|serializable|repeatable|read|committed|write|only)\b)*\s*;?\s*$/i;
const watchful = /timeout|timestamp|now\s*\(|clock|pg_stat|pg_locks|xact|backend_x|vacuum|concurrently/i;

/** The run cannot go on; isolationtester exits with 1 here. */
class GaveUp extends Error {}

/** How a step is tried: `nonblock`: be content with a lock wait; `retry`: it was tried before. */
type Try = { readonly nonblock: boolean; readonly retry: boolean };

class SpecRun {
  readonly #options: SpecRunOptions;
  readonly #sessions: readonly SessionLog[];
  readonly #manner: Manner;

  constructor(options: SpecRunOptions) {
    this.#options = options;
    const { spec } = options;
    const names = spec.sessions.map(({ name }) => name);
    // Nothing keeps two sessions of a spec from having one name.
    this.#sessions = names.map(
      (name, index) => new SessionLog(name, names.indexOf(name) === index ? name : `${name} ${index + 1}`),
    );
    const sql = [
      ...spec.setups,
      ...spec.sessions.flatMap(({ setup, steps }) => [setup, ...steps.map((step) => step.sql)]),
    ];
    const some = (pattern: RegExp): boolean => sql.some((one) => one !== null && pattern.test(one));
    const aside = [
      ...spec.setups,
      spec.teardown,
      ...spec.sessions.flatMap((one) => [one.setup, one.teardown]),
    ];
    const signalsAside = aside.some((one) => one !== null && signals.test(one));
    this.#manner = { signals: signalsAside || some(signals), signalsAside, early: !some(watchful) };
  }

  /** @returns whether it got to its end @throws {PostgresError} when a session cannot be opened */
  async all(): Promise<boolean> {
    const { spec, write, warn, onPermutation, signal } = this.#options;
    for (const name of spec.unused) warn(`unused step name: ${name}\n`);
    write(`Parsed test spec with ${spec.sessions.length} sessions\n`);
    const run = await this.#open();
    const stop = (): void => void run.close();
    signal?.addEventListener('abort', stop);
    try {
      await Promise.all(this.#sessions.map(({ id }) => run.openSession(id)));
      for (const permutation of permutationsOf(spec)) {
        onPermutation?.(permutation, 'begin');
        await new PermutationRun(this.#options, run, this.#sessions, this.#manner).all(permutation);
        onPermutation?.(permutation, 'end');
      }
      return true;
    } catch (error) {
      if (error instanceof GaveUp || signal?.aborted) return false;
      if (!(error instanceof EngineError)) throw error;
      // The control connection is gone.
      warn(`lock wait query failed: ${error.message}\n`);
      return false;
    } finally {
      signal?.removeEventListener('abort', stop);
      await run.close();
    }
  }

  #open(): Promise<Run> {
    const { server, database, applicationName, settings, onEvent } = this.#options;
    const sessions = new Map(this.#sessions.map((session) => [session.id, session]));
    return Run.open(server, { name: database }, onEvent ?? (() => {}), {
      rule: 'spec',
      locks: onEvent !== undefined,
      wholeResults: true,
      connect: (id) => {
        const name = id === null ? 'control connection' : (sessions.get(id)?.name ?? id);
        return server.connect({
          database,
          applicationName: `${applicationName}/${name}`,
          ...(settings ? { settings } : {}),
        });
      },
      onSession: (id, event) => sessions.get(id)?.receive(event),
    });
  }
}

/**
 * What the SQL of a spec does, and allows: `signals`: it signals sessions somewhere; `signalsAside`: outside its steps;
 * `early`: sessions may begin while others set up.
 */
type Manner = { readonly signals: boolean; readonly signalsAside: boolean; readonly early: boolean };

class PermutationRun {
  readonly #options: SpecRunOptions;
  readonly #run: Run;
  readonly #sessions: readonly SessionLog[];
  readonly #manner: Manner;
  /** Setups that were sent early. */
  readonly #begun = new Map<SessionLog, Promise<void>>();
  /** Steps launched and not complete, in the order of their launch. */
  #waiting: PermutationStep[] = [];
  /** How many notices a blocker waits for, counted from the beginning. */
  readonly #targets = new Map<Blocker, number>();
  /** Some notice was read since this was last set to false. */
  #newNotice = false;
  /** Another session may have been signalled. */
  #signalled: boolean;

  constructor(options: SpecRunOptions, run: Run, sessions: readonly SessionLog[], manner: Manner) {
    this.#options = options;
    this.#run = run;
    this.#sessions = sessions;
    this.#manner = manner;
    this.#signalled = manner.signalsAside;
  }

  async all(permutation: Permutation): Promise<void> {
    const { spec, write, warn } = this.#options;
    write(`\nstarting permutation:${permutation.map(({ step }) => ` ${step.name}`).join('')}\n`);
    for (const [index, { setup }] of spec.sessions.entries()) {
      const session = this.#session(index);
      if (setup === null || session.lost || !this.#manner.early || !onlyBegins.test(setup)) continue;
      this.#begun.set(session, this.#perform(session, setup, 'setup'));
    }
    for (const sql of spec.setups) {
      const failed = await this.#control(sql);
      if (failed !== null) this.#giveUp(`setup failed: ${failed}`);
    }
    for (const [index, { setup }] of spec.sessions.entries()) {
      if (setup === null) continue;
      const session = this.#session(index);
      const failed = await this.#aside(session, setup, 'setup');
      if (failed !== null) this.#giveUp(`setup of session ${session.name} failed: ${failed}`);
    }
    for (const step of permutation) await this.#step(step);
    await this.#tryWaiting({ nonblock: false, retry: true });
    if (this.#waiting.length > 0) {
      this.#giveUp('failed to complete permutation due to mutually-blocking steps\n');
    }
    for (const [index, { teardown }] of spec.sessions.entries()) {
      if (teardown === null) continue;
      const session = this.#session(index);
      const failed = await this.#aside(session, teardown, 'teardown');
      if (failed !== null) warn(`teardown of session ${session.name} failed: ${failed}`);
    }
    if (spec.teardown === null) return;
    const failed = await this.#control(spec.teardown);
    if (failed !== null) warn(`teardown failed: ${failed}`);
  }

  #giveUp(words: string): never {
    this.#options.warn(words);
    throw new GaveUp();
  }

  #session(index: number): SessionLog {
    const session = this.#sessions[index];
    if (!session) throw new Error(`there is no session ${index}`);
    return session;
  }

  /** Runs SQL on the control connection, as libpq's PQexec does. @returns null, or the words of its failure */
  async #control(sql: string): Promise<string | null> {
    let last: StatementResult | null = null;
    const onResult = (result: StatementResult): void => {
      last = result;
    };
    const end = await this.#run.control.run(sql, 1, { onResult, wholeResults: true });
    if (end.type === 'lost') return closedText;
    return this.#lastResult(last, end.type === 'failed' ? end.error : null, sql);
  }

  /** Runs the setup or teardown of a session, as PQexec does. @returns null, or the words of its failure */
  async #aside(session: SessionLog, sql: string, what: 'setup' | 'teardown'): Promise<string | null> {
    if (session.dead) return goneText;
    const begun = what === 'setup' ? this.#begun.get(session) : undefined;
    if (begun) await begun;
    else if (!session.lost) await this.#perform(session, sql, what);
    let last: StatementResult | null = null;
    for (;;) {
      this.#readNotices(session);
      const answer = session.takeAnswer();
      switch (answer?.type) {
        case 'statement-finished':
          last = answer.result;
          break;
        case 'step-finished':
          return this.#lastResult(last, null, sql);
        case 'step-failed':
        case 'step-cancelled':
          return this.#lastResult(null, answer.error, sql);
        case 'session-lost':
          session.dead = true;
          return (answer.sqlstate === null ? '' : `FATAL:  ${answer.reason}\n`) + closedText;
        default:
          throw new Error(`session ${session.id} ended its SQL without a word`);
      }
    }
  }

  async #perform(session: SessionLog, sql: string, what: 'setup' | 'teardown'): Promise<void> {
    session.sql = sql;
    const id = `${what} of ${session.id}`;
    await this.#run.perform(session.id, { id, sql, send: 'batch', explain: false });
  }

  /** What PQexec returns is the last result; one of an empty query is no success, with nothing to say about it. */
  #lastResult(last: StatementResult | null, error: ServerMessage | null, sql: string): string | null {
    if (error) return serverText(error, sql, 'error');
    if (!last || last.tag === '') return '';
    this.#options.write(printResult(last));
    return null;
  }

  /** Launches a step, once its session is free, and looks at what that has brought about. */
  async #step(step: PermutationStep): Promise<void> {
    const { name, sql, session: index } = step.step;
    const session = this.#session(index);
    if (session.active) await this.#untilFree(session);
    // What a session that was ended has said is read before it is written to.
    if (this.#manner.signals) await nextTurn();
    if (session.dead) {
      this.#options.write(`failed to send query for step ${name}: ${goneText}\n`);
      throw new GaveUp();
    }
    session.sql = sql;
    if (signals.test(sql)) this.#signalled = true;
    if (!session.lost) this.#run.launch(session.id, { id: name, sql, send: 'batch', explain: false });
    session.active = step;
    for (const blocker of step.blockers) {
      if (blocker.type !== 'notices') continue;
      this.#targets.set(blocker, blocker.count + this.#session(blocker.step.session).notices);
    }
    const blocked = await this.#try(step, { nonblock: true, retry: false });
    await this.#tryWaiting({ nonblock: true, retry: true });
    if (blocked) this.#waiting.push(step);
  }

  async #untilFree(session: SessionLog): Promise<void> {
    const { maxStepWait } = this.#options;
    const began = performance.now();
    while (session.active) {
      const old = session.active;
      const blocked = await this.#try(old, { nonblock: false, retry: true });
      if (!blocked) this.#waiting = this.#waiting.filter((one) => one !== old);
      await this.#tryWaiting({ nonblock: true, retry: true });
      if (!session.active) return;
      const took = performance.now() - began;
      if (took > 2 * maxStepWait) {
        const active = this.#sessions.flatMap((one) => one.active?.step.name ?? []);
        this.#giveUp(
          `step ${old.step.name} timed out after ${seconds(took)} seconds\nactive steps are: ${active.join(' ')}\n`,
        );
      }
      await delay(1);
    }
  }

  /** Tries all that wait, again when one that ended or sent a notice may have released another of them. */
  async #tryWaiting(how: Try): Promise<void> {
    for (;;) {
      this.#newNotice = false;
      const before = this.#waiting.length;
      const left: PermutationStep[] = [];
      for (const step of this.#waiting) if (await this.#try(step, how)) left.push(step);
      this.#waiting = left;
      const marked = left.some(({ blockers }) => blockers.length > 0);
      if (!marked || (left.length === before && !this.#newNotice)) return;
    }
  }

  /**
   * Waits for a launched step to end, or to be blocked, and reports it when it has ended.
   * @returns whether it is not complete yet
   */
  async #try(step: PermutationStep, { nonblock, retry }: Try): Promise<boolean> {
    const { write } = this.#options;
    const { name, sql } = step.step;
    const session = this.#session(step.step.session);
    const sayWaiting = (): true => {
      if (!retry) write(`step ${name}: ${sql} <waiting ...>\n`);
      return true;
    };
    if (!retry && step.blockers.some(({ type }) => type === 'once')) return sayWaiting();
    if ((await this.#answer(session, step, nonblock)) === 'waiting') return sayWaiting();
    if (this.#hasBlocker(step)) return sayWaiting();
    write(retry ? `step ${name}: <... completed>\n` : `step ${name}: ${sql}\n`);
    await this.#report(session);
    session.active = null;
    return false;
  }

  /** Waits for the first answer to a step; cancels what takes too long. */
  async #answer(
    session: SessionLog,
    { step }: PermutationStep,
    nonblock: boolean,
  ): Promise<'here' | 'waiting'> {
    const { maxStepWait, write, warn } = this.#options;
    const began = performance.now();
    let cancelled = false;
    for (;;) {
      const left = (cancelled ? 2 : 1) * maxStepWait - (performance.now() - began);
      const deadline = Math.max(left, grace);
      const how: RestOptions = {
        grace: nonblock ? (this.#signalled ? signalGrace : grace) : null,
        always: this.#signalled,
        deadline,
      };
      const rest = session.lost ? 'answered' : await this.#run.rest(session.id, how);
      // What was sent before the look at the server may be read a moment after the answer to it.
      if (rest === 'waiting') await nextTurn();
      this.#readNotices(session);
      const { answer } = session;
      if (answer?.type === 'session-lost' && answer.sqlstate === null) {
        this.#giveUp(`PQconsumeInput failed: ${closedText}\n`);
      }
      if (answer) return 'here';
      if (rest === 'waiting') return rest;
      if (rest === 'answered') throw new Error(`session ${session.id} has no answer`);
      const took = performance.now() - began;
      if (cancelled) this.#giveUp(`step ${step.name} timed out after ${seconds(took)} seconds\n`);
      try {
        await this.#run.cancel(step.name);
        write(`isolationtester: canceling step ${step.name} after ${seconds(took)} seconds\n`);
      } catch (error) {
        warn(`PQcancel failed: ${error instanceof Error ? error.message : String(error)}\n`);
      }
      cancelled = true;
    }
  }

  #hasBlocker({ blockers }: PermutationStep): boolean {
    return blockers.some((blocker) => {
      if (blocker.type === 'once') return false;
      const other = this.#session(blocker.step.session);
      if (blocker.type === 'step') return other.active?.step === blocker.step;
      return other.notices < (this.#targets.get(blocker) ?? 0);
    });
  }

  /** Prints the results of a step, waiting for those that are still to come, and what the session was notified of. */
  async #report(session: SessionLog): Promise<void> {
    const { write } = this.#options;
    for (;;) {
      this.#readNotices(session);
      const answer = session.takeAnswer();
      if (answer?.type === 'statement-finished') {
        write(
          isCopyOut(answer.result)
            ? 'unexpected result status: PGRES_COPY_OUT\n'
            : printResult(answer.result),
        );
      } else if (answer?.type === 'session-lost') {
        if (answer.sqlstate !== null) write(`FATAL:  ${answer.reason}\n`);
        write(`${closedText}\n`);
        session.dead = true;
        break;
      } else if (answer) {
        // Only the message: the detail may hold transaction ids.
        if (answer.type !== 'step-finished') write(`${answer.error.severity}:  ${answer.error.message}\n`);
        break;
      } else await this.#run.ended(session.id);
    }
    for (const { channel, payload, pid } of session.takeNotifications()) {
      const sender = this.#sessions.find((one) => one.pid === pid)?.name ?? `PID ${pid}`;
      write(`${session.name}: NOTIFY "${channel}" with payload "${payload}" from ${sender}\n`);
    }
  }

  #readNotices(session: SessionLog): void {
    for (const { notice } of session.takeNotices()) {
      this.#options.write(`${session.name}: ${serverText(notice, session.sql, 'notice')}`);
      session.notices++;
      this.#newNotice = true;
    }
  }
}

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

const isCopyOut = ({ tag, columns }: StatementResult): boolean =>
  tag.startsWith('COPY ') && columns.length > 0;

/**
 * Runs a spec and writes, byte for byte, what PostgreSQL's isolationtester writes (src/test/isolation/isolationtester.c).
 * @returns whether isolationtester would exit with 0 @throws {PostgresError} when a session cannot be opened
 */
export const runSpec = (options: SpecRunOptions): Promise<boolean> => new SpecRun(options).all();
