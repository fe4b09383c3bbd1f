import { PostgresError } from './error.ts';
import { dropDatabase, openMaintenance } from './scratch-database.ts';
import { isScratchName, ownerLock, scratchComment } from './scratch-name.ts';
import type { Connection, Server } from './types.ts';

/** Databases that could be ours by their first letters, and that we could drop. */
const candidatesSql = `
select datname, shobj_description(oid, 'pg_database')
from pg_database
where starts_with(datname, 'pg_tutor_') and pg_has_role(datdba, 'USAGE') and not datistemplate
order by datname`;

/** Advisory locks of one 64-bit key have objsubid 1 (manual: view-pg-locks). */
const locksSql = `
select distinct classid::text || ':' || objid::text
from pg_locks
where locktype = 'advisory' and objsubid = 1`;

const busySql = 'select distinct datname from pg_stat_activity where datname is not null';

const firstColumn = async (connection: Connection, sql: string): Promise<ReadonlySet<string>> =>
  new Set((await connection.rows(sql)).map(([value]) => value ?? ''));

/**
 * Drops databases of lessons whose owner is gone, and no other. One is dropped when its name is one that only we make,
 * its comment is ours or missing (the owner died between the two), its owner's lock is held in no database, and nobody
 * is connected to it. The owner takes the lock before it makes the database, so the order of the questions matters:
 * whoever is in the first answer and alive is in the second.
 * @returns the names of those dropped
 * @throws {PostgresError} when the server cannot be asked
 */
export const sweep = async (server: Server): Promise<string[]> => {
  const maintenance = await openMaintenance(server);
  try {
    const candidates = (await maintenance.rows(candidatesSql)).filter(
      ([name, comment]) => isScratchName(name ?? '') && (comment === null || comment === scratchComment),
    );
    if (candidates.length === 0) return [];
    const held = await firstColumn(maintenance, locksSql);
    const busy = await firstColumn(maintenance, busySql);
    const dropped: string[] = [];
    for (const [name = null] of candidates) {
      if (name === null || busy.has(name) || held.has(ownerLock(name).inPgLocks)) continue;
      try {
        await dropDatabase(server, maintenance, name, false);
        dropped.push(name);
      } catch (error) {
        // Somebody has connected to it, or drops it too: next time.
        if (!(error instanceof PostgresError) || maintenance.lost) throw error;
      }
    }
    return dropped;
  } finally {
    await maintenance.end();
  }
};
