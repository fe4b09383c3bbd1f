import { afterEach, describe, expect, it } from 'vitest';
import type { Exercise, Lesson } from '../../src/lesson/types.ts';
import { createJudge } from '../../src/player/judge.ts';
import type { Judge, JudgeProgress, Verdict } from '../../src/player/judge-state.ts';
import type { Connection, Server } from '../../src/postgres/types.ts';
import { fence, lessonOf } from '../support/lesson.ts';
import { testServer } from '../support/server.ts';

const shop = fence(
  'sql setup',
  `create table product (id int primary key generated always as identity, name text not null, price numeric(8,2) not null);
create table orders (id int primary key, product_id int references product, amount int not null check (amount > 0));
create table account (id int primary key, owner text, balance int not null);
insert into product (name, price) values ('lamp', 20), ('rug', 50.5), ('desk', 50.5), ('vase', 9);
insert into orders values (1, 1, 2), (2, 3, 1), (3, 1, 5);
insert into account values (1, 'ann', 300), (2, 'bob', 300);
create table big as select n, n % 1000 as k from generate_series(1, 20000) n;
create index big_k on big (k);
analyze;`,
);

const judges: Judge[] = [];
// Each keeps some twenty connections.
afterEach(() => Promise.all(judges.splice(0).map((judge) => judge.close())));

const exerciseOf = (lesson: Lesson): Exercise => {
  const found = lesson.pages.flatMap(({ blocks }) => blocks).find((block) => block.kind === 'exercise');
  if (found?.kind !== 'exercise') throw new Error('the lesson has no exercise');
  return found;
};

/** A judge of an exercise that stands below some steps. */
const judgeOf = async (body: string, steps = ''): Promise<Judge> => {
  const lesson = lessonOf(`${shop}\n## Page\n\n${steps}\n${fence('exercise #x', body)}`);
  const judge = createJudge({
    lesson,
    exercise: exerciseOf(lesson),
    server: await testServer(),
    spare: false,
  });
  judges.push(judge);
  return judge;
};

const said = (verdict: Verdict): string =>
  verdict.outcome === 'failed'
    ? `${verdict.kind}${verdict.data === 'hidden' ? ' hidden' : ''}`
    : verdict.outcome;

/** Each answer and what the judge says of it. */
const expectVerdicts = async (judge: Judge, answers: Readonly<Record<string, string>>): Promise<void> => {
  const verdicts: [string, string][] = [];
  for (const answer of Object.keys(answers)) verdicts.push([answer, said(await judge.judge(answer))]);
  expect(Object.fromEntries(verdicts)).toEqual(answers);
};

describe('a result', () => {
  it('passes however it is written, and fails by the first difference', async () => {
    const judge = await judgeOf(`task: x
solution: select name, price from product where price > 10
hidden: insert into product (name, price) values ('sofa', 900), ('sofa', 900), ('cup', 3);
check: { result: rows }`);
    await expectVerdicts(judge, {
      'select name, price from product where price > 10;': 'passed',
      '-- mine\nSELECT p.NAME AS "Was", price::float8 FROM product p /* all */ WHERE NOT p.price <= 10 ;;':
        'passed',
      'select 1 as one; select name::varchar(9), price * 1.000 from product where price > 10 order by 1 desc':
        'passed',
      'begin; select name, price from product where price > 10; commit;': 'passed',
      'with w as (select * from product) select name, price from w where price > 10': 'passed',
      'create temp table t as select * from product; select name, price from t where price > 10': 'passed',
      '': 'no-answer',
      ' -- nothing ; yet\n': 'no-answer',
      'selec name from product': 'syntax',
      'select nom from product': 'error',
      'update product set price = price': 'no-result',
      'select name from product': 'column-count',
      'select price, name from product where price > 10': 'column-order',
      'select name, price::text from product where price > 10': 'type',
      'select name, price from product where price > 30': 'missing-row',
      'select name, price from product': 'extra-row',
      'select name, price from product where price > 10 union all select name, price from product where price > 10':
        'extra-row',
      "values ('lamp', 20.0), ('rug', 50.5), ('desk', 50.5)": 'missing-row hidden',
      'select distinct name, price from product where price > 10': 'missing-row hidden',
      'select name, nullif(price, 20) from product where price > 10': 'missing-row',
      'drop database postgres': 'forbidden',
      'do $$ begin loop perform 1; exit when false; end loop; end $$': 'timeout',
    });
  }, 60_000);

  it('says of more rows than are kept only that they are too many', async () => {
    const judge = await judgeOf(`task: x
solution: select n from generate_series(2990, 3000) n
check: { result: rows }`);
    const verdict = await judge.judge('select n from generate_series(1, 3000) n');
    expect(verdict).toMatchObject({
      kind: 'extra-row',
      sentence: 'At least 2989 rows are too many.',
      evidence: { missing: [], missingCount: 0, extraCount: 2989, expectedCount: 11, gotCount: 3000 },
    });
  });

  it('minds order and names where it is told to, but not the order of equals', async () => {
    const judge = await judgeOf(`task: x
solution: select id, name as title, price from product order by price desc
check: { result: { ordered: true, columns: true } }`);
    await expectVerdicts(judge, {
      'select id, name title, price from product order by price desc, id desc': 'passed',
      'select id, name title, price from product order by price desc, id': 'passed',
      'select id, name title, price from product order by price': 'order',
      'select id, name, price from product order by price desc': 'column-name',
      'select name as title, id, price from product order by price desc': 'column-order',
    });
    const verdict = await judge.judge('select id, name as title, price from product order by price');
    expect(verdict).toMatchObject({
      sentence: 'The rows are right, but row 1 is not where it should be.',
      evidence: { kind: 'order', at: 0 },
    });
  });

  it('says what it minds about style without failing', async () => {
    const judge = await judgeOf(`task: x
solution: select * from orders
check: { result: rows }`);
    const verdict = await judge.judge('select * from orders order by 1');
    expect(verdict).toMatchObject({ outcome: 'passed', orders: 0 });
    expect(verdict.outcome === 'passed' && verdict.warnings.map(({ rule }) => rule)).toEqual([
      'select-star',
      'order-by-number',
      'missing-semicolon',
    ]);
  });

  it('is of the page as it is, with what others hold', async () => {
    const judge = await judgeOf(
      `task: x
session: bob
solution: select id from account for update skip locked
check: { result: rows }`,
      fence('sql alice', 'begin; update account set balance = 0 where id = 1;'),
    );
    await expectVerdicts(judge, {
      'begin; select id from account for update skip locked': 'passed',
      'select id from account where id = 2': 'passed',
      'select id from account': 'extra-row',
      'select id from account for update': 'timeout',
      'select id from account for update nowait': 'error',
    });
  });
});

describe('a state', () => {
  it('is that of all tables, however it came to be', async () => {
    const judge = await judgeOf(`task: x
solution: update account set balance = balance + 10 where owner = 'ann'
check: { state: all }
hidden: insert into account values (3, 'ann', 50)`);
    await expectVerdicts(judge, {
      "begin; update account set balance = balance + 4 where owner = 'ann'; update account set balance = balance + 6 where owner = 'ann'; commit":
        'passed',
      "delete from account where owner = 'ann' returning 1; insert into account values (1, 'ann', 310)":
        'state hidden',
      "update account set balance = 310 where owner = 'ann'": 'state hidden',
      'update account set balance = balance + 10': 'state',
      'select 1': 'state',
      "begin; update account set balance = balance + 10 where owner = 'ann'": 'state',
      'drop table orders': 'state',
      'update account set balance = null': 'error',
    });
    const verdict = await judge.judge("begin; update account set balance = balance + 10 where owner = 'ann'");
    expect(verdict).toMatchObject({ kind: 'state' });
    expect(verdict.outcome === 'failed' && verdict.sentence).toContain('has to be committed');
  });

  it('can be what a query finds', async () => {
    const judge = await judgeOf(`task: x
solution: insert into product (name, price) values ('cup', 3)
check: { state: { query: "select name, price from product" } }`);
    await expectVerdicts(judge, {
      "insert into product (name, price) values ('x', 1); delete from product where name = 'x'; insert into product (name, price) select 'cup', 3.0":
        'passed',
      "insert into product (name, price) values ('cup', 4)": 'state',
    });
  });
});

describe('a plan, an error, the text', () => {
  it('is looked at', async () => {
    const judge = await judgeOf(`task: x
solution: select count(*) from big where k = 7
check: [{ result: rows }, { plan: { avoids: Seq Scan } }]`);
    await expectVerdicts(judge, {
      'select count(*) from big where k in (7)': 'passed',
      'select count(*) from big where k + 0 = 7': 'plan',
    });
  });

  it('has to be raised', async () => {
    const judge = await judgeOf(`task: x
solution: insert into orders values (9, 1, 0)
check: [{ error: "23514" }, { state: all }]`);
    await expectVerdicts(judge, {
      'update orders set amount = -1': 'passed',
      'begin; update orders set amount = 0; rollback': 'passed',
      'select 1': 'error',
      'select 1/0': 'error',
      'update orders set amount = 7; update orders set amount = -1': 'state',
    });
  });

  it('is told the number of rows where a table has more than are kept', async () => {
    const judge = await judgeOf(`task: x
solution: |
  delete from big where k > 500;
  delete from account where id = 2
check: { state: { tables: [big, account] } }`);
    const sentenceOf = async (answer: string) => {
      const verdict = await judge.judge(answer);
      return verdict.outcome === 'failed' ? verdict.sentence : verdict.outcome;
    };
    const rest = 'delete from account where id = 2';
    expect(await sentenceOf(`delete from big where k >= 501; ${rest}`)).toBe('passed');
    expect(await sentenceOf(`delete from big where k > 501; ${rest}`)).toBe(
      'The table big is not as it should be afterwards: 10020 rows should be there, not 10040.',
    );
    expect(await sentenceOf(`delete from big where k < 499; ${rest}`)).toBe(
      'The table big is not as it should be afterwards: some of its rows are not what they should be.',
    );
    expect(await sentenceOf(`delete from big where n > 3; ${rest}`)).toBe(
      'The table big is not as it should be afterwards: 10020 rows should be there, not 3.',
    );
    const many = "insert into account select n, 'x', 1 from generate_series(3, 3000) n";
    expect(await sentenceOf(`delete from big where k > 500; ${rest}; ${many}`)).toBe(
      'The table account is not as it should be afterwards: 1 row should be there, not 2999.',
    );
  });

  it('may lack or need something', async () => {
    const judge = await judgeOf(`task: x
solution: select name from product p join orders o on o.product_id = p.id group by p.id
check: [{ result: rows }, { forbid: [subquery, distinct, function count] }, { require: join }]`);
    await expectVerdicts(judge, {
      "select name from product p join orders o on o.product_id = p.id group by 1 having 'count(distinct' > ''":
        'passed',
      'select name from product where id in (select product_id from orders)': 'forbidden',
      'select distinct name from product p join orders o on o.product_id = p.id': 'forbidden',
      'select name from product p join orders o on o.product_id = p.id group by 1 having count(*) > 0':
        'forbidden',
      'select name from product, orders where product_id = product.id group by 1 -- join': 'required',
    });
  });
});

describe('an answer of several sessions', () => {
  it('is run by whom its markers name, the first session where none does', async () => {
    const judge = await judgeOf(`task: x
session: [alice, bob]
solution: |
  begin;
  update account set balance = balance - 100 where id = 1;
  -- bob:
  update account set balance = balance + 1 where id = 2;
  -- alice:
  rollback;
check: { state: all }`);
    await expectVerdicts(judge, {
      'update account set balance = balance + 1 where id = 2': 'passed',
      'begin; update account set balance = 0;\n-- bob:\nselect 1;\n-- alice:\nrollback;\n-- bob:\nupdate account set balance = 301 where id = 2':
        'passed',
      '-- bob: this is no marker, as it stands not alone\nselect 1': 'state',
      'begin; update account set balance = 301 where id = 2;\n-- bob:\nselect 1;': 'state',
      'begin; update account set balance = 0;\n-- bob:\nupdate account set balance = 1;': 'timeout',
      '-- bob:\nselec 1': 'syntax',
      '-- bob:\n': 'no-answer',
    });
  });
});

describe('locks', () => {
  it('are no stronger than allowed, and let others pass', async () => {
    const judge = await judgeOf(`task: x
solution: select balance from account where id = 1 for no key update
check:
  - locks: { relation: account, atMost: RowShareLock }
  - passes: [select balance from account, "update account set balance = 1 where id = 2"]
  - blocks: update account set balance = 1 where id = 1`);
    await expectVerdicts(judge, {
      'begin; select balance from account where id = 1 for update; commit': 'passed',
      'lock table account in access exclusive mode': 'error',
      'begin; lock table account in row share mode; commit': 'lock',
      'select balance from account where id = 1': 'lock',
      'select * from account for update': 'lock',
      'update account set balance = balance where id = 1': 'lock',
    });
  });

  it('of commands that run in no transaction are looked at as well', async () => {
    const judge = await judgeOf(`task: x
solution: create index concurrently on account (owner)
check: { passes: "insert into account values (9, 'x', 1)" }`);
    await expectVerdicts(judge, {
      'create index concurrently on account (balance)': 'passed',
      'create index on account (owner)': 'lock',
    });
  });

  it('are told of by those that somebody waits for, and not by all that a command takes', async () => {
    const judge = await judgeOf(`task: x
solution: select 1
check: { passes: select count(*) from account }`);
    const verdict = await judge.judge('alter table account alter balance type bigint');
    expect(verdict).toMatchObject({ kind: 'lock', evidence: { kind: 'locks' } });
    const evidence = verdict.outcome === 'failed' ? verdict.evidence : null;
    const locks = evidence?.kind === 'locks' ? evidence.locks : [];
    expect([...new Set(locks.map(({ relation }) => relation))]).toEqual(['account']);
    expect(locks.map(({ mode }) => mode)).toContain('AccessExclusiveLock');
  });

  it('are not waited for longer than allowed', async () => {
    const judge = await judgeOf(`task: x
solution: set lock_timeout = '50ms'; alter table account add column note text;
check: { waits: { held: "select * from account", atMost: 100ms } }`);
    await expectVerdicts(judge, {
      "begin; set local lock_timeout = '20ms'; alter table account add column x int; commit": 'passed',
      'alter table account add column note text': 'wait',
    });
  });

  it('are shown without what was run and rolled back before', async () => {
    const judge = await judgeOf(`task: x
solution: set lock_timeout = '50ms'; alter table account add column note text;
check:
  - state: { query: "select attname from pg_attribute where attrelid = 'account'::regclass" }
  - waits: { held: "select * from account", atMost: 100ms }`);
    const verdict = await judge.judge('alter table account add column note text');
    if (verdict.outcome !== 'failed' || verdict.evidence?.kind !== 'timeline') throw new Error('no timeline');
    expect(verdict.evidence.timeline.steps.map(({ sql }) => sql)).toEqual([
      'begin',
      'select * from account',
      'alter table account add column note text',
    ]);
  });
});

describe('all orders', () => {
  const body = `task: x
session: teller
solution: update account set balance = balance - 100 where id = 1 and balance >= 100
check:
  - interleave: { copies: 2, invariant: select balance = 100 from account where id = 1, retry: "40001" }`;
  const lossy = `begin;
select set_config('my.seen', balance::text, true) from account where id = 1;
update account set balance = current_setting('my.seen')::int - 100 where id = 1;
commit;`;

  it('keep what has to be true', async () => {
    const judge = await judgeOf(body);
    await expectVerdicts(judge, {
      'begin; select balance from account where id = 1 for update; update account set balance = balance - 100 where id = 1; commit':
        'passed',
      [lossy.replace('id = 1;', 'id = 1 for update;')]: 'passed',
      [lossy.replace('begin', 'begin isolation level repeatable read')]: 'passed',
      [lossy]: 'interleave',
      'begin; update account set balance = balance - 100 where id = 1': 'interleave',
    });
    const verdict = await judge.judge(lossy);
    expect(verdict).toMatchObject({
      evidence: { kind: 'timeline', invariant: { got: 'f' }, timeline: { sessions: [{}, {}] } },
    });
    if (verdict.outcome !== 'failed' || verdict.evidence?.kind !== 'timeline') throw new Error('no timeline');
    expect(verdict.evidence.timeline.steps.map(({ session }) => session)).toContain('teller_2');
  }, 60_000);

  it('of two copies of four statements are 70, told as they are done, and can be given up', async () => {
    const judge = await judgeOf(body);
    const four = `begin;\nselect balance from account where id = 1;\nupdate account set balance = balance - 100 where id = 1;\ncommit;`;
    const progress: JudgeProgress[] = [];
    const verdict = await judge.judge(four, { onProgress: (one) => progress.push(one) });
    expect(verdict.outcome).toBe('passed');
    expect(progress.filter(({ phase }) => phase === 'orders').at(-1)).toEqual({
      phase: 'orders',
      done: 70,
      total: 70,
    });
    const abort = new AbortController();
    const given = await judge.judge(four, {
      signal: abort.signal,
      onProgress: ({ phase, done }) => {
        if (phase === 'orders' && done > 3) abort.abort();
      },
    });
    expect(given.outcome).toBe('cancelled');
    expect(said(await judge.judge(four))).toBe('passed');
  }, 60_000);

  it('begin with sessions that hold nothing of the order before', async () => {
    const judge = await judgeOf(body);
    const locked = `select pg_advisory_lock(1);
update account set balance = balance - 100 where id = 1 and balance >= 100;
select pg_advisory_unlock(1);`;
    await expectVerdicts(judge, {
      [locked]: 'passed',
      [locked.replace('unlock', 'lock')]: 'interleave',
      [`${locked}\nselect set_config('lock_timeout', '10ms', false)`]: 'passed',
      'select 1 as one into kept; drop table kept': 'interleave',
      "select nullif(current_setting('my.own', true), '')::numeric / 0; select set_config('my.own', '1', false); update account set balance = balance - 100 where id = 1 and balance >= 100":
        'passed',
    });
  }, 60_000);

  it('of the answer and another transaction', async () => {
    const judge = await judgeOf(`task: x
solution: "begin; select from account where id in (1, 2) order by id for update; update account set balance = balance + 1 where id = 2; update account set balance = balance - 1 where id = 1; commit"
check:
  - interleave:
      with: "begin; update account set balance = balance - 5 where id = 1; update account set balance = balance + 5 where id = 2; commit"
      invariant: select sum(balance) = 600 from account`);
    await expectVerdicts(judge, {
      'begin; update account set balance = balance - 1 where id = 1; update account set balance = balance + 1 where id = 2; commit':
        'passed',
      'begin; update account set balance = balance + 1 where id = 2; update account set balance = balance - 1 where id = 1; commit':
        'interleave',
    });
  }, 60_000);
});

describe('trying out', () => {
  it('gives results and errors without judging, and leaves nothing for the next try', async () => {
    const judge = await judgeOf('task: x\nsolution: select 1\ncheck: { result: rows }');
    const first = await judge.tryOut(
      'insert into account values (7, null, 1); select count(*) from account; selec',
    );
    const steps = first.timeline.steps.filter(({ page }) => page === null);
    expect(steps.map(({ results }) => results[0]?.rows)).toEqual([[], [['3']], undefined]);
    expect(steps.at(-1)?.error?.sqlstate).toBe('42601');
    const second = await judge.tryOut('select count(*) from account');
    expect(second.timeline.steps.at(-1)?.results[0]?.rows).toEqual([['2']]);
    expect(second.stopped).toBeNull();
    expect((await judge.tryOut('drop database postgres')).stopped).toContain('DROP DATABASE');
  });
});

it('leaves no database behind when it is closed while it gets them ready', async () => {
  const server = await testServer();
  const lesson = {
    ...lessonOf(
      `${shop}\n## Page\n\n${fence('sql alice', 'begin; select 1')}\n${fence('exercise #x', 'task: x\nsolution: select 1\ncheck: { result: rows }')}`,
    ),
    id: 'test/left-early',
  };
  const admin = await server.connect({ database: 'postgres', applicationName: 'test' });
  const count = async (): Promise<number> => {
    const [row] = await admin.rows(
      "select count(*) from pg_database where datname like 'pg_tutor_left_early%'",
    );
    return Number(row?.[0]);
  };
  /** The server, told of each database before it is made. */
  const watched = (told: () => void): Server => ({
    info: server.info,
    revive: () => server.revive(),
    close: async () => {},
    connect: async (options) => {
      const connection = await server.connect(options);
      const rows: Connection['rows'] = (sql, ...more) => {
        if (/^create database/i.test(sql)) told();
        return connection.rows(sql, ...more);
      };
      return new Proxy(connection, {
        get: (target, key) => {
          if (key === 'rows') return rows;
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  });
  for (const last of [1, 2, 3, 4]) {
    let told = (): void => {};
    const exercise = exerciseOf(lesson);
    const judge = createJudge({ lesson, exercise, server: watched(() => told()), spare: false });
    await new Promise<void>((resolve) => {
      let made = 0;
      told = () => {
        made += 1;
        if (made === last) resolve(judge.close());
      };
      judge.warmUp();
    });
    // Comes after all that was begun before.
    await expect(judge.tryOut('select 1')).rejects.toThrow('the judge was closed');
    expect(await count()).toBe(0);
  }
  await admin.end();
});
