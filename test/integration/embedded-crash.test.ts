import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverAccount } from '../../src/postgres/embedded/account.ts';
import { bringUp } from '../../src/postgres/embedded/bring-up.ts';
import { spawnKeeper } from '../../src/postgres/embedded/keeper.ts';
import { findBinaries, ownMajor } from '../../src/postgres/embedded/majors.ts';
import { makePlace } from '../../src/postgres/embedded/place.ts';
import { findRunning } from '../../src/postgres/embedded/postmaster.ts';
import { nameSocketFolder } from '../../src/postgres/embedded/socket-folder.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/postgres/embedded/start.ts';
import { allGone, openBench, until } from '../support/embedded-cases.ts';

let bench: Awaited<ReturnType<typeof openBench>>;
let ready: string;

beforeAll(async () => {
  bench = await openBench();
  ready = bench.newState('ready');
  const server = await startEmbedded({ stateDir: ready });
  await server.release();
  await allGone(ready);
});

afterAll(() => bench.close());

const connect = async (server: EmbeddedServer): Promise<pg.Client> => {
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    user: server.user,
    database: 'postgres',
  });
  client.on('error', () => {});
  await client.connect();
  return client;
};

const works = async (server: EmbeddedServer): Promise<void> => {
  const client = await connect(server);
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await client.end();
};

const postmasterOf = (server: EmbeddedServer): number =>
  Number.parseInt(readFileSync(path.join(server.dataDir, 'postmaster.pid'), 'utf8'), 10);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** After whatever happened: a start works, and leaves nothing. */
const startsAgain = async (stateDir: string): Promise<string[]> => {
  const words: string[] = [];
  const server = await startEmbedded({ stateDir, log: (word) => words.push(word) });
  await works(server);
  await server.release();
  await allGone(stateDir);
  return words;
};

describe('kill -9 of all users', () => {
  it('stops the server and leaves nothing', async () => {
    const stateDir = ready;
    const users = [1, 2, 3].map(() => bench.start({ stateDir }));
    await Promise.all(users.map((user) => user.started));
    await Promise.all(users.map((user) => user.kill()));
    await allGone(stateDir);
    expect(await startsAgain(stateDir)).toEqual([]);
  });

  it('in the middle of initdb', async () => {
    const stateDir = bench.newState('initdb');
    for (const ms of [0, 60, 250, 500]) {
      const user = bench.start({ stateDir });
      await user.firstWord;
      await pause(ms);
      await user.kill();
      await allGone(stateDir);
    }
    await startsAgain(stateDir);
  });

  it('at any moment of a start', async () => {
    const stateDir = ready;
    for (let ms = 40; ms < 180; ms += 10) {
      const user = bench.start({ stateDir });
      await pause(ms);
      await user.kill();
      await allGone(stateDir);
    }
    expect(await startsAgain(stateDir)).toEqual([]);
  });

  it('and the next start in the same moment does not fall into the farewell of the old', async () => {
    const stateDir = ready;
    for (const ms of [60, 90, 120, 200]) {
      const user = bench.start({ stateDir });
      await pause(ms);
      user.kill();
      const server = await startEmbedded({ stateDir });
      await works(server);
      await server.release();
    }
    await allGone(stateDir);
  });

  it('whose server writes its pid file only after the next start has looked for one', async () => {
    const user = bench.start({ stateDir: ready });
    const { postmaster } = await user.started;
    const account = serverAccount();
    const place = makePlace(ready, ownMajor, account);
    const native = findBinaries(ownMajor);
    const { env } = process;
    const folder = nameSocketFolder(place, account, env);
    const interest = await spawnKeeper(folder, { place, account, env });
    await bringUp({ place, account, major: ownMajor, native, env, say: () => {} }, interest);
    expect(findRunning(place.data)).toMatchObject({ folder });
    expect(findRunning(place.data)?.pid).not.toBe(postmaster);
    interest.close();
    await user.kill();
    await allGone(ready);
  });
});

describe('leftovers', () => {
  it('of a postmaster.pid that names a live process of something else are no obstacle', async () => {
    const stateDir = ready;
    const other = spawn('sleep', ['30'], {
      uid: process.getuid?.() === 0 ? 65_534 : undefined,
      stdio: 'ignore',
    });
    try {
      writeFileSync(
        path.join(stateDir, '18', 'data', 'postmaster.pid'),
        `${other.pid}\n${path.join(stateDir, '18', 'data')}\n1\n5432\n/tmp\n\n0 0\nready   \n`,
      );
      expect(await startsAgain(stateDir)).toEqual([]);
      expect(other.exitCode).toBeNull();
    } finally {
      other.kill();
    }
  });

  it.each(['', 'garbage', '-1\n', '99999999\n'])(
    'of a postmaster.pid with %j in it are no obstacle',
    async (text) => {
      const stateDir = ready;
      writeFileSync(path.join(stateDir, '18', 'data', 'postmaster.pid'), text);
      expect(await startsAgain(stateDir)).toEqual([]);
    },
  );

  it('of a lock whose holder is dead, or whose breaker died too, are no obstacle', async () => {
    const stateDir = ready;
    const lock = path.join(stateDir, '18', 'start.lock');
    symlinkSync('99999999:1', lock);
    expect(await startsAgain(stateDir)).toEqual([]);
    // This process's pid with another birth: the pid has been reused.
    symlinkSync(`${process.pid}:1`, lock);
    symlinkSync('99999999:1', `${lock}.break`);
    expect(await startsAgain(stateDir)).toEqual([]);
  });

  it('are removed: half-made data directories and socket folders', async () => {
    const stateDir = bench.newState('half');
    mkdirSync(path.join(stateDir, '18', 'data.new.99999999', 'base'), { recursive: true });
    await startsAgain(stateDir);
    expect(readdirSync(path.join(stateDir, '18')).filter((name) => name.startsWith('data'))).toEqual([
      'data',
    ]);
  });
});

describe('a damaged data directory', () => {
  const ways: [string, (data: string) => void][] = [
    ['pg_control cut off', (data) => truncateSync(path.join(data, 'global', 'pg_control'), 100)],
    [
      'pg_control overwritten',
      (data) => writeFileSync(path.join(data, 'global', 'pg_control'), Buffer.alloc(8192, 7)),
    ],
    ['no WAL', (data) => rmSync(path.join(data, 'pg_wal'), { recursive: true })],
    ['no postgresql.conf', (data) => rmSync(path.join(data, 'postgresql.conf'))],
  ];

  it.each(ways)('is put aside with a word and made anew: %s', async (_way, damage) => {
    const stateDir = ready;
    const place = path.join(stateDir, '18');
    mkdirSync(path.join(place, 'data.damaged.2001-01-01'));
    writeFileSync(path.join(place, 'data', 'mine'), 'a learner was here');
    damage(path.join(place, 'data'));
    const [word = '', ...more] = await startsAgain(stateDir);
    expect(more).toEqual([]);
    const kept = readdirSync(place).filter((entry) => entry.startsWith('data.damaged'));
    expect(kept).toHaveLength(1);
    const aside = path.join(place, kept[0] ?? '');
    expect(word).toContain('damaged');
    expect(word).toContain(aside);
    expect(readFileSync(path.join(aside, 'mine'), 'utf8')).toBe('a learner was here');
  });
});

describe('settings of ALTER SYSTEM', () => {
  it('that no server can start with are put aside with a word; others stay', async () => {
    const server = await startEmbedded({ stateDir: ready });
    const client = await connect(server);
    await client.query(`alter system set work_mem = '7MB'`);
    await client.end();
    await server.release();
    await allGone(ready);
    expect(await startsAgain(ready)).toEqual([]);
    const file = path.join(server.dataDir, 'postgresql.auto.conf');
    expect(readFileSync(file, 'utf8')).toContain('7MB');
    writeFileSync(file, "huge_pages = 'on'\nmin_dynamic_shared_memory = '1TB'\n");
    expect(await startsAgain(ready)).toEqual([expect.stringContaining(`${file}.refused`)]);
    expect(readFileSync(`${file}.refused`, 'utf8')).toContain('huge_pages');
    expect(await startsAgain(ready)).toEqual([]);
  });
});

describe('a crash of the postmaster', () => {
  const crash = async (server: EmbeddedServer): Promise<void> => {
    const client = await connect(server);
    const lost = new Promise((resolve) => client.once('end', resolve));
    process.kill(postmasterOf(server), 'SIGKILL');
    await lost;
  };

  it('is mended by restart, also twice, and for every user', async () => {
    const stateDir = ready;
    const one = await startEmbedded({ stateDir });
    const two = await startEmbedded({ stateDir });
    for (let turn = 0; turn < 2; turn++) {
      await crash(one);
      await Promise.all([one.restart(), two.restart()]);
      await works(one);
      await works(two);
      expect(one.host).toBe(two.host);
    }
    await one.release();
    await pause(100);
    await works(two);
    await two.release();
    await allGone(stateDir);
  });

  it('does not keep a newcomer from starting; those from before join it', async () => {
    const stateDir = ready;
    const before = await startEmbedded({ stateDir });
    await crash(before);
    const newcomer = await startEmbedded({ stateDir });
    await works(newcomer);
    await before.restart();
    await newcomer.release();
    await pause(100);
    await works(before);
    await before.release();
    await allGone(stateDir);
  });

  it('leaves nothing when nobody restarts it', async () => {
    const stateDir = ready;
    const server = await startEmbedded({ stateDir });
    await crash(server);
    await server.release();
    await allGone(stateDir);
  });

  it('restart of a server that lives changes nothing', async () => {
    const stateDir = ready;
    const server = await startEmbedded({ stateDir });
    const pid = postmasterOf(server);
    await server.restart();
    expect(postmasterOf(server)).toBe(pid);
    await server.release();
    await allGone(stateDir);
  });
});

describe('when the keeper was killed', () => {
  const keeperOf = (server: EmbeddedServer): number =>
    Number(
      readdirSync('/proc').find((name) => {
        try {
          const line = readFileSync(`/proc/${Number(name)}/cmdline`, 'utf8');
          return line.includes('pg-tutor-keeper') && line.includes(server.host);
        } catch {
          return false;
        }
      }),
    );

  it.skipIf(!existsSync('/proc/self'))('the next to join brings a new one', async () => {
    const stateDir = ready;
    const first = await startEmbedded({ stateDir });
    const keeper = keeperOf(first);
    process.kill(keeper, 'SIGKILL');
    await until('keeper dead', 1000, () => keeperOf(first) !== keeper);
    const second = await startEmbedded({ stateDir });
    expect(second.host).toBe(first.host);
    await works(second);
    await first.release();
    await second.release();
    await allGone(stateDir);
  });

  it('and the socket folder is gone, the server is replaced', async () => {
    const stateDir = ready;
    const first = await startEmbedded({ stateDir });
    rmSync(first.host, { recursive: true });
    const second = await startEmbedded({ stateDir });
    await works(second);
    await first.release();
    await second.release();
    await allGone(stateDir);
  });

  it('a state folder that disappears does not keep the server alive', async () => {
    const stateDir = bench.newState('vanished', ready);
    const server = await startEmbedded({ stateDir });
    rmSync(stateDir, { recursive: true, maxRetries: 5 });
    await server.release();
    await allGone(stateDir);
  });
});
