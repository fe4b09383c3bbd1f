import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTranscript, type TranscriptFormat } from '../../src/plain/transcript.ts';
import { runLesson } from '../../src/player/run-lesson.ts';
import { findBinaries } from '../../src/postgres/embedded/majors.ts';
import { openServer } from '../../src/postgres/server.ts';
import type { Server } from '../../src/postgres/types.ts';
import { unicodeGlyphs } from '../../src/text/glyphs.ts';
import { loadHighlighter } from '../../src/text/highlight.ts';
import type { ClaimCheck } from '../../src/timeline/events.ts';
import { fence, lessonOf } from '../support/lesson.ts';
import { testServer } from '../support/server.ts';

const setup = fence(
  'sql setup',
  `create table account (id int primary key, owner text, balance int);
insert into account select i, 'o' || i % 100, i from generate_series(1, 20000) i;
create table ev (id int, q int) partition by list (q);
create table ev1 partition of ev for values in (1);
create table ev2 partition of ev for values in (2);
create table ev3 partition of ev for values in (3);
vacuum analyze account;`,
);

const calm = 'set max_parallel_workers_per_gather = 0; ';

const isInstalled = (major: number): boolean => {
  try {
    findBinaries(major, {});
    return true;
  } catch {
    return false;
  }
};

/** A lesson of one page whose steps are explained, each with its claims. */
const lesson = lessonOf(
  `${setup}\n## Page\n\n` +
    fence('sql explain #scan', `${calm}select * from account where owner = 'o7'`) +
    fence(
      'expect',
      `plan:
  - { uses: Seq Scan, relation: account, rows: 200, loops: 1, buffers: ">= 100" }
  - { avoids: any, index: account_pkey }
  - { uses: Index Scan, relation: account }
  - { avoids: Seq Scan, relation: account, rows: "> 100" }
  - { uses: Seq Scan, rows: 1 }`,
    ) +
    fence('sql explain #point', `${calm}select * from account where id = 7`) +
    fence(
      'expect',
      `plan: { uses: Index Scan, index: account_pkey, relation: account, rows: 1, buffers: "<= 4" }`,
    ) +
    fence(
      'sql explain #only',
      `${calm}set enable_seqscan = off; set enable_bitmapscan = off; select id from account where id < 100`,
    ) +
    fence('expect', 'plan: { uses: Index Only Scan, heapFetches: 0 }') +
    fence(
      'sql explain #join',
      `set enable_hashjoin = off; set enable_mergejoin = off; select * from account a join account b on b.id = a.balance where a.id <= 20`,
    ) +
    fence('expect', 'plan: [{ uses: Nested Loop }, { uses: any, index: account_pkey, loops: 20 }]') +
    fence(
      'sql explain #left',
      'reset enable_hashjoin; set enable_nestloop = off; select * from account a left join account b on b.balance = a.balance',
    ) +
    fence('expect', 'plan: [{ uses: any, loops: 1 }, { uses: Hash Left Join }, { avoids: Nested Loop }]') +
    fence(
      'sql explain #pruned',
      'prepare p(int) as select * from ev where q = $1; set plan_cache_mode = force_generic_plan; execute p(1)',
    ) +
    fence('expect', 'plan: { uses: Append, subplansRemoved: 2 }') +
    fence(
      'sql explain #workers',
      'reset all; set max_parallel_workers_per_gather = 2; set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0; select count(*) from account',
    ) +
    fence(
      'expect',
      'plan: [{ uses: Gather, workersLaunched: ">= 1" }, { uses: Parallel Seq Scan }, { uses: Partial Aggregate }]',
    ) +
    `\n${fence('compare', 'steps: [scan, point]\nlabels: [every row, the index]')}` +
    fence('sql #many', 'select id from account where id <= 3 order by id') +
    fence('sql #other', 'select id from account where id in (1, 2, 4) order by id') +
    fence('compare', 'steps: [many, other]'),
);

type Played = { failed: readonly ClaimCheck[]; checks: number; transcript: string };

const play = async (server: Server, format: TranscriptFormat): Promise<Played> => {
  let transcript = '';
  const output = await createTranscript(format, lesson, {
    width: 100,
    glyphs: unicodeGlyphs,
    style: false,
    highlight: await loadHighlighter(),
    write: (text) => {
      transcript += text;
    },
  });
  const { failed, checks, error } = await runLesson({ lesson, server, onEvent: output.event });
  expect(error).toBeNull();
  return { failed, checks: checks.length, transcript };
};

const said = ({ failed }: Played): string[] =>
  failed.map(
    ({ line, claimed, happened }) => `${line} ${claimed}: ${happened.replace(/buffers \d+/, 'buffers n')}`,
  );

const wrong = [
  '26 plan: uses Index Scan, relation: account: no such node; #1 Seq Scan on account',
  '27 plan: avoids Seq Scan, relation: account, rows: >= 101: the plan has #1 Seq Scan on account (rows 200)',
  '28 plan: uses Seq Scan, rows: 1: #1 Seq Scan on account (rows 200)',
];

describe.each([18, 14])('on PostgreSQL %i', (major) => {
  let server: Server | null = null;
  let folder: string | null = null;

  beforeAll(async () => {
    if (major === 18) server = await testServer();
    else if (isInstalled(major)) {
      folder = mkdtempSync(path.join(tmpdir(), 'pg-tutor-plans-'));
      server = await openServer({
        target: { kind: 'embedded' },
        stateDir: folder,
        confirm: async () => true,
        log: () => {},
        major,
      });
    }
  }, 60_000);
  afterAll(async () => {
    if (folder === null) return;
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('holds claims against the plan and names the node that breaks one; compares', async (context) => {
    if (!server) return context.skip(`the binaries of PostgreSQL ${major} are not there`);
    const played = await play(server, 'text');
    expect(said(played)).toEqual(wrong);
    expect(played.checks).toBe(16);
    const { transcript } = played;
    expect(transcript).toMatch(/pages +% heat +rows +est× +node/);
    expect(transcript).toMatch(/every row → the index/);
    expect(transcript).toMatch(/~ +.*Index Scan account using account_pkey/);
    expect(transcript).toMatch(/1 row only on the left, 1 row only on the right/);
    expect(transcript).toMatch(/−\s+3\s+\+\s+4/);
  }, 60_000);
});
