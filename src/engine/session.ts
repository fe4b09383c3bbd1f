import type { Connection, QueryValue } from '../postgres/types.ts';
import { splitStatements } from '../text/statements.ts';
import type { EventBody, ServerMessage, TransactionStatus } from '../timeline/events.ts';

/** What a session needs to know of a step to run it. */
export type SessionStep = {
  readonly id: string;
  readonly sql: string;
  readonly send: 'statements' | 'batch';
  readonly explain: boolean;
};

const explainPrefix = 'explain (analyze, buffers, format json) ';

/** SQLSTATE query_canceled: a cancel request, but a statement_timeout as well. */
const queryCanceled = '57014';

/** One connection playing one part in a lesson: runs its steps, one at a time, and tells what happens as events. */
export class Session {
  readonly name: string;
  readonly #connection: Connection;
  readonly #emit: (body: EventBody) => void;
  readonly #wholeResults: boolean;
  readonly #unwatched: () => Promise<void>;
  #answers = 0;
  #step: string | null = null;
  #cancelAsked = false;
  #transaction: TransactionStatus = 'idle';
  #spokeOfLevels = false;

  /** @param wholeResults keep every row, however many @param unwatched resolves when nobody looks at the server */
  constructor(
    name: string,
    connection: Connection,
    emit: (body: EventBody) => void,
    wholeResults: boolean,
    unwatched: () => Promise<void>,
  ) {
    this.name = name;
    this.#wholeResults = wholeResults;
    this.#unwatched = unwatched;
    this.#connection = connection;
    this.#emit = emit;
    connection.onNotice((notice) => emit({ type: 'notice', session: name, step: this.#step, notice }));
    connection.onNotification((note) => emit({ type: 'notification', session: name, ...note }));
    emit({ type: 'session-opened', session: name, pid: connection.pid });
  }

  get pid(): number {
    return this.#connection.pid;
  }

  /** Id of the step in flight. */
  get step(): string | null {
    return this.#step;
  }

  /** Whether the step in flight has a result already, or none is in flight. */
  get answered(): boolean {
    return this.#step === null || this.#answers > 0;
  }

  /** Whoever sends a cancel request to the backend says so here: it tells a cancel from a timeout. */
  cancelAsked(): void {
    this.#cancelAsked = true;
  }

  /** Runs a step to its end. Never rejects; a lost connection is reported by the owner of the connection. */
  async run(step: SessionStep): Promise<void> {
    this.#step = step.id;
    this.#cancelAsked = false;
    this.#answers = 0;
    if (/isolation|serializable|repeatable/i.test(step.sql)) this.#spokeOfLevels = true;
    this.#emit({ type: 'step-sent', step: step.id, session: this.name, sql: step.sql });
    const statements =
      step.send === 'batch' ? [{ text: step.sql, copyData: null }] : splitStatements(step.sql);
    let number = 1;
    for (const [index, statement] of statements.entries()) {
      const explained = step.explain && index === statements.length - 1;
      // A look that began before the statement above has ended would keep its old rows from being cleaned up.
      if (/\bvacuum\b/i.test(statement.text)) await this.#unwatched();
      const error = await this.#send(step.id, statement.text, explained, number, statement.copyData);
      if (error === 'lost') return;
      if (error) return this.#end(step.id, error);
      number++;
    }
    this.#end(step.id, null);
  }

  /** @returns the error, or `lost` */
  async #send(
    step: string,
    sql: string,
    explained: boolean,
    number: number,
    copyData: string | null,
  ): Promise<ServerMessage | 'lost' | null> {
    this.#emit({ type: 'statement-sent', step, statement: number, sql });
    const text = explained ? explainPrefix + sql : sql;
    const end = await this.#connection.run(
      text,
      number,
      {
        wholeResults: this.#wholeResults,
        onResult: (result) => {
          this.#answers++;
          const plan = explained ? result.rows[0]?.[0] : null;
          if (plan) this.#emit({ type: 'plan-captured', step, plan });
          this.#emit({ type: 'statement-finished', step, result });
        },
      },
      copyData,
    );
    if (end.type === 'lost') {
      this.#step = null;
      return 'lost';
    }
    this.#noteTransaction();
    if (end.type === 'finished') return null;
    const { position } = end.error;
    return explained && position ? { ...end.error, position: position - explainPrefix.length } : end.error;
  }

  /**
   * Asks in the session itself, so as to see what its transaction sees (psql's \d); no step, nothing of it is in the
   * events but a transaction that it made fail. @throws {PostgresError}
   */
  async ask(sql: string, values: readonly QueryValue[] = []): Promise<(string | null)[][]> {
    try {
      return await this.#connection.rows(sql, values);
    } finally {
      this.#noteTransaction();
    }
  }

  /**
   * The isolation level of the open transaction; null: none is open, or it cannot be asked (a statement in flight, a
   * failed transaction). No other session can see it, so it is asked here: SHOW takes no snapshot, so SET TRANSACTION
   * still works after it. A session whose SQL never spoke of levels has the one of settings.ts and is left alone, so
   * that pg_stat_activity.query stays what the lesson sent.
   */
  async isolation(): Promise<string | null> {
    if (this.#step !== null || this.#transaction !== 'open' || this.#connection.lost) return null;
    if (!this.#spokeOfLevels) return 'read committed';
    try {
      return (await this.#connection.rows('show transaction_isolation'))[0]?.[0] ?? null;
    } catch {
      // The connection went meanwhile; its own event says so.
      return null;
    }
  }

  #end(step: string, error: ServerMessage | null): void {
    this.#step = null;
    if (!error) this.#emit({ type: 'step-finished', step });
    else if (error.sqlstate === queryCanceled && this.#cancelAsked) {
      this.#emit({ type: 'step-cancelled', step, error });
    } else this.#emit({ type: 'step-failed', step, error });
  }

  #noteTransaction(): void {
    const status = this.#connection.transaction;
    if (status === this.#transaction) return;
    this.#transaction = status;
    this.#emit({ type: 'transaction-changed', session: this.name, status });
  }

  async end(): Promise<void> {
    await this.#connection.end();
  }
}
