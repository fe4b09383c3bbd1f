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

export type ConnectOptions = {
  readonly database: string;
  readonly applicationName: string;
  /** Run-time parameters for the session, over those of the server, the role and the URL. */
  readonly settings?: Readonly<Record<string, string>>;
};

/** A server to connect to. `close` gives up our interest; our own server stops when its last user has gone. */
export interface Server {
  readonly info: ServerInfo;
  /** @throws {PostgresError} */
  connect(options: ConnectOptions): Promise<Connection>;
  /**
   * Resolves when the server answers again after a crash: starts our own anew when its postmaster is gone, waits
   * out recovery. @throws {PostgresError} when it does not come back
   */
  revive(): Promise<void>;
  close(): Promise<void>;
}

export type RunHandlers = {
  readonly onResult: (result: StatementResult) => void;
  /** Keep every row: by default a result is cut at `resultLimits`. */
  readonly wholeResults?: boolean;
};

/** How one message to the server ended. */
export type RunEnd =
  | { readonly type: 'finished' }
  | { readonly type: 'failed'; readonly error: ServerMessage }
  | { readonly type: 'lost' };

export type Loss = { readonly reason: string; readonly sqlstate: string | null };

/** Values for `$1`…; arrays become PostgreSQL arrays. */
export type QueryValue = string | number | boolean | null | readonly number[] | readonly string[];

/** One session. Statements go out on the simple protocol; values stay as PostgreSQL printed them. */
export interface Connection {
  /** Backend pid. */
  readonly pid: number;
  /** As the last ReadyForQuery said. */
  readonly transaction: TransactionStatus;
  /** Why the connection is gone; null while it is there. */
  readonly lost: Loss | null;
  /**
   * Sends SQL as one message. `statement` is the number its first statement gets in results and errors.
   * `copyData`: what a COPY … FROM STDIN in it reads. One run at a time. Never rejects: an error of the server
   * and a lost connection are ends like others.
   */
  run(sql: string, statement: number, handlers: RunHandlers, copyData?: string | null): Promise<RunEnd>;
  /**
   * Rows of a query of our own, as text. `prepared`: a name under which the server is to keep it for the next time.
   * @throws {PostgresError} `query-failed` with the server's SQLSTATE
   */
  rows(sql: string, values?: readonly QueryValue[], prepared?: string): Promise<(string | null)[][]>;
  /** Every notice that does not come during a run is numbered as its last statement. */
  onNotice(listener: (notice: ServerMessage) => void): void;
  onNotification(listener: (note: { channel: string; payload: string; pid: number }) => void): void;
  /** Called once when the connection ends by other means than `end`. */
  onLost(listener: (loss: Loss) => void): void;
  end(): Promise<void>;
}
