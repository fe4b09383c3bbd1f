import type { ServerMessage, StatementResult, TransactionStatus } from '../timeline/events.ts';

/** What is known of a server once a connection to it has worked. Holds no secret. */
export type ServerInfo = {
  /** We started it. */
  readonly own: boolean;
  /** Host name, address or socket folder. */
  readonly host: string;
  readonly port: number;
  /** The maintenance database: the one connected to when nothing else is named. */
  readonly database: string;
  readonly user: string;
  /** `18.4` */
  readonly version: string;
  readonly major: number;
};

/** A server to connect to. `close` gives up our interest; our own server stops when its last user has gone. */
export interface Server {
  readonly info: ServerInfo;
  /** @throws {PostgresError} */
  connect(options: { readonly database: string; readonly applicationName: string }): Promise<Connection>;
  close(): Promise<void>;
}

export type RunHandlers = {
  readonly onStatement?: (result: StatementResult) => void;
};

/** How one message to the server ended. */
export type RunEnd =
  | { readonly type: 'finished' }
  | { readonly type: 'failed'; readonly error: ServerMessage }
  | { readonly type: 'lost'; readonly reason: string; readonly sqlstate: string | null };

/** One session. Statements go out on the simple protocol; values stay as PostgreSQL printed them. */
export interface Connection {
  /** Backend pid. */
  readonly pid: number;
  readonly transaction: TransactionStatus;
  /**
   * Sends SQL (one message). `statement` numbers its first statement in results and errors.
   * Never rejects: a lost connection is an end like others.
   */
  run(sql: string, statement: number, handlers: RunHandlers): Promise<RunEnd>;
  /** Rows of a query of our own. @throws {PostgresError} with the server's SQLSTATE */
  rows(
    sql: string,
    values?: readonly (string | number | readonly number[] | readonly string[])[],
  ): Promise<(string | null)[][]>;
  /** Sends a CancelRequest for the running statement, over a connection of its own. */
  cancel(): Promise<void>;
  onNotice(listener: (notice: ServerMessage) => void): void;
  onNotification(listener: (note: { channel: string; payload: string; pid: number }) => void): void;
  /** Called once when the connection ends by other means than `end`. */
  onLost(listener: (loss: { reason: string; sqlstate: string | null }) => void): void;
  end(): Promise<void>;
}
