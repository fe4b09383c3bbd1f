import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { reasonOf } from '../text/error-words.ts';
import type { ServerMessage, TransactionStatus } from '../timeline/events.ts';
import { isSqlstate } from './connect-error.ts';
import { PostgresError } from './error.ts';
import { SimpleQuery, serverMessage, type WireMessage } from './simple-query.ts';
import type { Connection, Loss, QueryValue, RunEnd, RunHandlers } from './types.ts';

/** Values stay as the server printed them. */
const rawText: pg.CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

const statuses: Readonly<Record<string, TransactionStatus>> = { I: 'idle', T: 'open', E: 'failed' };

const lossOf = (error: Error & WireMessage): Loss => ({
  reason: error.message,
  sqlstate: error.code ?? null,
});

const closed = 'the server closed the connection';
/** Errors without a word of the server: of the socket, by code, and the driver's own when there was none. */
const hungUp = ({ code, message }: Error & WireMessage): boolean =>
  code === 'EPIPE' || code === 'ECONNRESET' || message === 'Connection terminated unexpectedly';

class PgConnection implements Connection {
  readonly #client: pg.Client;
  readonly #pid: number;
  #lost: Loss | null = null;
  #ending = false;
  /** FATAL of a terminated backend; it comes just before the connection closes. */
  #fatal: Loss | null = null;
  /** What was asked for last, while it is under way. */
  #turn: Promise<void> | null = null;
  #running: SimpleQuery | null = null;
  #statement = 1;
  #onRunLost: (() => void) | null = null;
  readonly #noticeListeners: ((notice: ServerMessage) => void)[] = [];
  readonly #notificationListeners: ((note: { channel: string; payload: string; pid: number }) => void)[] = [];
  readonly #lostListeners: ((loss: Loss) => void)[] = [];

  constructor(client: pg.Client, pid: number) {
    this.#client = client;
    this.#pid = pid;
    client.on('notice', (notice) => {
      const message = serverMessage(notice, this.#running?.statement ?? this.#statement);
      for (const listener of this.#noticeListeners) listener(message);
    });
    client.on('notification', (note) => {
      const { channel, payload, processId } = note;
      for (const listener of this.#notificationListeners)
        listener({ channel, payload: payload ?? '', pid: processId });
    });
    client.on('error', (error: Error & WireMessage) => {
      if (isSqlstate(error.code)) this.#fatal = lossOf(error);
      else this.#lose({ reason: hungUp(error) ? closed : error.message, sqlstate: null });
    });
    client.on('end', () => this.#lose({ reason: closed, sqlstate: null }));
  }

  get pid(): number {
    return this.#pid;
  }

  get transaction(): TransactionStatus {
    return statuses[this.#client.getTransactionStatus() ?? 'I'] ?? 'idle';
  }

  get lost(): Loss | null {
    return this.#lost;
  }

  #lose(loss: Loss): void {
    if (this.#lost || this.#ending) return;
    this.#lost = this.#fatal ?? loss;
    this.#onRunLost?.();
    for (const listener of this.#lostListeners) listener(this.#lost);
  }

  /** One query after another: the driver's own queue is on its way out. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn ? this.#turn.then(work) : work();
    const ended = () => {
      if (this.#turn === done) this.#turn = null;
    };
    const done: Promise<void> = mine.then(ended, ended);
    this.#turn = done;
    return mine;
  }

  run(
    sql: string,
    statement: number,
    handlers: RunHandlers,
    copyData: string | null = null,
  ): Promise<RunEnd> {
    return this.#inTurn(() => this.#run(sql, statement, handlers, copyData));
  }

  #run(sql: string, statement: number, handlers: RunHandlers, copyData: string | null): Promise<RunEnd> {
    if (this.#lost || this.#ending) return Promise.resolve({ type: 'lost' });
    return new Promise((resolve) => {
      const end = (outcome: RunEnd) => {
        this.#statement = this.#running?.statement ?? statement;
        this.#running = null;
        this.#onRunLost = null;
        this.#client.removeListener('drain', settle);
        resolve(outcome);
      };
      let failure: ServerMessage | null = null;
      // After an error the driver forgets the query; `drain` is its word for ReadyForQuery then.
      const settle = () => end(failure ? { type: 'failed', error: failure } : { type: 'finished' });
      const fail = (error: WireMessage) => {
        if (!isSqlstate(error.code)) return; // a broken socket: `lost` follows
        if (error.severity === 'FATAL' || error.severity === 'PANIC') {
          this.#fatal = { reason: error.message ?? '', sqlstate: error.code };
          return;
        }
        failure = serverMessage(error, this.#running?.statement ?? statement);
        this.#client.once('drain', settle);
      };
      this.#onRunLost = () => end({ type: 'lost' });

      if (copyData !== null) {
        const stream = copyFrom(sql);
        stream.once('error', fail);
        stream.once('finish', () => {
          handlers.onResult({
            statement,
            tag: `COPY ${stream.rowCount}`,
            columns: [],
            rows: [],
            rowCount: stream.rowCount,
          });
          end({ type: 'finished' });
        });
        this.#client.query(stream);
        stream.end(copyData);
        return;
      }
      const query = new SimpleQuery(sql, statement, handlers, (error) => (error ? fail(error) : settle()));
      this.#running = query;
      this.#client.query(query);
    });
  }

  async rows(
    sql: string,
    values: readonly QueryValue[] = [],
    prepared?: string,
  ): Promise<(string | null)[][]> {
    try {
      const config = {
        text: sql,
        values: [...values],
        rowMode: 'array' as const,
        types: rawText,
        ...(prepared === undefined ? {} : { name: `pg_tutor_${prepared}` }),
      };
      return (await this.#inTurn(() => this.#client.query<(string | null)[]>(config))).rows;
    } catch (error) {
      const code = error instanceof pg.DatabaseError ? (error.code ?? null) : null;
      // Of a connection that is gone the driver only says that it cannot be asked.
      const loss = code === null ? (this.#lost ?? this.#fatal) : null;
      throw new PostgresError('query-failed', loss?.reason ?? reasonOf(error), 'See the server log.', {
        sqlstate: code,
        cause: error,
      });
    }
  }

  onNotice(listener: (notice: ServerMessage) => void): void {
    this.#noticeListeners.push(listener);
  }

  onNotification(listener: (note: { channel: string; payload: string; pid: number }) => void): void {
    this.#notificationListeners.push(listener);
  }

  onLost(listener: (loss: Loss) => void): void {
    this.#lostListeners.push(listener);
    if (this.#lost) listener(this.#lost);
  }

  async end(): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    this.#onRunLost?.();
    if (!this.#lost) await this.#client.end().catch(() => {});
  }
}

/**
 * Opens one session. Rejects with the driver's own error (an `Error` with `code`: ECONNREFUSED…, or a SQLSTATE);
 * server.ts puts it into words.
 */
export const openConnection = async (config: pg.ClientConfig): Promise<Connection> => {
  const client = new pg.Client({ ...config, types: rawText });
  // Without a listener an error between here and the constructor below would end the process.
  const ignore = () => {};
  client.on('error', ignore);
  await client.connect();
  const { processID } = client as pg.Client & { processID?: unknown };
  const connection = new PgConnection(client, Number(processID));
  client.removeListener('error', ignore);
  return connection;
};
