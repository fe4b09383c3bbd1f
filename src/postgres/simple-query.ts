import type { Submittable, Connection as WireConnection } from 'pg';
import type { Cell, Column, ServerMessage, StatementResult } from '../timeline/events.ts';

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
};

export const serverMessage = (wire: WireMessage, statement: number): ServerMessage => ({
  severity: wire.severity ?? 'ERROR',
  sqlstate: wire.code ?? 'XX000',
  message: wire.message ?? '',
  ...(wire.detail === undefined ? {} : { detail: wire.detail }),
  ...(wire.hint === undefined ? {} : { hint: wire.hint }),
  ...(wire.position === undefined ? {} : { position: Number(wire.position) }),
  ...(wire.where === undefined ? {} : { where: wire.where }),
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
  readonly #onResult: (result: StatementResult) => void;
  readonly #onEnd: (error: WireMessage | null) => void;
  #columns: Column[] = [];
  #rows: Cell[][] = [];
  #seen = 0;
  #bytes = 0;

  constructor(
    sql: string,
    statement: number,
    onResult: (result: StatementResult) => void,
    /** null: the server is ready again; else it failed, and is not ready yet. */
    onEnd: (error: WireMessage | null) => void,
  ) {
    this.#sql = sql;
    this.statement = statement;
    this.#onResult = onResult;
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
    const columns =
      this.#columns.length > 0 || this.#seen === 0 ? this.#columns : [{ name: 'copy', typeOid: 25 }];
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
    if (this.#rows.length >= resultLimits.rows || this.#bytes >= resultLimits.bytes) return;
    for (const cell of row) this.#bytes += cell?.length ?? 0;
    this.#rows.push(row);
  }

  #finish(tag: string, columns: Column[], count: number): void {
    const rowCount = columns.length > 0 ? this.#seen : count;
    this.#onResult({ statement: this.statement, tag, columns, rows: this.#rows, rowCount });
    this.statement++;
    this.#columns = [];
    this.#rows = [];
    this.#seen = 0;
    this.#bytes = 0;
  }
}
