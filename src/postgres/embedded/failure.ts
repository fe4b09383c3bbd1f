import { PostgresError } from '../error.ts';

const useAnotherServer =
  'Or use a server you have: set DATABASE_URL, or pass --url postgres://user@host:port/database.';

/** @param remedy what would help, before the advice to use another server; may be empty. */
export const cannotStart = (message: string, remedy = '', cause?: unknown): PostgresError =>
  new PostgresError('cannot-start', message, `${remedy} ${useAnotherServer}`.trim(), { cause });

export const noBinaries = (message: string, remedy = '', cause?: unknown): PostgresError =>
  new PostgresError('no-binaries', message, `${remedy} ${useAnotherServer}`.trim(), { cause });
