// A pg-tutor process for the tests of the embedded server: bundled by them, run as other users, killed at bad moments.
// argv[2]: options of startEmbedded as JSON. Says JSON lines; its input's end is the sign to leave.
import pg from 'pg';
import { startEmbedded } from '../../src/postgres/embedded/start.ts';
import { PostgresError } from '../../src/postgres/error.ts';

const say = (what: object): void => console.log(JSON.stringify(what));

try {
  const server = await startEmbedded({
    ...JSON.parse(process.argv[2] ?? '{}'),
    log: (word) => say({ word }),
  });
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    user: server.user,
    database: 'postgres',
  });
  await client.connect();
  const { rows } = await client.query(
    `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as postmaster,
            current_setting('server_version_num')::int / 10000 as major,
            current_setting('dynamic_shared_memory_type') as dsm`,
  );
  say({ ...rows[0], host: server.host, dataDir: server.dataDir });
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('end', resolve));
  await client.end();
  await server.release();
} catch (error) {
  if (!(error instanceof PostgresError)) throw error;
  say({ code: error.code, message: error.message, remedy: error.remedy });
}
