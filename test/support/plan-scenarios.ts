/**
 * Queries whose plans are captured live by scripts/capture-plans.ts into test/fixtures/plans/. pg_sleep inside them
 * fixes where the time must be, whatever EXPLAIN prints.
 */
export type PlanScenario = {
  readonly name: string;
  readonly sql: string;
  /** Run before, in the same session. */
  readonly settings?: readonly string[];
  /** Of EXPLAIN; ANALYZE, BUFFERS, VERBOSE when absent. */
  readonly options?: string;
  /** The oldest major version that can run it. */
  readonly from?: number;
  /** Where the time is: nodes whose title matches take so many ms themselves; no other node takes half of the least. */
  readonly sleeps?: readonly { readonly node: RegExp; readonly ms: number; readonly cpu?: boolean }[];
  /** Times beside the tree. */
  readonly buckets?: { readonly triggersMs?: number; readonly unscannedCteMs?: number };
};

export const planSchema = `
create function slow(ms float8, v int) returns int language plpgsql volatile parallel safe
  as $$begin perform pg_sleep(ms / 1000.0); return v; end$$;
create table small (x int);
insert into small select generate_series(1, 20);
create table big (id int primary key, k int, v text);
insert into big select g, g % 100, repeat('x', 40) from generate_series(1, 20000) g;
create index big_k on big (k, id);
-- One row a page, so that processes share them.
create table wide (x int, pad text) with (fillfactor = 10);
alter table wide alter pad set storage plain;
insert into wide select g, repeat('x', 5000) from generate_series(1, 12) g;
create table part (id int, at int) partition by range (at);
create table part_a partition of part for values from (0) to (100);
create table part_b partition of part for values from (100) to (200);
create table part_c partition of part for values from (200) to (300);
create table part_d partition of part for values from (300) to (400);
insert into part select g, g % 400 from generate_series(1, 4000) g;
create index on part (at);
create table parent (id int primary key);
insert into parent select generate_series(1, 10);
create table child (id int primary key, parent_id int references parent on delete cascade);
insert into child select g, g from generate_series(1, 10) g;
create table log_after (x int);
create table log_before (x int);
create function sleepy() returns trigger language plpgsql as $$begin perform pg_sleep(0.01); return new; end$$;
create trigger after_row after insert on log_after for each row execute function sleepy();
create trigger before_row before insert on log_before for each row execute function sleepy();
create table target (id int primary key, v int);
insert into target select g, g from generate_series(1, 5) g;
vacuum analyze;
`;

const serial = 'set max_parallel_workers_per_gather = 0';
const parallel = [
  'set parallel_setup_cost = 0',
  'set parallel_tuple_cost = 0',
  'set min_parallel_table_scan_size = 0',
  'set min_parallel_index_scan_size = 0',
  'set max_parallel_workers_per_gather = 2',
];
const noLeader = [...parallel, 'set parallel_leader_participation = off'];
const init = [{ node: /^InitPlan \d+.* Result$/, ms: 60 }];
const plain = 'analyze, buffers';

export const planScenarios: readonly PlanScenario[] = [
  {
    name: 'parallel-leader',
    settings: parallel,
    sql: 'select count(*) from wide where slow(10, x) > 0',
    sleeps: [{ node: /Parallel Seq Scan on wide/, ms: 120, cpu: true }],
  },
  {
    name: 'parallel-no-leader',
    settings: noLeader,
    sql: 'select count(*) from wide where slow(10, x) > 0',
    sleeps: [{ node: /Parallel Seq Scan on wide/, ms: 120, cpu: true }],
  },
  {
    name: 'parallel-gather-merge',
    settings: parallel,
    sql: 'select x from wide where slow(10, x) > 0 order by x',
    sleeps: [{ node: /Parallel Seq Scan on wide/, ms: 120, cpu: true }],
  },
  {
    name: 'parallel-subplan',
    settings: parallel,
    sql: 'select count(*) from wide w where (select slow(10, s.x) from small s where s.x = w.x) > 0',
    sleeps: [{ node: /Seq Scan on small/, ms: 120, cpu: true }],
  },
  {
    name: 'initplan-filter',
    settings: [serial],
    sql: 'select count(*) from small s join big b on b.id = s.x where s.x > (select slow(60, 3))',
    sleeps: init,
  },
  {
    name: 'initplan-filter-plain',
    settings: [serial],
    options: plain,
    sql: 'select count(*) from small s join big b on b.id = s.x where s.x > (select slow(60, 3))',
    sleeps: init,
  },
  {
    name: 'initplan-output',
    settings: [serial],
    sql: 'select x, (select slow(60, 3)) from small order by x',
    sleeps: init,
  },
  {
    name: 'initplan-output-plain',
    settings: [serial],
    options: plain,
    sql: 'select x, (select slow(60, 3)) from small order by x',
    sleeps: init,
  },
  {
    name: 'initplan-two-places',
    settings: [serial],
    sql: 'with t as materialized (select slow(60, 3) as v) select x from small where x > (select v from t) order by (select v from t)',
    sleeps: [{ node: /CTE t Result/, ms: 60 }],
  },
  {
    name: 'initplan-limit',
    settings: [serial],
    sql: 'select * from small limit (select slow(60, 5))',
    sleeps: init,
  },
  {
    name: 'initplan-index',
    settings: [serial],
    sql: 'select * from big where id = (select slow(60, 5))',
    sleeps: init,
  },
  {
    name: 'initplan-array',
    settings: [serial],
    sql: 'select * from big where id = any (array(select slow(6, x) from small where x <= 10))',
    sleeps: [{ node: /^InitPlan .* Seq Scan on small/, ms: 60 }],
  },
  {
    name: 'initplan-nested',
    settings: [serial],
    sql: 'select x from small where x > (select slow(40, 2) + x from small where x = (select slow(60, 1)))',
    sleeps: [
      { node: /^InitPlan \d+.* Seq Scan on small/, ms: 40 },
      { node: /^InitPlan \d+.* Result/, ms: 60 },
    ],
  },
  {
    name: 'initplan-one-time',
    settings: [serial],
    sql: 'select * from small where (select slow(60, 1)) = 1',
    sleeps: init,
  },
  {
    name: 'initplan-gather',
    settings: parallel,
    sql: 'select count(*) from wide where x > (select slow(60, 3))',
    sleeps: init,
  },
  {
    name: 'initplan-exists',
    settings: [serial],
    sql: 'select x from small where exists (select slow(60, 1) from big where k = 7 offset 0)',
    sleeps: [],
  },
  {
    name: 'initplan-insert',
    settings: [serial],
    sql: 'insert into target values (100, (select slow(60, 1)))',
    sleeps: init,
  },
  {
    name: 'cte-twice',
    settings: [serial],
    sql: 'with c as materialized (select slow(6, x) as v from small where x <= 10) select (select count(*) from c a), b.v from c b',
    sleeps: [{ node: /^CTE c Seq Scan/, ms: 60 }],
  },
  {
    name: 'cte-join',
    settings: [serial],
    sql: 'with c as materialized (select slow(6, x) as v from small where x <= 10) select * from c a join c b on a.v = b.v + 1',
    sleeps: [{ node: /^CTE c Seq Scan/, ms: 60 }],
  },
  {
    name: 'cte-nested',
    settings: [serial],
    sql: `with a as materialized (select slow(6, x) as v from small where x <= 10),
       b as materialized (select v, slow(4, v) as w from a) select * from b x, b y, a z where x.v = y.v and z.v = y.w`,
    sleeps: [
      { node: /^CTE a Seq Scan/, ms: 60 },
      // The scans share what they read by their times: which of them made the rows of a is not printed.
      { node: /CTE Scan on a/, ms: 40 },
    ],
  },
  {
    name: 'cte-recursive',
    settings: [serial],
    sql: 'with recursive r(n) as (select 1 union all select slow(6, n) + 1 from r where n < 11) select sum(n) from r',
    sleeps: [{ node: /WorkTable Scan on r/, ms: 60 }],
  },
  {
    name: 'cte-insert-scanned',
    settings: [serial],
    sql: 'with i as (insert into target select slow(6, x) + 10, x from small where x <= 10 returning id) select count(*) from i',
    sleeps: [{ node: /Seq Scan on small/, ms: 60 }],
  },
  {
    name: 'cte-insert-unscanned',
    settings: [serial],
    sql: 'with i as (insert into target select slow(6, x) + 10, x from small where x <= 10) select 1',
    sleeps: [{ node: /Seq Scan on small/, ms: 60 }],
    buckets: { unscannedCteMs: 60 },
  },
  {
    name: 'cte-insert-limit',
    settings: [serial],
    sql: 'with i as (insert into target select slow(6, x) + 10, x from small where x <= 10 returning id) select * from i limit 5',
    sleeps: [{ node: /Seq Scan on small/, ms: 60 }],
    buckets: { unscannedCteMs: 30 },
  },
  {
    name: 'subplan-correlated',
    settings: [serial],
    sql: 'select x, (select slow(5, b.id) from big b where b.id = s.x) from small s',
    sleeps: [{ node: /^SubPlan .* on big/, ms: 100 }],
  },
  {
    name: 'subplan-hashed',
    settings: [serial],
    sql: 'select x from small where x not in (select slow(6, b.id) from big b where b.id <= 10)',
    sleeps: [{ node: /^SubPlan .* on big/, ms: 60 }],
  },
  {
    name: 'memoize',
    settings: [
      serial,
      'set enable_hashjoin = off',
      'set enable_mergejoin = off',
      'set enable_material = off',
    ],
    sql: 'select count(*) from big b, lateral (select slow(20, s.x) as v from small s where s.x = b.id % 3 + 1) l where b.id <= 200',
    sleeps: [],
  },
  {
    name: 'prune-init',
    settings: [serial, 'set plan_cache_mode = force_generic_plan'],
    sql: 'select * from part where at = (select slow(60, 150))',
    sleeps: init,
  },
  {
    name: 'prune-exec',
    settings: [serial, 'set enable_hashjoin = off', 'set enable_mergejoin = off'],
    sql: 'select * from (values (20), (20), (350)) d(x) join part on part.at = d.x',
    sleeps: [],
  },
  {
    name: 'trigger-after',
    settings: [serial],
    sql: 'insert into log_after select x from small where x <= 8',
    buckets: { triggersMs: 80 },
    sleeps: [],
  },
  {
    name: 'trigger-before',
    settings: [serial],
    sql: 'insert into log_before select x from small where x <= 8',
    buckets: { triggersMs: 80 },
    sleeps: [],
  },
  { name: 'trigger-cascade', settings: [serial], sql: 'delete from parent where id <= 5', sleeps: [] },
  {
    name: 'merge',
    from: 15,
    settings: [serial],
    sql: `merge into target t using small s on t.id = s.x when matched and s.x < 3 then delete
       when matched then update set v = slow(20, s.x) when not matched then insert values (s.x, slow(2, s.x))`,
    sleeps: [{ node: /Merge on target/, ms: 90 }],
  },
  {
    name: 'upsert',
    settings: [serial],
    options: 'analyze, buffers, verbose, wal',
    sql: 'insert into target select x, x from small on conflict (id) do update set v = excluded.v where target.v > 2',
    sleeps: [],
  },
  {
    name: 'update-partitions',
    settings: [serial],
    options: 'analyze, buffers, verbose, wal',
    sql: 'update part set id = id + 1 where at between 90 and 110',
    sleeps: [],
  },
  {
    name: 'foreign',
    settings: [serial],
    sql: 'select count(*) from far f join small s on f.id = s.x',
    sleeps: [],
  },
  { name: 'foreign-update', settings: [serial], sql: 'update far set v = id where id = 3', sleeps: [] },
  {
    name: 'skip-scan',
    from: 18,
    settings: [serial, 'set enable_seqscan = off', 'set enable_bitmapscan = off'],
    sql: 'select count(*) from big where id = 77 and v is not null',
    sleeps: [],
  },
  {
    name: 'sort-disk',
    settings: [serial, "set work_mem = '64kB'", 'set enable_indexscan = off', 'set enable_bitmapscan = off'],
    sql: 'select * from big order by v, id desc',
    sleeps: [],
  },
  {
    name: 'sort-parallel',
    settings: [...parallel, "set work_mem = '64kB'"],
    sql: 'select * from big order by v, id desc',
    sleeps: [],
  },
  {
    name: 'hash-batches',
    settings: [serial, "set work_mem = '64kB'", 'set enable_mergejoin = off', 'set enable_nestloop = off'],
    sql: 'select count(*) from big a join big b on a.id = b.id',
    sleeps: [],
  },
  {
    name: 'hashagg-disk',
    settings: [
      serial,
      "set work_mem = '64kB'",
      'set enable_sort = off',
      'set enable_indexscan = off',
      'set enable_indexonlyscan = off',
      'set enable_bitmapscan = off',
    ],
    sql: 'select id, count(*) from big group by id',
    sleeps: [],
  },
  {
    name: 'bitmap-or',
    settings: [
      serial,
      'set enable_seqscan = off',
      'set enable_indexscan = off',
      'set enable_indexonlyscan = off',
    ],
    sql: 'select * from big where k = 3 or id < 50',
    sleeps: [],
  },
  {
    name: 'grouping-sets',
    settings: [serial],
    sql: 'select k, id % 7, count(*) from big group by grouping sets ((k), (id % 7), ())',
    sleeps: [],
  },
  {
    name: 'window-setop',
    settings: [serial],
    sql: 'select k, rank() over (partition by k order by id) from big where id < 500 except select x, x from small limit 5',
    sleeps: [],
  },
  {
    name: 'incremental-sort',
    settings: [serial],
    sql: 'select * from big order by k, v limit 50',
    sleeps: [],
  },
  {
    name: 'timing-off',
    settings: [serial],
    options: 'analyze, timing off, costs off',
    sql: 'select * from small s left join big b on b.id = s.x for update of s',
    sleeps: [],
  },
  {
    name: 'not-run',
    settings: [serial],
    options: 'verbose, settings',
    sql: 'select * from part p, generate_series(1, 3) g(n), (values (1), (2)) v(z) where p.id = g.n order by p.at',
  },
  {
    name: 'serialize',
    from: 17,
    settings: [serial],
    options: 'analyze, buffers, verbose, settings, wal, memory, serialize text',
    sql: 'select * from big limit 5000',
    sleeps: [],
  },
];
