import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbedded } from '../../src/postgres/embedded/start.ts';
import { allGone, isRoot, openBench, ordinaryUid } from '../support/embedded-cases.ts';

let bench: Awaited<ReturnType<typeof openBench>>;
/** A state folder whose data directory is ready. Its server has stopped. */
let ready: string;

const ask = async (server: { host: string; port: number; user: string }, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    user: server.user,
    database: 'postgres',
  });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

beforeAll(async () => {
  bench = await openBench();
  ready = bench.newState('ready');
  const words: string[] = [];
  const server = await startEmbedded({ stateDir: ready, log: (word) => words.push(word) });
  expect(words).toEqual(['Preparing PostgreSQL 18 for its first start …']);
  await server.release();
  await allGone(ready);
});

afterAll(() => bench.close());

describe('a server of our own', () => {
  it('has what the lessons need', async () => {
    const stateDir = ready;
    const words: string[] = [];
    const server = await startEmbedded({ stateDir, log: (word) => words.push(word) });
    expect(words).toEqual([]);
    const [row] = await ask(
      server,
      `select pg_encoding_to_char(encoding) as encoding, datlocprovider::text as provider,
              current_setting('server_version_num')::int / 10000 as major,
              current_setting('wal_level') as wal, current_setting('fsync') as fsync,
              current_setting('TimeZone') as zone, current_setting('lc_messages') as messages,
              current_setting('shared_preload_libraries') as preload,
              current_setting('max_prepared_transactions')::int as prepared,
              current_setting('track_io_timing') as timing, current_setting('listen_addresses') as tcp,
              inet_server_addr() is null as local, upper('ä') as upper
         from pg_database where datname = 'postgres'`,
    );
    expect(row).toEqual({
      encoding: 'UTF8',
      provider: 'b',
      major: 18,
      wal: 'logical',
      fsync: 'on',
      zone: 'UTC',
      messages: 'C',
      preload: 'pg_stat_statements,auto_explain',
      prepared: 10,
      timing: 'on',
      tcp: '',
      local: true,
      upper: 'Ä',
    });
    expect(server).toMatchObject({ user: 'postgres', major: 18, dataDir: path.join(stateDir, '18', 'data') });
    await server.release();
    await server.release();
    await allGone(stateDir);
  });

  it('writes no statement, thus no password, to its log', async () => {
    const stateDir = ready;
    const server = await startEmbedded({ stateDir });
    await expect(ask(server, `alter role nobody_such password 'hush-hush'`)).rejects.toThrow(
      'does not exist',
    );
    await server.release();
    await allGone(stateDir);
    const log = readFileSync(server.logFile, 'utf8');
    expect(log).toContain('nobody_such');
    expect(log).not.toContain('hush-hush');
  });

  it('begins a new log file when the old one has grown', async () => {
    const stateDir = ready;
    const file = path.join(stateDir, '18', 'server.log');
    writeFileSync(file, `${'x'.repeat(1_000_001)}\n`);
    const server = await startEmbedded({ stateDir });
    await server.release();
    expect(readFileSync(file, 'utf8')).toMatch(/^\d{4}-.* starting PostgreSQL/);
    expect(readFileSync(`${file}.1`, 'utf8')).toMatch(/^xxx/);
    await allGone(stateDir);
  });

  it.skipIf(!isRoot)('runs for an ordinary user as that user (skipped when not run by root)', async () => {
    const stateDir = path.join(bench.folderOf(ordinaryUid, 'ordinary'), 'state');
    const user = bench.start({ stateDir, uid: ordinaryUid, packageDir: bench.openPackage() });
    const { postmaster, host } = await user.started;
    expect(statSync(`/proc/${postmaster}`).uid).toBe(ordinaryUid);
    expect(statSync(host).mode & 0o777).toBe(0o700);
    await user.leave();
    await allGone(stateDir);
  });
});

describe('several processes', () => {
  it.each([2, 5])(
    '%i that start in the same moment share one server; the last one out stops it',
    async (count) => {
      const stateDir = bench.newState(`share-${count}`);
      const users = Array.from({ length: count }, () => bench.start({ stateDir }));
      const started = await Promise.all(users.map((user) => user.started));
      expect(new Set(started.map(({ postmaster }) => postmaster)).size).toBe(1);
      const [first, ...others] = users;
      for (const user of others) await user.leave();
      const late = bench.start({ stateDir });
      expect((await late.started).postmaster).toBe(started[0]?.postmaster);
      await first?.leave();
      await late.leave();
      await allGone(stateDir);
    },
  );

  it('come and go without ever losing the server under somebody', async () => {
    const stateDir = ready;
    // Each starts just when the one before leaves, so that joins meet the keeper's farewell.
    let before = bench.start({ stateDir });
    await before.started;
    for (let turn = 0; turn < 8; turn++) {
      const next = bench.start({ stateDir });
      await new Promise((resolve) => setTimeout(resolve, 40 + turn * 8));
      await before.leave();
      await next.started;
      before = next;
    }
    await before.leave();
    await allGone(stateDir);
  });

  it('in one process count as two uses', async () => {
    const stateDir = ready;
    const [one, two] = await Promise.all([startEmbedded({ stateDir }), startEmbedded({ stateDir })]);
    expect(one.host).toBe(two.host);
    await one.release();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await ask(two, 'select 1 as one')).toEqual([{ one: 1 }]);
    await two.release();
    await allGone(stateDir);
  });
});
