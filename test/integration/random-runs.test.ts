import { afterAll, describe, expect, it } from 'vitest';
import { Run } from '../../src/engine/run.ts';
import type { SqlStep } from '../../src/lesson/types.ts';
import { createScratch, type Scratch } from '../../src/postgres/scratch.ts';
import type { Connection, Server } from '../../src/postgres/types.ts';
import type { RunEvent } from '../../src/timeline/events.ts';
import { createRecorder } from '../../src/timeline/recorder.ts';
import { reduceTimeline } from '../../src/timeline/reduce.ts';
import { emptyTimeline, type TimelineState } from '../../src/timeline/state.ts';
import { sqlStep } from '../support/recording.ts';
import { testServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const sessions = ['a', 'b', 'c', 'd'];
const statementsEach = 6;

/** Mulberry32: the same run for the same seed. */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

/** What a session may send; `#` is a row from 1 to 3. */
const statements = [
  'begin',
  'begin isolation level repeatable read',
  'begin isolation level serializable',
  'commit',
  'commit',
  'rollback',
  'savepoint s',
  'rollback to s',
  'update item set v = v + 1 where id = #',
  'update item set v = v + 1 where id = #',
  'update item set v = v - 1',
  'begin; update item set v = v + 1 where id = #',
  'begin; select v from item where id = # for update; update item set v = 0 where id = #; commit',
  'select * from item where id = # for share',
  'select v from item for update nowait',
  'insert into item values (#, 0)',
  'insert into child values (#)',
  'delete from item where id = #',
  'lock table item in share mode',
  'begin; lock table child in access exclusive mode',
  'select pg_advisory_lock(#)',
  'select pg_advisory_xact_lock(#)',
  'select pg_advisory_unlock_all()',
  "set lock_timeout = '15ms'",
  "set statement_timeout = '25ms'",
  'select pg_sleep(0.01)',
  'select 1/0',
  'selekt',
  "notify n, 'x'",
  '',
];

type Played = {
  readonly events: readonly RunEvent[];
  readonly timeline: TimelineState;
  readonly log: string[];
};

describe('a hundred random runs', () => {
  let server: Server;
  let scratch: Scratch;
  let control: Connection;
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);

  const open = async (): Promise<void> => {
    process.on('unhandledRejection', note);
    server = await testServer();
    scratch = await createScratch(server, {
      lesson: 'test/random',
      once: true,
      prepare: async (connection) => {
        await connection.rows('create table item (id int primary key, v int not null)');
        await connection.rows('insert into item values (1, 10), (2, 20), (3, 30)');
        await connection.rows('create table child (item int references item)');
        // A deadlock in a hundred milliseconds, not a second.
        await connection.rows(
          `do $$ begin execute format('alter database %I set deadlock_timeout = ''30ms''', current_database()); end $$`,
        );
      },
    });
    control = await server.connect({ database: scratch.name, applicationName: 'test control' });
  };

  afterAll(async () => {
    process.off('unhandledRejection', note);
    await control?.end();
    await scratch?.drop();
  });

  const play = async (seed: number): Promise<Played> => {
    const next = random(seed);
    const pick = <T>(list: readonly T[]): T => {
      const item = list[Math.floor(next() * list.length)];
      if (item === undefined) throw new Error('nothing to choose from');
      return item;
    };
    const events: RunEvent[] = [];
    const log: string[] = [];
    let timeline = emptyTimeline;
    const emit = createRecorder(
      () => performance.now(),
      (event) => {
        events.push(event);
        timeline = reduceTimeline(timeline, event);
      },
    );
    const run = await Run.open(server, scratch, emit);
    const openStep = (session: string) =>
      timeline.steps.findLast((step) => step.session === session && step.endedAt === null);
    const kill = async (session: string): Promise<void> => {
      const pid = timeline.sessions.find((one) => one.name === session && !one.lost)?.pid;
      if (pid === undefined) return;
      log.push(`kill ${session}`);
      await control.rows('select pg_terminate_backend($1)', [pid]);
      const gone = () => timeline.sessions.find((one) => one.name === session)?.lost != null;
      await until(gone, `seed ${seed}: ${session} is lost`);
    };
    const cancel = async (session: string): Promise<void> => {
      const step = openStep(session);
      if (!step) return;
      log.push(`cancel ${session}`);
      await run.cancel(step.step);
      const ended = () => timeline.steps.some((one) => one.step === step.step && one.endedAt !== null);
      await until(ended, `seed ${seed}: ${step.step} ends`);
    };
    const steps = new Map(
      sessions.map((session) => [
        session,
        Array.from({ length: statementsEach }, (_, index): SqlStep => {
          const sql = pick(statements).replaceAll('#', () => String(1 + Math.floor(next() * 3)));
          return sqlStep(session, `${session}${index}`, sql, { wait: next() < 0.1 && sql.includes('sleep') });
        }),
      ]),
    );
    for (;;) {
      const left = sessions.filter((session) => (steps.get(session)?.length ?? 0) > 0);
      if (left.length === 0) break;
      const idle = left.filter((session) => !openStep(session));
      if (idle.length === 0 || next() < 0.08) {
        const session = pick(sessions);
        await (next() < 0.5 ? kill(session) : cancel(session));
        // A victim that was let go may not have been one of those that wait.
        if (idle.length === 0) await cancel(pick(left));
        await run.settle();
        continue;
      }
      const session = pick(idle);
      const step = steps.get(session)?.shift();
      if (!step) continue;
      log.push(`${session}: ${step.sql}`);
      await run.runStep(step);
      if (next() < 0.3) await run.sampleLocks();
    }
    await run.cancel(null);
    await until(() => timeline.steps.every((step) => step.endedAt !== null), `seed ${seed}: all have ended`);
    await run.close();
    return { events, timeline, log };
  };

  it('end, say how each step ended, and leave nothing behind', { timeout: 150_000 }, async () => {
    await open();
    const seen = new Set<string>();
    for (let seed = 1; seed <= 100; seed += 1) {
      const hung = new Promise<never>((_, reject) => {
        const timer = setTimeout(() => reject(new Error(`seed ${seed} hangs`)), 15_000);
        timer.unref();
      });
      const { events, timeline, log } = await Promise.race([play(seed), hung]);
      const words = `seed ${seed}\n${log.join('\n')}`;
      expect(timeline.steps.length, words).toBe(sessions.length * statementsEach);
      for (const step of timeline.steps) {
        expect(['done', 'failed', 'cancelled', 'lost'], words).toContain(step.status);
        expect(step.status === 'failed' || step.status === 'cancelled', words).toBe(step.error !== null);
        for (const wait of step.waits) {
          expect(wait.to, words).not.toBeNull();
          expect(
            wait.by.every((name) => sessions.includes(name)),
            words,
          ).toBe(true);
          expect(wait.by, words).not.toContain(step.session);
        }
        seen.add(step.status);
        if (step.error) seen.add(step.error.sqlstate);
        if (step.waits.length > 0) seen.add('waited');
      }
      expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index));
      let left: (string | null)[][] = [[]];
      for (const deadline = performance.now() + 5_000; left.length > 0 && performance.now() < deadline; ) {
        left = await control.rows(
          `select pid, state, query from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
             and application_name <> 'pg-tutor'`,
        );
      }
      expect(left, words).toEqual([]);
      const locks = await control.rows(
        `select * from pg_locks l join pg_database d on d.oid = l.database
         where d.datname = current_database() and l.pid <> pg_backend_pid() and l.locktype <> 'virtualxid'`,
      );
      expect(locks, words).toEqual([]);
      await control.rows('truncate child, item');
      await control.rows('insert into item values (1, 10), (2, 20), (3, 30)');
    }
    // It would prove nothing if nothing had happened.
    for (const what of [
      'waited',
      'done',
      'cancelled',
      'lost',
      '22012',
      '42601',
      '25P02',
      '40P01',
      '55P03',
      '57014',
      '23505',
    ])
      expect([...seen]).toContain(what);
    expect(unhandled).toEqual([]);
  });
});
