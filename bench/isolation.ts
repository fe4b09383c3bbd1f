/**
 * Wall time of isolation specs: `pg-tutor spec --regress` beside PostgreSQL's own isolationtester, on one server, in
 * turns, each round in fresh databases. Ours is one process for all files, with its start; isolationtester is one
 * process for each file, as pg_isolation_regress starts it: it reads one spec and ends. With `each`, every spec by itself
 * as well, each run in a fresh database: both programs in turns, ours inside this process, the median of the rounds. A
 * spec whose outputs differ is marked.
 *
 *   npm run bench -- isolation [each] [rounds] [folder of .spec files]     3, and ../shared/conformance/isolation/specs
 *                                                                          or ours
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { regressSettings } from '../src/isolation/conditions.ts';
import { parseSpec } from '../src/isolation/parse.ts';
import { runSpec } from '../src/isolation/run-spec.ts';
import { hasIsolationtester, isolationtester } from '../test/support/isolationtester.ts';
import { openBenchServer } from './support/server.ts';

const root = path.resolve(import.meta.dirname, '..');
const words = process.argv.slice(2);
const each = words[0] === 'each';
const [roundsWord = '3', folderWord] = each ? words.slice(1) : words;
const rounds = Math.max(1, Number(roundsWord));
const shared = path.join(root, '../shared/conformance/isolation/specs');
const folder = folderWord ?? (existsSync(shared) ? shared : path.join(root, 'test/isolation/specs'));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.spec'))
  .map((name) => name.slice(0, -'.spec'.length))
  .sort();
const fileOf = (name: string): string => path.join(folder, `${name}.spec`);

if (!hasIsolationtester()) {
  process.stdout.write('The embedded package has no isolationtester here.\n');
  process.exit(0);
}
const server = await openBenchServer();
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

const runTheirs = () =>
  timed(async (database) => {
    for (const name of names) await theirOutput(name, database);
  });

const theirOutput = async (name: string, database: string): Promise<string> => {
  const spec = readFileSync(fileOf(name), 'utf8');
  return (await isolationtester({ server: server.info, database, name, spec })).output;
};

const runOurs = () =>
  timed((database) => {
    const { host, user } = server.info;
    const url = `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}`;
    const args = ['spec', '--regress', '--yes', '--url', url, '--dbname', database, ...names.map(fileOf)];
    const child = spawn(process.execPath, [path.join(root, 'bin/pg-tutor.js'), ...args], {
      stdio: 'ignore',
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    });
  });

const ourOutput = async (
  name: string,
  database: string,
  settings: Readonly<Record<string, string>>,
): Promise<string> => {
  const output: string[] = [];
  const write = (text: string): void => void output.push(text);
  const spec = parseSpec(readFileSync(fileOf(name), 'utf8'), name);
  const options = { spec, server, database, settings, maxStepWait: 60_000, write, warn: write };
  await runSpec({ ...options, applicationName: `isolation/${name}` });
  return output.join('');
};

type Turns = { readonly c: number[]; readonly us: number[]; differs: boolean };
const table = new Map<string, Turns>(names.map((name) => [name, { c: [], us: [], differs: false }]));

/** The numbers of objects differ from database to database. */
const withoutOids = (text: string): string => text.replace(/\bOID \d+/g, 'OID …');

/**
 * Runs every spec with both; load that comes and goes hits both alike. Each time in a database of its own: some specs
 * leave objects behind, so that whoever comes second in a database fails at once.
 */
const inTurns = async (oursFirst: boolean): Promise<void> => {
  for (const [name, turns] of table) {
    const outputs: string[] = [];
    for (const mine of [oursFirst, !oursFirst]) {
      const settings = mine ? await regressSettings(server, 'postgres') : {};
      const took = await timed(async (database) => {
        const output = mine ? ourOutput(name, database, settings) : theirOutput(name, database);
        outputs.push(withoutOids(await output));
      });
      (mine ? turns.us : turns.c).push(took);
    }
    if (outputs[0] !== outputs[1]) turns.differs = true;
  }
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`.padStart(9);
const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2;
};
const row = (label: string, c: number, us: number, mark = ''): void => {
  process.stdout.write(`${label.padEnd(36)}${seconds(c)} ${seconds(us)}   ${(us / c).toFixed(2)}${mark}\n`);
};

const writeTable = (): void => {
  process.stdout.write('\none by one\n');
  const medians = [...table].map(([name, { c, us, differs }]) => ({
    name,
    c: median(c),
    us: median(us),
    mark: differs ? '  differs' : '',
  }));
  for (const { name, c, us, mark } of medians.sort((a, b) => b.us - b.c - (a.us - a.c)))
    row(name, c, us, mark);
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
  row('sum of the medians', sum(medians.map(({ c }) => c)), sum(medians.map(({ us }) => us)));
};

const totals: { readonly c: number[]; readonly us: number[] } = { c: [], us: [] };
process.stdout.write(`${names.length} specs of ${folder}\n`);
process.stdout.write(`${''.padEnd(30)}isolationtester  pg-tutor  ratio\n`);
for (let round = 1; round <= rounds; round++) {
  // Whoever goes first changes from round to round.
  const oursFirst = round % 2 === 0;
  for (const mine of [oursFirst, !oursFirst])
    (mine ? totals.us : totals.c).push(await (mine ? runOurs() : runTheirs()));
  row(`round ${round}`, totals.c.at(-1) ?? 0, totals.us.at(-1) ?? 0);
  if (each) await inTurns(oursFirst);
}
row('total, median of the rounds', median(totals.c), median(totals.us));
if (each) writeTable();
await admin.end();
await server.close();
