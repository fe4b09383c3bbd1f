import type { ServerMessage, StatementResult } from '../timeline/events.ts';
import { printResult } from './print-result.ts';
import { closedText, goneText, serverText } from './server-text.ts';
import type { SessionLog } from './session-log.ts';
import { giveUp, type Stage, sessionAt } from './stage.ts';

/** What comes before and after the steps of each permutation: setups and teardowns, of all and of each session. */
export class Surroundings {
  readonly #stage: Stage;
  /** Setups of sessions that were sent and whose answer was not looked at. */
  readonly #begun = new Map<SessionLog, Promise<void>>();
  /** The teardown of the permutation before, still to be done. */
  #owed: string | null = null;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** @param announce writes what stands above a permutation @throws {GaveUp} when a setup fails */
  async before(announce: () => void): Promise<void> {
    const { spec, manner } = this.#stage;
    for (const [index, early] of manner.early.entries()) if (early) this.#begin(index);
    const isSetUp = await this.#settle();
    announce();
    for (const sql of isSetUp ? spec.setups.slice(1) : spec.setups) {
      const failed = await this.#control(sql);
      if (failed !== null) giveUp(this.#stage, `setup failed: ${failed}`);
    }
    for (const group of manner.groups) {
      if (group.length > 1) for (const index of group) this.#begin(index);
      for (const index of group) await this.#setUp(index);
    }
  }

  /** @param more whether another permutation follows */
  async after(more: boolean): Promise<void> {
    const { spec, manner, warn } = this.#stage;
    for (const [index, { teardown }] of spec.sessions.entries()) {
      if (teardown === null) continue;
      const session = sessionAt(this.#stage, index);
      const failed = await this.#aside(session, teardown, 'teardown');
      if (failed !== null) warn(`teardown of session ${session.name} failed: ${failed}`);
    }
    if (more && manner.joins) this.#owed = spec.teardown;
    else await this.#tearDown(spec.teardown);
  }

  async #tearDown(sql: string | null): Promise<void> {
    const failed = sql === null ? null : await this.#control(sql);
    if (failed !== null) this.#stage.warn(`teardown failed: ${failed}`);
  }

  /**
   * Does the teardown that is owed and the first setup in one transaction: one flush to disk instead of two. When
   * something fails, neither has happened, and the teardown is done by itself.
   * @returns whether the first setup is done
   */
  async #settle(): Promise<boolean> {
    const teardown = this.#owed;
    const [setup] = this.#stage.spec.setups;
    this.#owed = null;
    if (teardown === null || setup === undefined) return false;
    const end = await this.#stage.run.control.run(`${teardown}\n;\n${setup}`, 1, { onResult: () => {} });
    if (end.type === 'finished') return true;
    await this.#tearDown(teardown);
    return false;
  }

  #begin(index: number): void {
    const setup = this.#stage.spec.sessions[index]?.setup ?? null;
    const session = sessionAt(this.#stage, index);
    if (setup === null || session.lost || this.#begun.has(session)) return;
    this.#begun.set(session, this.#perform(session, setup, 'setup'));
  }

  async #setUp(index: number): Promise<void> {
    const setup = this.#stage.spec.sessions[index]?.setup ?? null;
    if (setup === null) return;
    const session = sessionAt(this.#stage, index);
    const failed = await this.#aside(session, setup, 'setup');
    if (failed !== null) giveUp(this.#stage, `setup of session ${session.name} failed: ${failed}`);
  }

  /** Runs SQL on the control connection, as libpq's PQexec does. @returns null, or the words of its failure */
  async #control(sql: string): Promise<string | null> {
    let last: StatementResult | null = null;
    const onResult = (result: StatementResult): void => {
      last = result;
    };
    const end = await this.#stage.run.control.run(sql, 1, { onResult, wholeResults: true });
    if (end.type === 'lost') return closedText;
    return this.#lastResult(last, end.type === 'failed' ? end.error : null, sql);
  }

  /** Runs the setup or teardown of a session, as PQexec does. @returns null, or the words of its failure */
  async #aside(session: SessionLog, sql: string, what: 'setup' | 'teardown'): Promise<string | null> {
    if (session.dead) return goneText;
    const begun = this.#begun.get(session);
    this.#begun.delete(session);
    if (begun) await begun;
    else if (!session.lost) await this.#perform(session, sql, what);
    let last: StatementResult | null = null;
    for (;;) {
      session.readNotices(this.#stage.write);
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
    await this.#stage.run.perform(session.id, { id, sql, send: 'batch', explain: false });
  }

  /** What PQexec returns is the last result; one of an empty query is no success, with nothing to say about it. */
  #lastResult(last: StatementResult | null, error: ServerMessage | null, sql: string): string | null {
    if (error) return serverText(error, sql, 'error');
    if (!last || last.tag === '') return '';
    this.#stage.write(printResult(last));
    return null;
  }
}
