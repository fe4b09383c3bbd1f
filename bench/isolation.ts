/**
 * Wall time of isolation specs: `pg-tutor spec --regress` beside PostgreSQL's own isolationtester, on one server, in
 * turns, each round in fresh databases. Ours is one process for all files, with its start; isolationtester is one
 * process for each file, as pg_isolation_regress starts it. Below it the specs that differ most, timed inside.
 *
 *   npm run bench -- isolation [rounds] [folder of .spec files]     3, and ../shared/conformance/isolation/specs or ours
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { regressSettings } from '../src/isolation/conditions.ts';
import { parseSpec } from '../src/isolation/parse.ts';
import { runSpec } from '../src/isolation/run-spec.ts';
import { openServer } from '../src/postgres/server.ts';
import { hasIsolationtester, isolationtester } from '../test/support/isolationtester.ts';

const root = path.resolve(import.meta.dirname, '..');
const rounds = Math.max(1, Number(process.argv[2] ?? 3));
const shared = path.join(root, '../shared/conformance/isolation/specs');
const folder = process.argv[3] ?? (existsSync(shared) ? shared : path.join(root, 'test/isolation/specs'));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.spec'))
  .map((name) => name.slice(0, -'.spec'.length))
  .sort();
const fileOf = (name: string): string => path.join(folder, `${name}.spec`);

if (!hasIsolationtester()) {
  process.stdout.write('The embedded package has no isolationtester here.\n');
  process.exit(0);
}
const stateDir = mkdtempSync(path.join(tmpdir(), 'pg-tutor-bench-'));
chmodSync(stateDir, 0o755);
const server = await openServer({
  target: { kind: 'embedded' },
  stateDir,
  confirm: async () => true,
  log: () => {},
});
const admin = await server.connect({ database: 'postgres', applicationName: 'bench' });

/** Milliseconds of work in a database of its own, without making and dropping it. */
const timed = async (work: (database: string) => Promise<void>): Promise<number> => {
  const database = 'isolation_bench';
  await admin.rows(`create database ${database} template template0`);
  await admin.rows('checkpoint');
  const start = performance.now();
  await work(database);
  const took = performance.now() - start;
  await admin.rows(`drop database ${database} with (force)`);
  return took;
};

const theirs = new Map<string, number>();
const ours = new Map<string, number>();
const keepLeast = (times: Map<string, number>, name: string, took: number): void => {
  times.set(name, Math.min(took, times.get(name) ?? Number.POSITIVE_INFINITY));
};

const runTheirs = () =>
  timed(async (database) => {
    for (const name of names) {
      const start = performance.now();
      await isolationtester({
        server: server.info,
        database,
        name,
        spec: readFileSync(fileOf(name), 'utf8'),
      });
      keepLeast(theirs, name, performance.now() - start);
    }
  });

const runOurs = () =>
  timed(async (database) => {
    const { host, user } = server.info;
    const url = `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}`;
    const words = ['spec', '--regress', '--yes', '--url', url, '--dbname', database, ...names.map(fileOf)];
    spawnSync(process.execPath, [path.join(root, 'bin/pg-tutor.js'), ...words], { stdio: 'ignore' });
  });

/** In this process, one by one: for the table only. */
const runInside = () =>
  timed(async (database) => {
    const settings = await regressSettings(server, database);
    for (const name of names) {
      const start = performance.now();
      const spec = parseSpec(readFileSync(fileOf(name), 'utf8'), name);
      const options = {
        spec,
        server,
        database,
        settings,
        maxStepWait: 60_000,
        write: () => {},
        warn: () => {},
      };
      await runSpec({ ...options, applicationName: `isolation/${name}` });
      keepLeast(ours, name, performance.now() - start);
    }
  });

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`.padStart(9);
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const pairs: { readonly c: number; readonly us: number }[] = [];
process.stdout.write(`${names.length} specs of ${folder}\n          isolationtester   pg-tutor   ratio\n`);
for (let round = 1; round <= rounds; round++) {
  // Whoever goes first changes from round to round.
  const first = round % 2 === 1 ? await runTheirs() : await runOurs();
  const second = round % 2 === 1 ? await runOurs() : await runTheirs();
  const [c, us] = round % 2 === 1 ? [first, second] : [second, first];
  pairs.push({ c, us });
  process.stdout.write(`round ${round}         ${seconds(c)}  ${seconds(us)}   ${(us / c).toFixed(2)}\n`);
}
const [c, us] = [median(pairs.map((pair) => pair.c)), median(pairs.map((pair) => pair.us))];
process.stdout.write(`median          ${seconds(c)}  ${seconds(us)}   ${(us / c).toFixed(2)}\n\n`);
await runInside();
const gain = (name: string): number => (theirs.get(name) ?? 0) - (ours.get(name) ?? 0);
for (const name of [...names].sort((a, b) => Math.abs(gain(b)) - Math.abs(gain(a))).slice(0, 12)) {
  process.stdout.write(
    `  ${name.padEnd(34)}${seconds(theirs.get(name) ?? 0)} ${seconds(ours.get(name) ?? 0)}\n`,
  );
}
await admin.end();
await server.close();
rmSync(stateDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
