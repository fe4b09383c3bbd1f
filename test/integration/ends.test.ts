import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { drawTimeline } from '../../src/draw/timeline.ts';
import { createPlayer } from '../../src/player/player.ts';
import { runLesson } from '../../src/player/run-lesson.ts';
import type { Player } from '../../src/player/state.ts';
import { openServer } from '../../src/postgres/server.ts';
import type { Server } from '../../src/postgres/types.ts';
import { unicodeGlyphs as glyphs } from '../../src/text/glyphs.ts';
import { lineText } from '../../src/text/line.ts';
import { reduceTimeline } from '../../src/timeline/reduce.ts';
import { emptyTimeline, type TimelineState } from '../../src/timeline/state.ts';
import { fence, lessonOf } from '../support/lesson.ts';
import { testServer, testStateDir } from '../support/server.ts';
import { until } from '../support/until.ts';

const setup = fence(
  'sql setup',
  'create table item (id int primary key, v int);\ninsert into item values (1, 1);',
);

const pictureOf = (timeline: TimelineState): string => {
  const sessions = timeline.sessions.map(({ name }) => name).sort();
  const { header, body } = drawTimeline(timeline, { sessions, width: 150, glyphs, now: timeline.at });
  return [...header, ...body].map((line) => lineText(line).trimEnd()).join('\n');
};

const play = async (pages: string) => {
  let timeline: TimelineState = emptyTimeline;
  const seen: TimelineState[] = [];
  const summary = await runLesson({
    lesson: lessonOf(`${setup}\n## Page\n\n${pages}`),
    server: await testServer(),
    onEvent: (event) => {
      timeline = reduceTimeline(timeline, event, 'page');
      seen.push(timeline);
    },
  });
  return { summary, timeline, seen, text: pictureOf(timeline) };
};

const hold = fence('sql alice #hold', 'begin; update item set v = 2');

describe('the timeline says what ended', () => {
  it('a wait: lock_timeout, NOWAIT, statement_timeout', async () => {
    const { text } = await play(
      hold +
        fence('sql bob wait', "set lock_timeout = '40ms'; update item set v = 3") +
        fence('sql bob', 'select v from item for update nowait') +
        fence('sql bob wait', "set lock_timeout = 0; set statement_timeout = '40ms'; update item set v = 4"),
    );
    expect(text).toContain('✗ 55P03 canceling statement due to lock timeout');
    expect(text).toContain('lock_timeout ended the wait');
    expect(text).toContain('✗ 55P03 could not obtain lock on row');
    expect(text).toContain('NOWAIT: it does not wait for a lock');
    expect(text).toContain('✗ 57014 canceling statement due to statement timeout');
    expect(text).toContain('statement_timeout ended the statement');
    expect(text.match(/░ waits for alice/g)).toHaveLength(2);
    // Alice let nothing go.
    expect(text).not.toContain('released');
  });

  it('a session: pg_terminate_backend, idle_in_transaction_session_timeout', async () => {
    const { text, summary } = await play(
      hold +
        fence('sql bob #wait', 'update item set v = 3') +
        fence(
          'sql carol #kill',
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'alice' and datname = current_database()",
        ) +
        fence('expect', 'lost: alice') +
        fence('sql dave #idle', "set idle_in_transaction_session_timeout = '40ms'; begin") +
        fence('expect', 'lost: dave'),
    );
    expect(summary.error).toBeNull();
    expect(text).toMatch(/alice {2}☠ lost 57P01/);
    expect(text).toMatch(/dave {2}☠ lost 25P03/);
    // The lock of the one that was terminated is free; who sent the statement held nothing.
    expect(text).toContain("released: alice's session ended");
    expect(text).toMatch(/✓ 1 row/);
  });

  it('a session in the middle of a step', async () => {
    const { text } = await play(
      hold +
        fence('sql bob #wait', 'update item set v = 3') +
        fence(
          'sql carol #kill',
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'bob' and datname = current_database()",
        ) +
        fence('expect', 'lost: bob'),
    );
    expect(text).toContain('☠ lost: 57P01 terminated by an administrator');
  });
});

describe('isolation levels and snapshots', () => {
  it('are those of the open transaction, and asking for them takes no snapshot', async () => {
    const { seen, summary } = await play(
      fence('sql alice #rc', 'begin') +
        fence('sql bob #rr', 'begin isolation level repeatable read') +
        fence('sql bob #still', 'set transaction isolation level serializable') +
        fence('expect', 'error: none') +
        fence('sql bob #read', 'select 1') +
        fence('sql alice #write', 'update item set v = 5; commit') +
        fence('sql bob #again', 'select v from item') +
        fence('expect', 'rows: [[1]]') +
        fence('sql bob #fail', 'select 1/0') +
        fence('sql bob #end', 'rollback'),
    );
    expect(summary.failed).toEqual([]);
    const known = (step: string, name: string) => {
      const state = seen.find(({ steps }) => steps.findLast((one) => one.step === step)?.settled);
      const session = state?.sessions.find((one) => one.name === name);
      return [session?.isolation, session?.snapshot?.age ?? null];
    };
    expect(known('rc', 'alice')).toEqual(['read committed', null]);
    expect(known('rr', 'bob')).toEqual(['repeatable read', null]);
    expect(known('still', 'bob')).toEqual(['serializable', null]);
    expect(known('read', 'bob')).toEqual(['serializable', expect.any(Number)]);
    expect(known('write', 'alice')).toEqual([null, null]);
    // Other tests use the server too: at least one transaction id was given out meanwhile.
    expect(known('again', 'bob')[1]).toBeGreaterThanOrEqual(1);
    expect(known('fail', 'bob')[0]).toBe('serializable');
    expect(known('end', 'bob')).toEqual([null, null]);
    expect(
      seen
        .at(-1)
        ?.steps.map(({ sql }) => sql)
        .join(),
    ).not.toContain('show transaction_isolation');
  });

  it('does not touch a session that never spoke of levels: its last query stays its own', async () => {
    const { summary } = await play(
      fence('sql alice', 'begin; select 41 + 1') +
        fence(
          'sql bob',
          "select query from pg_stat_activity where application_name = 'alice' and datname = current_database()",
        ) +
        fence('expect', 'rows: [["select 41 + 1"]]'),
    );
    expect(summary.failed).toEqual([]);
  });
});

describe('a ring of waits', () => {
  it('is sampled before the server breaks it', async () => {
    const write = (id: number) => `update item set v = v + 1 where id = ${id}`;
    const { timeline, text } = await play(
      fence('sql alice', `insert into item values (2, 2)`) +
        fence('sql alice #a1', `begin; ${write(1)}`) +
        fence('sql bob #b1', `begin; ${write(2)}`) +
        fence('sql alice #a2', write(2)) +
        fence('sql bob #b2', write(1)),
    );
    expect(text).toMatch(/✗ 40P01 deadlock detected/);
    expect(text).toMatch(/(alice → bob → alice)|(bob → alice → bob)/);
    const rings = timeline.samples.filter(({ locks }) => locks.filter((lock) => !lock.granted).length === 2);
    expect(rings).not.toEqual([]);
  });
});

describe('a server that goes down', () => {
  const open: Player[] = [];
  afterEach(async () => {
    for (const player of open.splice(0)) await player.close();
  });

  it('takes its sessions along, and that is said', { timeout: 30_000 }, async () => {
    const stateDir = path.join(testStateDir(), '..', 'shut-down');
    mkdirSync(stateDir, { recursive: true });
    const own = (): Promise<Server> =>
      openServer({ target: { kind: 'embedded' }, stateDir, confirm: async () => true, log: () => {} });
    const player = createPlayer({
      lesson: lessonOf(`${setup}\n## Page\n\n${hold}${fence('sql bob #wait', 'update item set v = 3')}`),
      openServer: own,
    });
    open.push(player);
    await until(() => player.getState().phase === 'ready', 'ready');
    for (const step of ['hold', 'wait']) {
      player.dispatch({ type: 'next' });
      await until(
        () => player.getState().timeline.steps.some((one) => one.step === step && one.settled),
        step,
      );
      await until(() => player.getState().phase === 'ready', 'ready');
    }
    const server = await own();
    const connection = await server.connect({ database: 'postgres', applicationName: 'test' });
    const [row] = await connection.rows(`select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)`);
    // Fast shutdown (manual: server-shutdown).
    process.kill(Number(row?.[0]), 'SIGINT');
    await until(() => player.getState().phase === 'broken', 'broken');
    await until(() => player.getState().timeline.serverLost !== null, 'the server is lost');
    await until(
      () => player.getState().timeline.sessions.every(({ lost }) => lost),
      'both sessions are lost',
    );
    expect(pictureOf(player.getState().timeline)).toContain('☠ lost: 57P01 the server was shut down');
    await connection.end();
    player.dispatch({ type: 'reset' });
    await until(() => player.getState().phase === 'ready', 'ready again', 20_000);
    await server.close();
  });
});
