import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { RestOptions } from '../engine/run.ts';
import { actsOnAnother } from '../engine/signals.ts';
import type { StatementResult } from '../timeline/events.ts';
import { printResult } from './print-result.ts';
import { closedText, goneText } from './server-text.ts';
import type { SessionLog } from './session-log.ts';
import type { Blocker, Permutation, PermutationStep } from './spec.ts';
import { GaveUp, giveUp, type Stage, sessionAt } from './stage.ts';

/**
 * How long isolationtester gives a step before it asks whether it is blocked, ms; and how long after a signal to
 * another session we give one at least: a busy machine needs more than 10 ms to deliver that. Once a permutation has
 * sent a signal, no wait counts at once: a lock may have been released before its holder answers.
 */
const grace = 10;
const signalGrace = 30;

/** How a step is tried: `nonblock`: be content with a lock wait; `retry`: it was tried before. */
type Try = { readonly nonblock: boolean; readonly retry: boolean };

/** The steps of one permutation: launched in turn, and reported as isolationtester reports them. */
export class Steps {
  readonly #stage: Stage;
  /** Steps launched and not complete, in the order of their launch. */
  #waiting: PermutationStep[] = [];
  /** How many notices a blocker waits for, counted from the beginning. */
  readonly #targets = new Map<Blocker, number>();
  /** Some notice was read since this was last set to false. */
  #newNotice = false;
  /** When another session may last have been signalled, as performance.now() counts; null: it was not. */
  #signalled: number | null;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#signalled = stage.manner.signalsAside ? performance.now() : null;
  }

  /** @throws {GaveUp} */
  async all(permutation: Permutation): Promise<void> {
    for (const step of permutation) await this.#step(step);
    await this.#tryWaiting({ nonblock: false, retry: true });
    if (this.#waiting.length > 0) {
      giveUp(this.#stage, 'failed to complete permutation due to mutually-blocking steps\n');
    }
  }

  #session(index: number): SessionLog {
    return sessionAt(this.#stage, index);
  }

  /** Launches a step, once its session is free, and looks at what that has brought about. */
  async #step(step: PermutationStep): Promise<void> {
    const { name, sql, session: index } = step.step;
    const session = this.#session(index);
    if (session.active) await this.#untilFree(session);
    // What a session that was ended has said is read before it is written to.
    if (this.#stage.manner.signals) await nextTurn();
    if (session.dead) {
      this.#stage.write(`failed to send query for step ${name}: ${goneText}\n`);
      throw new GaveUp();
    }
    session.sql = sql;
    if (actsOnAnother.test(sql)) this.#signalled = performance.now();
    if (!session.lost) this.#stage.run.launch(session.id, { id: name, sql, send: 'batch', explain: false });
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
    const { maxStepWait } = this.#stage;
    const began = performance.now();
    while (session.active) {
      const old = session.active;
      const blocked = await this.#try(old, { nonblock: false, retry: true });
      if (!blocked) this.#waiting = this.#waiting.filter((one) => one !== old);
      await this.#tryWaiting({ nonblock: true, retry: true });
      if (!session.active) return;
      const took = performance.now() - began;
      if (took > 2 * maxStepWait) {
        const active = this.#stage.sessions.flatMap((one) => one.active?.step.name ?? []);
        giveUp(
          this.#stage,
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
    const { write } = this.#stage;
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
    if (actsOnAnother.test(sql)) this.#signalled = performance.now();
    session.active = null;
    return false;
  }

  #grace(): number {
    const since = this.#signalled === null ? Number.POSITIVE_INFINITY : performance.now() - this.#signalled;
    return Math.max(grace, signalGrace - since);
  }

  /** Waits for the first answer to a step; cancels what takes too long. */
  async #answer(
    session: SessionLog,
    { step }: PermutationStep,
    nonblock: boolean,
  ): Promise<'here' | 'waiting'> {
    const { maxStepWait, write, warn } = this.#stage;
    const began = performance.now();
    let cancelled = false;
    for (;;) {
      const left = (cancelled ? 2 : 1) * maxStepWait - (performance.now() - began);
      const deadline = Math.max(left, grace);
      const how: RestOptions = {
        grace: nonblock ? this.#grace() : null,
        always: this.#signalled !== null,
        deadline,
      };
      const rest = session.lost ? 'answered' : await this.#stage.run.rest(session.id, how);
      // What was sent before the look at the server may be read a moment after the answer to it.
      if (rest === 'waiting') await nextTurn();
      this.#readNotices(session);
      const { answer } = session;
      if (answer?.type === 'session-lost' && answer.sqlstate === null) {
        giveUp(this.#stage, `PQconsumeInput failed: ${closedText}\n`);
      }
      if (answer) return 'here';
      if (rest === 'waiting') return rest;
      if (rest === 'answered') throw new Error(`session ${session.id} has no answer`);
      const took = performance.now() - began;
      if (cancelled) giveUp(this.#stage, `step ${step.name} timed out after ${seconds(took)} seconds\n`);
      try {
        await this.#stage.run.cancel(step.name);
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
    const { write } = this.#stage;
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
      } else await this.#stage.run.ended(session.id);
    }
    for (const { channel, payload, pid } of session.takeNotifications()) {
      const sender = this.#stage.sessions.find((one) => one.pid === pid)?.name ?? `PID ${pid}`;
      write(`${session.name}: NOTIFY "${channel}" with payload "${payload}" from ${sender}\n`);
    }
  }

  #readNotices(session: SessionLog): void {
    if (session.readNotices(this.#stage.write)) this.#newNotice = true;
  }
}

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

const isCopyOut = ({ tag, columns }: StatementResult): boolean =>
  tag.startsWith('COPY ') && columns.length > 0;
