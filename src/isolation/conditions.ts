import type { Server } from '../postgres/types.ts';

/**
 * The run-time parameters of a session as pg_isolation_regress has them (src/test/regress/pg_regress.c,
 * initialize_environment and create_database). Two of them only a superuser may set; others do without.
 * @throws {PostgresError}
 */
export const regressSettings = async (server: Server, database: string): Promise<Record<string, string>> => {
  const connection = await server.connect({ database, applicationName: 'pg-tutor' });
  try {
    const [row] = await connection.rows(
      `select rolsuper, exists (select from pg_settings where name = 'compute_query_id' and 'regress' = any (enumvals))
       from pg_roles where rolname = current_user`,
    );
    const [superuser, hidesQueryIds] = row ?? [];
    return {
      datestyle: 'Postgres, MDY',
      timezone: 'America/Los_Angeles',
      intervalstyle: 'postgres_verbose',
      bytea_output: 'hex',
      timezone_abbreviations: 'Default',
      ...(superuser === 't' ? { lc_messages: 'C' } : {}),
      ...(superuser === 't' && hidesQueryIds === 't' ? { compute_query_id: 'regress' } : {}),
    };
  } finally {
    await connection.end();
  }
};

/** PG_TEST_TIMEOUT_DEFAULT is half the time a step may take, in seconds; 180 when it is not set. @returns ms */
export const maxStepWait = (env: NodeJS.ProcessEnv): number => {
  const set = env.PG_TEST_TIMEOUT_DEFAULT;
  return 2_000 * (set === undefined ? 180 : Number.parseInt(set, 10) || 0);
};
