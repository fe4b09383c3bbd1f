/** Why PostgreSQL could not be reached or used, by kind; the command line turns it into words and exit code 1. */
export type PostgresErrorCode =
  | 'no-binaries'
  | 'cannot-start'
  | 'cannot-connect'
  | 'too-old'
  | 'in-recovery'
  | 'no-createdb'
  | 'not-confirmed'
  | 'bad-configuration'
  | 'query-failed';

export class PostgresError extends Error {
  override readonly name = 'PostgresError';
  readonly code: PostgresErrorCode;
  /** What the user can do about it. */
  readonly remedy: string;
  readonly sqlstate: string | null;

  constructor(
    code: PostgresErrorCode,
    message: string,
    remedy: string,
    options: { sqlstate?: string | null; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.remedy = remedy;
    this.sqlstate = options.sqlstate ?? null;
  }
}
