import type { Connection } from '../postgres/types.ts';

/** What lessons rely on, whatever the server's, the database's or the role's own defaults are. */
const sessionSettings: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  client_min_messages: 'notice',
  standard_conforming_strings: 'on',
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  search_path: '"$user", public',
};

/** @throws {PostgresError} */
export const applySettings = async (
  connection: Connection,
  more: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const settings = Object.entries({ ...sessionSettings, ...more });
  const calls = settings.map((_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, false)`);
  await connection.rows(`select ${calls.join(', ')}`, settings.flat());
  // Claims about messages are about the English ones; only a superuser may choose them.
  await connection.rows(
    `select set_config('lc_messages', 'C', false) from pg_roles where rolname = current_user and rolsuper`,
  );
};
