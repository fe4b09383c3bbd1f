/**
 * How long after a session begins to wait pg-tutor says so, and how long after its release. The server's own clock
 * cannot be read for either, so what is measured is the longest it can have been: from the moment the statement was
 * sent to the event, and from the moment the releasing COMMIT was sent to the event.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Run } from '../src/engine/run.ts';
import type { SqlStep } from '../src/lesson/types.ts';
import { createScratch } from '../src/postgres/scratch.ts';
import { openServer } from '../src/postgres/server.ts';
import type { RunEvent } from '../src/timeline/events.ts';
import { createRecorder } from '../src/timeline/recorder.ts';

const rounds = Number(process.argv[2] ?? 500);
const position = { file: '', line: 0, column: 0 };
const step = (id: string, session: string, sql: string): SqlStep => ({
  kind: 'sql',
  id,
  session,
  sql,
  send: 'statements',
  explain: false,
  wait: false,
  postgres: {},
  claims: [],
  position,
  sqlPosition: position,
});

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  Number.NaN;

const folder = mkdtempSync(path.join(tmpdir(), 'pg-tutor-bench-'));
const server = await openServer({
  target: { kind: 'embedded' },
  stateDir: folder,
  confirm: async () => true,
  log: () => {},
});
const scratch = await createScratch(server, {
  lesson: 'bench/blocking',
  prepare: async (connection) => {
    await connection.rows('create table t (id int primary key, v int)');
    await connection.rows('insert into t values (1, 0)');
  },
});
const seen = new Map<string, number>();
const emit = createRecorder(
  () => performance.now(),
  (event: RunEvent) => seen.set(`${event.type} ${'step' in event ? event.step : ''}`, performance.now()),
);
const run = await Run.open(server, scratch, emit);
const since = (from: string, to: string): number =>
  (seen.get(to) ?? Number.NaN) - (seen.get(from) ?? Number.NaN);

const blocked: number[] = [];
const released: number[] = [];
for (let round = 0; round < rounds; round++) {
  await run.runStep(step('hold', 'alice', 'begin; update t set v = v + 1 where id = 1'));
  await run.runStep(step('wait', 'bob', 'update t set v = v + 1 where id = 1'));
  blocked.push(since('statement-sent wait', 'step-blocked wait'));
  await run.runStep(step('free', 'alice', 'commit'));
  released.push(since('statement-sent free', 'step-finished wait'));
}
for (const [name, values] of [
  ['block shown', blocked],
  ['release shown', released],
] as const) {
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => percentile(values, share).toFixed(1));
  process.stdout.write(
    `${name.padEnd(14)} p50 ${p50} ms   p99 ${p99} ms   max ${max} ms   (${values.length})\n`,
  );
}
await run.close();
await scratch.drop();
await server.close();
rmSync(folder, { recursive: true, force: true });
