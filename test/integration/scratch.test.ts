import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PostgresError } from '../../src/postgres/error.ts';
import { createScratch, type Scratch, type ScratchOptions } from '../../src/postgres/scratch.ts';
import { scratchName } from '../../src/postgres/scratch-name.ts';
import { openServer } from '../../src/postgres/server.ts';
import { sweep } from '../../src/postgres/sweep.ts';
import { resolveTarget } from '../../src/postgres/target.ts';
import type { Connection, Server } from '../../src/postgres/types.ts';
import { openFolder } from '../support/embedded.ts';

/** A server of its own: others sweep the shared one. */
const stateDir = openFolder('scratch');
const comment = 'Scratch database of pg-tutor; safe to drop.';
let server: Server;
let control: Connection;
const opened: Scratch[] = [];

const rows = async (sql: string, values: readonly string[] = []) =>
  (await control.rows(sql, values)).map(([one]) => one);

const databases = () => rows(`select datname from pg_database where datname like 'pg\\_tutor%' order by 1`);

/** Asks until the answer is as wanted. */
const eventually = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + 20_000; !(await holds()); ) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
  }
};

const table: ScratchOptions['prepare'] = async (connection) => {
  await connection.rows('create table account (id int primary key, balance int)');
  await connection.rows('insert into account select id, 100 from generate_series(1, 500) as id');
};

const open = async (options: Partial<ScratchOptions> = {}): Promise<Scratch> => {
  const scratch = await createScratch(server, {
    lesson: 'transactions/lost-update',
    prepare: table,
    ...options,
  });
  opened.push(scratch);
  return scratch;
};

const within = async <T>(database: string, work: (connection: Connection) => Promise<T>): Promise<T> => {
  const connection = await server.connect({ database, applicationName: 'test' });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
};

const balances = (scratch: Scratch) =>
  within(
    scratch.name,
    async (connection) => (await connection.rows('select sum(balance) from account'))[0]?.[0],
  );

/** How many there are when the spare is ready: the prepared one, the current one, the spare. */
const withSpare = (count: number) =>
  eventually('the spare is made', async () => (await databases()).length === count);

beforeAll(async () => {
  server = await openServer({
    target: { kind: 'embedded' },
    stateDir,
    confirm: async () => false,
    log: () => {},
  });
  control = await server.connect({ database: 'postgres', applicationName: 'test control' });
  // Only this machine's crash would need it; databases that come and go are mostly waiting for the disk.
  await control.rows('alter system set fsync = off');
  await control.rows('select pg_reload_conf()');
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((scratch) => scratch.drop()));
});

afterAll(async () => {
  await control?.end();
  await server?.close();
  rmSync(stateDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }); // it stops on its own time
});

describe('a scratch database', () => {
  test('has what was prepared, is marked, and is gone after drop', async () => {
    const scratch = await open();
    expect(scratch.name).toMatch(/^pg_tutor_lost_update_[a-z2-7]{8}$/);
    expect(await balances(scratch)).toBe('50000');
    await withSpare(3);
    await eventually('all are marked', async () => {
      const comments = await rows(
        `select shobj_description(oid, 'pg_database') from pg_database where datname like 'pg\\_tutor%'`,
      );
      return comments.every((one) => one === comment);
    });
    await scratch.drop();
    await scratch.drop();
    expect(await databases()).toEqual([]);
    await expect(scratch.reset()).rejects.toBeInstanceOf(PostgresError);
  });

  test('is the same everywhere: UTF8, in code point order, without what is in template1', async () => {
    await within('template1', (connection) => connection.rows('create table if not exists junk ()'));
    const scratch = await open({ spare: false });
    await within(scratch.name, async (connection) => {
      expect(await connection.rows('show server_encoding')).toEqual([['UTF8']]);
      expect(await connection.rows(`select 'B' < 'a', upper('é'), to_regclass('junk')`)).toEqual([
        ['t', 'É', null],
      ]);
    });
    await within('template1', (connection) => connection.rows('drop table junk'));
  });

  test('leaves no work for autovacuum, which would change the statistics of later copies', async () => {
    await open();
    await withSpare(3);
    for (const name of await databases()) {
      const [row] = await within(name ?? '', (connection) =>
        connection.rows(
          `select coalesce(sum(n_mod_since_analyze + n_ins_since_vacuum), 0)
           from pg_stat_all_tables join pg_class on oid = relid where not relisshared`,
        ),
      );
      expect(row).toEqual(['0']);
    }
  });

  test('goes back to the prepared state, also under sessions that work in it', async () => {
    const scratch = await open();
    const before = scratch.name;
    const busy = await server.connect({ database: before, applicationName: 'alice' });
    await busy.rows('update account set balance = 0');
    const lost = new Promise((resolve) => busy.onLost(resolve));
    const sleeping = busy.run('select pg_sleep(600)', 1, { onResult: () => {} });
    const name = await scratch.reset();
    expect(name).toBe(scratch.name);
    expect(name).not.toBe(before);
    expect(await balances(scratch)).toBe('50000');
    expect(await lost).toMatchObject({ sqlstate: '57P01' });
    expect(await sleeping).toEqual({ type: 'lost' });
    await eventually('the old one is dropped', async () => !(await databases()).includes(before));
  });

  test('is dropped with transactions that were prepared in it', async () => {
    const scratch = await open({ spare: false });
    await within(scratch.name, async (connection) => {
      await connection.rows('begin');
      await connection.rows('delete from account');
      await connection.rows(`prepare transaction 'it''s mine'`);
    });
    await scratch.drop();
    expect(await databases()).toEqual([]);
    expect(await rows('select gid from pg_prepared_xacts')).toEqual([]);
  });

  test('can be reset many times in a row, and without a spare', async () => {
    const [one, two] = [await open(), await open({ lesson: 'x/other', spare: false })];
    const names = new Set<string>();
    for (let turn = 0; turn < 3; turn++) {
      names.add(await one.reset());
      names.add(await two.reset());
      expect([await balances(one), await balances(two)]).toEqual(['50000', '50000']);
    }
    expect(names.size).toBe(6);
  });

  test('that could not be prepared leaves nothing behind, and the reason is told', async () => {
    const reason = new Error('the setup failed');
    await expect(open({ prepare: () => Promise.reject(reason) })).rejects.toBe(reason);
    await expect(
      open({ prepare: (connection) => connection.rows('select nonsense').then(() => {}) }),
    ).rejects.toMatchObject({
      code: 'query-failed',
      sqlstate: '42703',
    });
    expect(await databases()).toEqual([]);
  });

  test('is reset to the spare when that is ready, which takes no time', async () => {
    const scratch = await open();
    let last = '';
    for (let turn = 0; turn < 2; turn++) {
      // The prepared one, the current one, the spare; the one before is dropped after a while.
      await eventually('the spare is made', async () => {
        const now = await databases();
        return now.length === 3 && !now.includes(last);
      });
      last = scratch.name;
      const before = await databases();
      expect(before).toContain(await scratch.reset());
    }
  });
});

describe('the sweep', () => {
  const ownerOf = async (lesson: string) => {
    const url = `postgres://postgres@${encodeURIComponent(server.info.host)}:${server.info.port}/postgres`;
    const script = path.join(import.meta.dirname, '../support/scratch-owner.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, url, lesson], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [name] = (await once(createInterface(child.stdout), 'line')) as [string];
    return { child, name };
  };

  test('drops what a killed process has left, and nothing of those alive', async () => {
    const [dead, alive] = await Promise.all([ownerOf('x/dead'), ownerOf('x/alive')]);
    const mine = await open({ lesson: 'x/mine' });
    try {
      await withSpare(9);
      expect(await sweep(server)).toEqual([]);
      const ofDead = (await databases()).filter((name) => name?.startsWith('pg_tutor_dead_'));
      expect(ofDead).toContain(dead.name);

      dead.child.kill('SIGKILL');
      await once(dead.child, 'exit');
      const swept: string[] = [];
      await eventually('the leftovers are swept', async () => {
        swept.push(...(await sweep(server)));
        return swept.length >= 3;
      });
      expect(swept.sort()).toEqual(ofDead);
      const left = await databases();
      expect(left).toContain(alive.name);
      expect(left).toContain(mine.name);
      expect(left).toHaveLength(6);
      expect(await balances(mine)).toBe('50000');
      await mine.reset();
    } finally {
      alive.child.kill('SIGKILL');
      await once(alive.child, 'exit');
    }
    await mine.drop();
    await eventually('all is swept', async () => {
      await sweep(server);
      return (await databases()).length === 0;
    });
  });

  test('drops one that its owner could not mark, and none that is not ours, or in use', async () => {
    const names = {
      unmarked: scratchName('x/unmarked'),
      marked: scratchName('x/marked'),
      prepared: scratchName('x/prepared'),
      used: scratchName('x/used'),
      commented: scratchName('x/commented'),
      human: 'pg_tutor_mine_abcdefgh',
      plain: 'pg_tutor',
    };
    for (const name of Object.values(names)) await control.rows(`create database ${name}`);
    for (const name of [names.marked, names.used, names.human, names.plain]) {
      await control.rows(`comment on database ${name} is '${comment}'`);
    }
    await control.rows(`comment on database ${names.commented} is 'my own work'`);
    await within(names.prepared, async (connection) => {
      await connection.rows('begin');
      await connection.rows('create table t ()');
      await connection.rows(`prepare transaction 'left'`);
    });
    await within(names.used, async () => {
      expect((await sweep(server)).sort()).toEqual([names.marked, names.prepared, names.unmarked].sort());
    });
    expect(await databases()).toEqual([names.commented, names.human, names.plain, names.used].sort());
    for (const name of await databases()) await control.rows(`drop database ${name} with (force)`);
  });

  test('leaves those of other roles to them', async () => {
    await control.rows(`create role guest login createdb`);
    const mine = scratchName('x/mine');
    await control.rows(`create database ${mine}`);
    const url = `postgres://guest@${encodeURIComponent(server.info.host)}:${server.info.port}/postgres`;
    const target = await resolveTarget({ url, env: {}, home: stateDir });
    const asGuest = await openServer({
      target,
      stateDir,
      yes: true,
      confirm: async () => false,
      log: () => {},
    });
    const scratch = await createScratch(asGuest, { lesson: 'x/guest', prepare: table });
    expect(await sweep(asGuest)).toEqual([]);
    expect(await scratch.reset()).toMatch(/^pg_tutor_guest_/);
    await scratch.drop();
    expect(await databases()).toEqual([mine]);
    expect(await sweep(server)).toEqual([mine]);
    await control.rows('drop role guest');
  });

  test('two at a time do not disturb each other', async () => {
    const names = Array.from({ length: 4 }, (_, index) => scratchName(`x/race${index}`));
    for (const name of names) await control.rows(`create database ${name}`);
    const swept = await Promise.all([sweep(server), sweep(server), sweep(server)]);
    expect(new Set(swept.flat())).toEqual(new Set(names));
    expect(await databases()).toEqual([]);
  });
});

describe('when things go away', () => {
  /** It takes a moment until the end of a connection is seen; a reset before may still work. */
  const failingReset = async (scratch: Scratch): Promise<unknown> => {
    let failure: unknown = null;
    await eventually('a reset fails', async () => {
      failure = await scratch.reset().then(
        () => null,
        (error) => error,
      );
      return failure !== null;
    });
    return failure;
  };

  test('the session that keeps the databases is lost: a reset says so, drop drops', async () => {
    const scratch = await open();
    await withSpare(3);
    await rows(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pg-tutor databases'`,
    );
    expect(await failingReset(scratch)).toMatchObject({ name: 'PostgresError', code: 'cannot-connect' });
    await scratch.drop();
    expect(await databases()).toEqual([]);
  });

  test('the server is killed: typed errors, and after revive all goes on and is cleaned up', async () => {
    const scratch = await open();
    const [dataDir] = await rows('show data_directory');
    const postmaster = Number(
      readFileSync(path.join(dataDir ?? '', 'postmaster.pid'), 'utf8').split('\n')[0],
    );
    const gone = new Promise((resolve) => control.onLost(resolve));
    process.kill(postmaster, 'SIGKILL');
    await gone;
    const failure = await failingReset(scratch);
    expect(failure).toBeInstanceOf(PostgresError);
    await expect(createScratch(server, { lesson: 'x/y', prepare: table })).rejects.toBeInstanceOf(
      PostgresError,
    );
    await server.revive();
    control = await server.connect({ database: 'postgres', applicationName: 'test control' });
    await scratch.drop();
    const next = await open();
    expect(await balances(next)).toBe('50000');
    await next.drop();
    await sweep(server);
    expect(await databases()).toEqual([]);
  });
});
