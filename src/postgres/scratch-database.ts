import pg from 'pg';
import { PostgresError } from './error.ts';
import { ownerLock, scratchComment, scratchName } from './scratch-name.ts';
import type { Connection, Server } from './types.ts';

const duplicateDatabase = '42P04';

const sqlstateOf = (error: unknown): string | null =>
  error instanceof PostgresError ? error.sqlstate : null;

/** The session that holds the owner's locks. A server may end idle sessions and slow statements of others, not this. */
export const openMaintenance = async (server: Server): Promise<Connection> => {
  const connection = await server.connect({
    database: server.info.database,
    applicationName: 'pg-tutor databases',
  });
  await connection.rows(
    `select set_config(name, '0', false)
     from unnest(array['idle_session_timeout', 'statement_timeout', 'lock_timeout']) as name`,
  );
  return connection;
};

/**
 * The first database of a lesson is the same on every server, whatever its locale: UTF8, text in code point order,
 * nothing in it that somebody has put into template1.
 */
const fromNothing = (major: number): string => {
  const provider =
    major >= 17
      ? ` locale_provider builtin builtin_locale 'C.UTF-8'`
      : major >= 15
        ? ' locale_provider libc'
        : '';
  return `template template0 encoding 'UTF8' locale 'C'${provider}`;
};

/** Gives the owner's lock back: from then on a database of this name counts as a leftover. */
export const releaseName = async (maintenance: Connection, name: string): Promise<void> => {
  await maintenance.rows('select pg_advisory_unlock($1::bigint)', [ownerLock(name).key]);
};

/**
 * Makes a marked database whose owner's lock `maintenance` holds from before it exists.
 * @param options.template the database to copy, to which nobody may be connected; null: an empty one
 * @param options.made gets the name before the database is made: after a lost connection nobody knows whether it was
 * @returns its name
 * @throws {PostgresError}
 */
export const createDatabase = async (
  maintenance: Connection,
  options: {
    readonly lesson: string;
    readonly major: number;
    readonly template: string | null;
    readonly made: Set<string>;
  },
): Promise<string> => {
  const { lesson, major, template, made } = options;
  for (;;) {
    const name = scratchName(lesson);
    const [locked] = await maintenance.rows('select pg_try_advisory_lock($1::bigint)', [ownerLock(name).key]);
    if (locked?.[0] !== 't') continue; // somebody else's name
    const quoted = pg.escapeIdentifier(name);
    const source = template === null ? fromNothing(major) : `template ${pg.escapeIdentifier(template)}`;
    made.add(name);
    try {
      await maintenance.rows(`create database ${quoted} ${source}`);
    } catch (error) {
      if (sqlstateOf(error) === duplicateDatabase) {
        made.delete(name); // not ours
        await releaseName(maintenance, name);
        continue;
      }
      throw error;
    }
    await maintenance.rows(`comment on database ${quoted} is ${pg.escapeLiteral(scratchComment)}`);
    return name;
  }
};

/** Prepared transactions outlive their sessions and keep a database from being dropped; they end from within it only. */
const rollBackPrepared = async (server: Server, maintenance: Connection, name: string): Promise<void> => {
  const prepared = await maintenance.rows('select gid from pg_prepared_xacts where database = $1', [name]);
  if (prepared.length === 0) return;
  const inside = await server.connect({ database: name, applicationName: 'pg-tutor databases' });
  try {
    for (const [gid] of prepared) await inside.rows(`rollback prepared ${pg.escapeLiteral(gid ?? '')}`);
  } finally {
    await inside.end();
  }
};

/**
 * Drops a database; that it is gone already is fine.
 * @param force also when sessions are connected to it; without, PostgreSQL waits 5 s for them to leave
 * @throws {PostgresError} 55006 when it is in use
 */
export const dropDatabase = async (
  server: Server,
  maintenance: Connection,
  name: string,
  force: boolean,
): Promise<void> => {
  await rollBackPrepared(server, maintenance, name);
  await maintenance.rows(
    `drop database if exists ${pg.escapeIdentifier(name)}${force ? ' with (force)' : ''}`,
  );
};
