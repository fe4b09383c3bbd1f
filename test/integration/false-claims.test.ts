import { describe, expect, it } from 'vitest';
import { bless } from '../../src/authoring/bless.ts';
import { applyEdits } from '../../src/authoring/unified-diff.ts';
import { parseLesson } from '../../src/lesson/parse.ts';
import type { Claim } from '../../src/lesson/types.ts';
import { runLesson } from '../../src/player/run-lesson.ts';
import type { ClaimCheck } from '../../src/timeline/events.ts';
import { testServer } from '../support/server.ts';

/** A false claim of each kind, with `# false` behind it; `# true` claims would be caught by mistake only. */
const text = `---
title: False claims
summary: Each kind of claim, once false.
minutes: 1
---

\`\`\`sql setup
create table account (id int primary key, balance int);
insert into account select id, 300 from generate_series(1, 1000) id;
vacuum analyze account;
\`\`\`

## Results

\`\`\`sql
select id, balance from account where id <= 2;
\`\`\`
\`\`\`expect
- ordered: true # true
  rows: [[2, 300], [1, 300]] # false
- rows: [[2, 300], [1, 300]] # true
- columns: [id, amount] # false
- rowCount: 3 # false
- tag: SELECT 3 # false
\`\`\`

\`\`\`sql
do $$ begin raise notice 'seen'; end $$;
\`\`\`
\`\`\`expect
notice:
  - seen # true
  - unseen # false
state:
  - { sql: select count(*) from account, rows: [[1000]] } # true
  - { sql: select count(*) from account where id > 10, rows: [[1000]] } # false
\`\`\`

\`\`\`sql
select 1 / 0;
\`\`\`
\`\`\`expect
- error: "22003" # false
  message: division by one # false
- error: "22012" # true
- error: none # false
\`\`\`

\`\`\`sql explain
select * from account where id = 7;
\`\`\`
\`\`\`expect
plan:
  - { uses: Index Scan, index: account_pkey, rows: 1 } # true
  - { uses: Index Scan, index: account_pkey, rows: 2 } # false
  - { avoids: Index Scan } # false
\`\`\`

\`\`\`measure
of: count
variants:
  - { name: few, sql: select 10 }
  - { name: many, sql: select 30 }
\`\`\`
\`\`\`expect
measured:
  - { variant: few, value: 10 } # true
  - { variant: many, times: ">= 4", of: few } # false
\`\`\`

## Sessions

\`\`\`sql alice
begin;
update account set balance = 1 where id = 1;
\`\`\`
\`\`\`expect
- blocks: bob # false
- lost: bob # false
\`\`\`

\`\`\`predict #none
question: Q?
choices:
  - { text: a, when: { error: "40001" } }
  - { text: b, when: { blockedBy: none } }
why: Neither.
\`\`\`
\`\`\`sql bob #waits
update account set balance = 2 where id = 1;
\`\`\`
\`\`\`expect
- blockedBy: none # false
- lock: { type: tuple, mode: ShareLock } # false
- lock: { type: transactionid } # true
- tag: UPDATE 0 # false
\`\`\`

\`\`\`predict #two
question: Q?
choices:
  - { text: a, when: { tag: COMMIT } }
  - { text: b, when: { unblocks: bob } }
why: Both.
\`\`\`
\`\`\`sql alice
commit;
\`\`\`
\`\`\`expect
- unblocks: none # false
- { step: waits, rowCount: 9 } # false
\`\`\`
`;

/** So that a new kind of claim does not get by without a false one above. */
const kinds: Readonly<Record<Claim['kind'], true>> = {
  rows: true,
  columns: true,
  rowCount: true,
  tag: true,
  error: true,
  message: true,
  notice: true,
  blockedBy: true,
  blocks: true,
  unblocks: true,
  lost: true,
  plan: true,
  measured: true,
  lock: true,
  state: true,
};

/** What is wrong has just been written down: where the claim of each such line begins. */
const placesIn = (source: string): string[] =>
  source.split('\n').flatMap((line, index) => {
    if (/^```predict/.test(line)) return [`${index + 1}:1`];
    // Of a set in braces that names another step, the claim is what follows.
    const column = /step: \w+, /.test(line) ? line.indexOf('rowCount') : line.search(/[^ -]/);
    return line.endsWith('# false') ? [`${index + 1}:${column + 1}`] : [];
  });

const verify = async (source: string): Promise<readonly ClaimCheck[]> => {
  const module = { slug: 'test', number: 9, title: 'Test', summary: '' };
  const { lesson, problems } = parseLesson(source, { file: 'a.md', id: 'test/a', number: '9.9', module });
  if (!lesson)
    throw new Error(problems.map(({ position, message }) => `${position.line}: ${message}`).join('\n'));
  const { checks, error } = await runLesson({ lesson, server: await testServer() });
  expect(error).toBe(null);
  return checks;
};

const placeOf = ({ line, column }: { line: number; column: number }): string => `${line}:${column}`;
const inOrder = (places: readonly string[]): string[] =>
  [...places].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));

describe('a false claim', () => {
  it('of each kind is caught at its place, and a true one is left alone; a patch mends what it can', async () => {
    const checks = await verify(text);
    const failed = checks.filter(({ ok }) => !ok);
    expect(inOrder(failed.map(placeOf))).toEqual(placesIn(text));
    const caught = new Set(failed.map(({ claimed }) => /^(\w+): /.exec(claimed)?.[1]));
    expect(Object.keys(kinds).filter((kind) => !caught.has(kind))).toEqual([]);
    expect(
      failed
        .filter(({ claimed }) => claimed === 'exactly one choice comes true')
        .map(({ happened }) => happened),
    ).toEqual(['none', 'choice 1 and choice 2']);

    const { edits, unblessed } = bless(text, [{ major: 18, runs: [{ checks, error: null, seconds: 1 }] }]);
    const left = (await verify(applyEdits(text, edits))).filter(({ ok }) => !ok);
    expect(left.map(({ claimed }) => /^\w+/.exec(claimed)?.[0])).toEqual([
      'plan',
      'plan',
      'measured',
      'lost',
      'exactly',
      'exactly',
    ]);
    expect(unblessed).toHaveLength(left.length);
  });
});
