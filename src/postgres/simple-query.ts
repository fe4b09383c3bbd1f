import type { Submittable, Connection as WireConnection } from 'pg';
import type { Cell, Column, ServerMessage } from '../timeline/events.ts';
import type { RunHandlers } from './types.ts';

/** What is kept of one result in memory; the rest is counted and dropped as it arrives. */
export const resultLimits = { rows: 1_000, bytes: 4_000_000 } as const;

type Field = { readonly name: string; readonly dataTypeID: number };

/** Fields of ErrorResponse and NoticeResponse as pg-protocol names them (manual: protocol-error-fields). */
export type WireMessage = {
  readonly severity?: string | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly position?: string | undefined;
  readonly where?: string | undefined;
  readonly internalPosition?: string | undefined;
  readonly internalQuery?: string | undefined;
};

export const serverMessage = (wire: WireMessage, statement: number): ServerMessage => ({
  severity: wire.severity ?? 'ERROR',
  sqlstate: wire.code ?? 'XX000',
  message: wire.message ?? '',
  ...(wire.detail === undefined ? {} : { detail: wire.detail }),
  ...(wire.hint === undefined ? {} : { hint: wire.hint }),
  ...(wire.position === undefined ? {} : { position: Number(wire.position) }),
  ...(wire.where === undefined ? {} : { where: wire.where }),
  ...(wire.internalPosition === undefined ? {} : { internalPosition: Number(wire.internalPosition) }),
  ...(wire.internalQuery === undefined ? {} : { internalQuery: wire.internalQuery }),
  statement,
});

/** The last number of a command tag: `INSERT 0 5` is 5, `BEGIN` is 0. */
const countOf = (tag: string): number => Number(/\d+$/.exec(tag)?.[0] ?? 0);

/**
 * One Query message whose results are handed out as each statement completes, so that those before an error are
 * not lost (the driver's own promise drops them). Text format, no type parsing.
 */
export class SimpleQuery implements Submittable {
  /** Statements completed so far, plus the number of the first. */
  statement: number;
  readonly #sql: string;
  readonly #handlers: RunHandlers;
  readonly #onEnd: (error: WireMessage | null) => void;
  /** Null: the statement is not known to return rows. */
  #columns: Column[] | null = null;
  #rows: Cell[][] = [];
  #seen = 0;
  #bytes = 0;

  constructor(
    sql: string,
    statement: number,
    handlers: RunHandlers,
    /** null: the server is ready again; else it failed, and is not ready yet. */
    onEnd: (error: WireMessage | null) => void,
  ) {
    this.#sql = sql;
    this.statement = statement;
    this.#handlers = handlers;
    this.#onEnd = onEnd;
  }

  submit(connection: WireConnection): void {
    connection.query(this.#sql);
  }

  handleRowDescription(message: { fields: Field[] }): void {
    this.#columns = message.fields.map((field) => ({ name: field.name, typeOid: field.dataTypeID }));
  }

  handleDataRow(message: { fields: Cell[] }): void {
    this.#keep(message.fields);
  }

  /** COPY … TO STDOUT: a line a message, shown as psql shows it, without header. */
  handleCopyData(message: { chunk: Buffer }): void {
    this.#keep([message.chunk.toString('utf8').replace(/\n$/, '')]);
  }

  handleCopyInResponse(connection: WireConnection & { sendCopyFail(reason: string): void }): void {
    connection.sendCopyFail('no data: put the rows below the COPY statement, and a line \\. at their end');
  }

  handleCommandComplete(message: { text: string }): void {
    const columns = this.#columns ?? (this.#seen > 0 ? [{ name: 'copy', typeOid: 25 }] : []);
    this.#finish(message.text, columns, countOf(message.text));
  }

  handleEmptyQuery(): void {
    this.#finish('', [], 0);
  }

  handlePortalSuspended(): void {}

  handleReadyForQuery(): void {
    this.#onEnd(null);
  }

  handleError(error: WireMessage): void {
    this.#onEnd(error);
  }

  #keep(row: Cell[]): void {
    this.#seen++;
    const full = this.#rows.length >= resultLimits.rows || this.#bytes >= resultLimits.bytes;
    if (full && !this.#handlers.wholeResults) return;
    for (const cell of row) this.#bytes += cell?.length ?? 0;
    this.#rows.push(row);
  }

  #finish(tag: string, columns: Column[], count: number): void {
    const rowCount = columns.length > 0 ? this.#seen : count;
    this.#handlers.onResult({ statement: this.statement, tag, columns, rows: this.#rows, rowCount });
    this.statement++;
    this.#columns = null;
    this.#rows = [];
    this.#seen = 0;
    this.#bytes = 0;
  }
}
