import pg from 'pg';
import { reasonOf } from '../text/error-words.ts';
import { PostgresError } from './error.ts';
import type { Connection } from './types.ts';

/** The oldest major version the lessons are verified on. */
const oldestMajor = 14;

export type ServerFacts = {
  /** `18.4` */
  readonly version: string;
  readonly major: number;
  /** current_user: with a pooler or SET ROLE not the one that logged in. */
  readonly role: string;
  readonly superuser: boolean;
  readonly createDatabase: boolean;
  readonly inRecovery: boolean;
  /** The backend we talk to is not the one we were told of: there is a pooler between. */
  readonly pooled: boolean;
  /** Of a standby, where its primary is, when it tells us. */
  readonly primary: string | null;
};

const factsSql = `
select current_user,
       rolsuper,
       rolcreatedb or rolsuper,
       pg_is_in_recovery(),
       pg_backend_pid()
from pg_roles
where rolname = current_user`;

const primarySql = 'select sender_host, sender_port from pg_stat_wal_receiver where sender_host is not null';

const isTrue = (text: string | null | undefined): boolean => text === 't';

/** `18.4 (Debian 18.4-1.pgdg12+1)` is 18.4 */
const shortVersion = (text: string): string => text.split(' ')[0] ?? text;

/** @throws {PostgresError} cannot-connect when it does not answer like PostgreSQL */
export const readFacts = async (connection: Connection): Promise<ServerFacts> => {
  try {
    const [about] = await connection.rows(
      `select current_setting('server_version'), current_setting('server_version_num')`,
    );
    const version = shortVersion(about?.[0] ?? '');
    const major = Math.floor(Number(about?.[1]) / 10_000);
    if (!(major > 0)) throw new Error('it has no version');
    if (major < oldestMajor) throw tooOld(version);
    const [row] = await connection.rows(factsSql);
    const inRecovery = isTrue(row?.[3]);
    const [sender] = inRecovery ? await connection.rows(primarySql).catch(() => []) : [];
    return {
      version,
      major,
      role: row?.[0] ?? '',
      superuser: isTrue(row?.[1]),
      createDatabase: isTrue(row?.[2]),
      inRecovery,
      pooled: Number(row?.[4]) !== connection.pid,
      primary: sender ? `${sender[0]}, port ${sender[1]}` : null,
    };
  } catch (error) {
    if (error instanceof PostgresError && error.code === 'too-old') throw error;
    const why = reasonOf(error);
    throw new PostgresError(
      'cannot-connect',
      `The server does not answer as PostgreSQL does: ${why}.`,
      'Lessons need PostgreSQL itself; without an address pg-tutor starts one of its own.',
      { cause: error },
    );
  }
};

const tooOld = (version: string): PostgresError =>
  new PostgresError(
    'too-old',
    `The server is PostgreSQL ${version}; the lessons need ${oldestMajor} or later.`,
    'Name a newer server, or none: pg-tutor then starts one of its own.',
  );

/**
 * Whether lessons can be played on this server by this role.
 * @throws {PostgresError} in-recovery, no-createdb, cannot-connect (a pooler)
 */
export const requireUsable = (facts: ServerFacts): void => {
  if (facts.pooled) {
    throw new PostgresError(
      'cannot-connect',
      'Between us and the server there is a connection pool.',
      'Name the address of PostgreSQL itself: lessons need sessions of their own.',
    );
  }
  if (facts.inRecovery) {
    throw new PostgresError(
      'in-recovery',
      'The server is a standby (in recovery): it is read-only.',
      facts.primary
        ? `Use its primary: ${facts.primary}.`
        : 'Use its primary, or promote it: SELECT pg_promote();',
    );
  }
  if (!facts.createDatabase) {
    throw new PostgresError(
      'no-createdb',
      `Role ${facts.role} may not create databases, and each lesson is played in one of its own.`,
      `As a superuser: ALTER ROLE ${pg.escapeIdentifier(facts.role)} CREATEDB;`,
    );
  }
};
