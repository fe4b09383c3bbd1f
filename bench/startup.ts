/**
 * How long starting takes, beside bare peers measured in the same rounds: `node -e 0`; bare PostgreSQL spawned from a
 * ready data directory and asked once with `pg`; and the same after initdb. Medians and ratios; what is slow is
 * printed, never failed. It is one thing: all of it has to happen in one run to be comparable.
 *
 *   npm run bench -- startup [rounds]     15 by default
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawn as spawnPty } from '@lydell/node-pty';
import pg from 'pg';
import { findBinaries } from '../src/postgres/embedded/majors.ts';
import { makeHome, tinyLesson, writeLessons } from '../test/support/cli.ts';

const rounds = Math.max(1, Number(process.argv[2] ?? 15));
const home = makeHome();
/** A copy, so that a build while we measure does not change what is measured. */
const root = path.join(home.folder, 'pg-tutor');
for (const name of ['bin', 'dist', 'lessons', 'package.json']) {
  cpSync(path.resolve(import.meta.dirname, '..', name), path.join(root, name), { recursive: true });
}
symlinkSync(path.resolve(import.meta.dirname, '../node_modules'), path.join(root, 'node_modules'));
const bin = path.join(root, 'bin/pg-tutor.js');
const lessons = writeLessons(home, { '01-tiny.md': tinyLesson() });
const deadline = 60_000;

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
};

const timed = async (work: () => Promise<void> | void): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

const runToEnd = (...args: string[]): void => {
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    env: home.env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`node ${args.join(' ')}: ${stderr}`);
};

/** From spawn until the output matches; the process is then ended and waited for, which is not counted. */
const untilOutput = async (args: string[], env: NodeJS.ProcessEnv, pattern: RegExp): Promise<number> => {
  const start = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => child.on('close', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), deadline);
  let text = '';
  const seen = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString();
      if (pattern.test(text)) resolve(performance.now() - start);
    });
    child.on('close', () => reject(new Error(`ended without ${pattern}: ${text}`)));
  });
  await closed;
  clearTimeout(timer);
  return seen;
};

/** Until the first frame of the home screen shows its title. */
const homeDrawn = async (): Promise<number> => {
  const start = performance.now();
  const terminal = spawnPty(process.execPath, [bin], {
    cols: 120,
    rows: 36,
    cwd: root,
    env: { ...home.env },
  });
  const closed = new Promise((resolve) => terminal.onExit(resolve));
  let text = '';
  const drawn = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no home screen: ${text}`)), deadline);
    terminal.onData((data) => {
      text += data;
      if (!/pg-tutor[\s\S]*Transactions and locks/.test(text)) return;
      clearTimeout(timer);
      resolve(performance.now() - start);
    });
  });
  terminal.write('q');
  await closed;
  return drawn;
};

// The bare peer: the same binaries and settings, nothing of ours between.
const native = findBinaries(18);
const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
const bareEnv = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
const bareFolder = mkdtempSync(path.join(tmpdir(), 'bare-'));
const makeFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (asNobody.uid !== undefined) chownSync(folder, asNobody.uid, asNobody.gid);
};
chmodSync(bareFolder, 0o755);

const initdb = (data: string): void => {
  makeFolder(data);
  const words = '-U postgres -E UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8';
  execFileSync(
    path.join(native, 'bin/initdb'),
    ['-D', data, ...words.split(' '), '--auth=trust', '--no-sync', '--no-instructions', '--wal-segsize=1'],
    { ...asNobody, env: bareEnv, stdio: 'ignore' },
  );
};

const spawnAndAsk = async (data: string): Promise<number> => {
  const sockets = path.join(bareFolder, 's');
  makeFolder(sockets);
  const start = performance.now();
  const postgres = spawn(
    path.join(native, 'bin/postgres'),
    [
      '-D',
      data,
      '-c',
      'listen_addresses=',
      '-c',
      `unix_socket_directories=${sockets}`,
      '-c',
      'shared_buffers=32MB',
    ],
    { ...asNobody, env: bareEnv, cwd: data, stdio: 'ignore' },
  );
  const closed = new Promise((resolve) => postgres.on('close', resolve));
  const ready = (): boolean =>
    existsSync(path.join(data, 'postmaster.pid')) &&
    readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[7]?.trim() === 'ready';
  try {
    while (!ready()) {
      if (performance.now() - start > deadline) throw new Error('postgres does not get ready');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const client = new pg.Client({ host: sockets, user: 'postgres', database: 'postgres' });
    await client.connect();
    await client.query('select 1');
    const answered = performance.now() - start;
    await client.end();
    return answered;
  } finally {
    postgres.kill('SIGINT');
    await closed;
  }
};

/** Node and `pg` have to be loaded by the peer as well; here they are already. */
const loadPg = "import('pg').then(({ default: pg }) => new pg.Client())";

const runTiny = [bin, 'run', '1.1', '--lessons', lessons, '--format', 'jsonl'];
const serverAnswered = /"type":"run-started"/;
const stepAnswered = /"type":"statement-finished"/;

let fresh = 0;
const freshState = (): NodeJS.ProcessEnv => {
  fresh += 1;
  return { ...home.env, XDG_STATE_HOME: path.join(home.folder, `fresh-${fresh}`) };
};

type Measure = { readonly name: string; readonly measure: () => Promise<number>; readonly times: number[] };
const all: Measure[] = [];
const add = (name: string, measure: () => Promise<number>): Measure => {
  const entry = { name, measure, times: [] };
  all.push(entry);
  return entry;
};

const nothing = add('node -e 0', () => timed(() => runToEnd('-e', '0')));
const pgLoaded = add('node, import pg', () => timed(() => runToEnd('-e', loadPg)));
const bareSecond = add('bare spawn + query', () => spawnAndAsk(path.join(bareFolder, 'ready')));
const bareFirst = add('bare initdb + spawn + query', async () => {
  const data = path.join(bareFolder, 'new');
  rmSync(data, { recursive: true, force: true });
  const init = await timed(() => initdb(data));
  return init + (await spawnAndAsk(data));
});
const version = add('--version', () => timed(() => runToEnd(bin, '--version')));
const help = add('--help', () => timed(() => runToEnd(bin, '--help')));
const list = add('list', () => timed(() => runToEnd(bin, 'list')));
const screen = add('home screen drawn', homeDrawn);
const second = add('second run, server answered', () => untilOutput(runTiny, home.env, serverAnswered));
const secondStep = add('second run, first step answered', () => untilOutput(runTiny, home.env, stepAnswered));
const first = add('first run, server answered', () => untilOutput(runTiny, freshState(), serverAnswered));
const firstStep = add('first run, first step answered', () =>
  untilOutput(runTiny, freshState(), stepAnswered),
);

try {
  // Makes the data directory of the second runs, and the links the bare binaries need as well.
  await untilOutput(runTiny, home.env, stepAnswered);
  initdb(path.join(bareFolder, 'ready'));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { measure, times } of all) times.push(await measure());
    for (let index = 1; index <= fresh; index += 1) {
      rmSync(path.join(home.folder, `fresh-${index}`), {
        recursive: true,
        force: true,
        maxRetries: 20,
        retryDelay: 50,
      });
    }
    process.stderr.write(`round ${round} of ${rounds}\n`);
  }
} finally {
  rmSync(bareFolder, { recursive: true, force: true });
  home.remove();
}

const of = ({ times }: Measure): number => median(times);
const barePeer = of(pgLoaded) + of(bareSecond);
const barePeerFirst = of(pgLoaded) + of(bareFirst);
const goals: readonly [Measure, number, string, string][] = [
  [version, of(nothing), 'node -e 0', '1.5'],
  [help, of(nothing), 'node -e 0', ''],
  [list, of(nothing), 'node -e 0', '2.5'],
  [screen, of(nothing), 'node -e 0', '4'],
  [second, barePeer, 'node + pg + bare spawn', '2.5 (0.4 s to 0.16 s)'],
  [secondStep, barePeer, 'node + pg + bare spawn', ''],
  [first, barePeerFirst, 'node + pg + bare initdb', '1.3'],
  [firstStep, barePeerFirst, 'node + pg + bare initdb', ''],
];
const row = (cells: readonly string[]): string =>
  `${(cells[0] ?? '').padEnd(34)}${(cells[1] ?? '').padStart(8)}${(cells[2] ?? '').padStart(8)}  ${cells[3] ?? ''}\n`;
process.stdout.write(`Node ${process.versions.node}, medians of ${rounds} rounds\n\n`);
process.stdout.write(row(['', 'ms', 'ratio', 'to (goal)']));
for (const peer of [nothing, pgLoaded, bareSecond, bareFirst]) {
  process.stdout.write(row([peer.name, of(peer).toFixed(0)]));
}
for (const [measure, peer, name, goal] of goals) {
  const ratio = (of(measure) / peer).toFixed(2);
  process.stdout.write(
    row([measure.name, of(measure).toFixed(0), ratio, `${name}${goal ? ` (${goal})` : ''}`]),
  );
}
