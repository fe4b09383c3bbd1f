/**
 * How long after a session begins to wait pg-tutor knows, and how long after that the terminal has the frame that
 * shows it; and the same for its release: a real server, and the real screen of a lesson at 120x36. The server's own
 * clock cannot be read for either, so what is measured is the longest it can have been: from the moment the statement
 * that has to wait was sent, and from the moment the releasing COMMIT was sent.
 *
 *   npm run bench -- blocking [rounds]     500 by default
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Run } from '../src/engine/run.ts';
import type { SqlStep } from '../src/lesson/types.ts';
import { createScratch } from '../src/postgres/scratch.ts';
import type { RunEvent } from '../src/timeline/events.ts';
import { createRecorder } from '../src/timeline/recorder.ts';
import { lostUpdate, untilReleased } from '../test/support/lost-update.ts';
import { openLesson } from '../test/support/tui.ts';
import { percentiles } from './support/measure.ts';
import { openBenchServer } from './support/server.ts';
import { createSink } from './support/sink.ts';

const rounds = Number(process.argv[2] ?? 500);
/** So that the timeline need not scroll: a row that moves to where its like was is not written again. */
const perPage = 2;
/** A learner reads before the next step. */
const pause = 25;
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

const server = await openBenchServer();
const scratch = await createScratch(server, {
  lesson: 'bench/blocking',
  prepare: async (connection) => {
    await connection.rows('create table t (id int primary key, v int)');
    await connection.rows('insert into t values (1, 0)');
  },
});

const sink = createSink({ columns: 120, rows: 36 });
const opened = sink.until('next page');
const { player, quit } = openLesson(lostUpdate, untilReleased().events, sink.size, { stdout: sink.stdout });
await opened;

type What = 'block' | 'release';
/** What stands in a row that is drawn anew for this. */
const signs = { block: 'waits for', release: 'waited' } as const;
const sent = new Map<string, number>();
const told = new Map<string, { readonly at: number; readonly drawn: Promise<number> }>();
const pids = new Map<string, number>();

const whatOf = ({ type }: RunEvent): What | null => {
  if (type === 'step-blocked') return 'block';
  return type === 'step-unblocked' || type === 'step-finished' ? 'release' : null;
};
const emit = createRecorder(
  () => performance.now(),
  (event: RunEvent) => {
    if (event.type === 'session-opened') pids.set(event.session, event.pid);
    if (event.type === 'statement-sent') sent.set(event.step, performance.now());
    const what = whatOf(event);
    if (what && 'step' in event && event.step?.startsWith('wait-')) {
      const key = `${what} ${event.step}`;
      if (!told.has(key)) told.set(key, { at: performance.now(), drawn: sink.until(signs[what]) });
    }
    player.play(event);
  },
);
const run = await Run.open(server, scratch, emit);
const perform = async (...what: Parameters<typeof step>): Promise<void> => {
  await run.runStep(step(...what));
  emit({ type: 'step-settled', step: what[0] });
};

const known = { block: [] as number[], release: [] as number[] };
const shown = { block: [] as number[], release: [] as number[] };
const note = async (what: What, cause: string, step: string): Promise<void> => {
  const from = sent.get(cause) ?? Number.NaN;
  const event = told.get(`${what} ${step}`);
  if (!event) throw new Error(`no ${what} of ${step}`);
  known[what].push(event.at - from);
  shown[what].push((await event.drawn) - from);
};
for (let round = 0; round < rounds; round++) {
  if (round % perPage === 0) {
    emit({ type: 'database-ready', database: scratch.name, reason: 'reset' });
    for (const [session, pid] of pids) emit({ type: 'session-opened', session, pid });
    emit({ type: 'page-entered', page: 'bob-arrives' });
  }
  await perform(`hold-${round}`, 'alice', 'begin; update t set v = v + 1 where id = 1');
  await sleep(pause);
  await perform(`wait-${round}`, 'bob', 'update t set v = v + 1 where id = 1');
  await note('block', `wait-${round}`, `wait-${round}`);
  await sleep(pause);
  await perform(`free-${round}`, 'alice', 'commit');
  await note('release', `free-${round}`, `wait-${round}`);
  await sleep(pause);
}
// What is printed while the screen is taken would be held back.
await quit();
for (const what of ['block', 'release'] as const) {
  process.stdout.write(`${what.padEnd(8)} known   ${percentiles(known[what])}\n`);
  process.stdout.write(`${what.padEnd(8)} shown   ${percentiles(shown[what])}\n`);
}
await run.close();
await scratch.drop();
await server.close();
process.exit(0);
