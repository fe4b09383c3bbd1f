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
  /** What the plan must have, or the scenario does not show what it is for: titles of nodes. */
  readonly shows?: readonly RegExp[];
  /** Nothing is captured on a server without it. */
  readonly needs?: 'jit';
  /** Times beside the tree. */
  readonly buckets?: { readonly triggersMs?: number; readonly unscannedCteMs?: number };
};

export const planSchema = `
create function slow(ms float8, v int) returns int language plpgsql volatile parallel safe
  as $$begin perform pg_sleep(ms / 1000.0); return v; end$$;
create function slow_alone(ms float8, v int) returns int language plpgsql volatile parallel restricted
  as $$begin perform pg_sleep(ms / 1000.0); return v; end$$;
create function slow_stable(ms float8, v int) returns int language plpgsql stable parallel safe
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
-- More pages than a bitmap of 64 kB can hold one by one.
create table tall (x int, pad text) with (fillfactor = 10);
alter table tall alter pad set storage plain;
insert into tall select g, repeat('x', 5000) from generate_series(1, 3000) g;
create index tall_x on tall (x);
create table pair (a int, b int);
insert into pair select g % 5, g from generate_series(1, 20000) g;
create index pair_a_b on pair (a, b);
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
create view slow_view as select slow(6, x) as v from small where x <= 10;
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
    // Each process makes the hash table for itself.
    name: 'parallel-subplan',
    settings: parallel,
    sql: 'select count(*) from wide w where slow(1, w.x) not in (select slow(6, g + 100) from generate_series(1, 10) g)',
    sleeps: [{ node: /^SubPlan .*Function Scan/, ms: 60 }],
    shows: [/Parallel Seq Scan on wide/],
  },
  {
    name: 'parallel-hash',
    settings: [...parallel, 'set enable_mergejoin = off', 'set enable_nestloop = off'],
    sql: 'select count(*) from big a join pair p on a.id = p.b where a.k + p.a > 0',
    sleeps: [],
    shows: [/Parallel Hash/],
  },
  {
    name: 'parallel-append',
    settings: parallel,
    sql: 'select count(*) from (select slow(10, x) from wide union all select slow(10, x) from small where x <= 12) u',
    sleeps: [{ node: /Seq Scan on (?:wide|small)/, ms: 240, cpu: true }],
    shows: [/Parallel Append/],
  },
  {
    name: 'parallel-again',
    settings: [
      ...parallel,
      'set enable_hashjoin = off',
      'set enable_mergejoin = off',
      'set enable_material = off',
      'set enable_memoize = off',
    ],
    sql: 'select * from (values (1), (2), (3)) o(z) left join (select x from wide where slow(4, x) > 0 offset 0) i on i.x = o.z',
    sleeps: [{ node: /Parallel Seq Scan on wide/, ms: 144, cpu: true }],
    shows: [/^Gather/],
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
    sql: 'select count(*) from wide where slow(1, x) > (select slow(60, 3))',
    sleeps: [...init, { node: /Parallel Seq Scan on wide/, ms: 12, cpu: true }],
    shows: [/^Gather/],
  },
  {
    name: 'initplan-on-gather',
    settings: parallel,
    sql: 'select x from wide where slow(1, x) > (select slow(60, 3))',
    sleeps: [...init, { node: /Parallel Seq Scan on wide/, ms: 12, cpu: true }],
    shows: [/^Gather/],
  },
  {
    name: 'initplan-gather-no-leader',
    settings: noLeader,
    sql: 'select x from wide where slow(1, x) > (select slow(60, 3)) order by x',
    sleeps: [...init, { node: /Parallel Seq Scan on wide/, ms: 12, cpu: true }],
    shows: [/^Gather/],
  },
  {
    name: 'initplan-join',
    settings: [serial, 'set enable_mergejoin = off', 'set enable_nestloop = off'],
    sql: 'select count(*) from small s join big b on b.id = s.x + (select slow(60, 3))',
    sleeps: init,
  },
  {
    name: 'initplan-having',
    settings: [serial],
    sql: 'select x % 3 from small group by 1 having count(*) > (select slow(60, 3))',
    sleeps: init,
  },
  {
    name: 'initplan-sort',
    settings: [serial],
    sql: 'select x from small order by x % (select slow(60, 3)), x',
    sleeps: init,
  },
  {
    name: 'initplan-function',
    settings: [serial],
    sql: 'select count(*) from generate_series(1, (select slow(60, 5))) g',
    sleeps: init,
  },
  {
    name: 'initplan-update',
    settings: [serial],
    sql: 'update target set v = (select slow(60, 1)) where id <= 3 returning v',
    sleeps: init,
  },
  {
    name: 'initplan-returning',
    settings: [serial],
    sql: 'delete from target where id = 3 returning (select slow(60, 1))',
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
    name: 'cte-gather',
    settings: parallel,
    sql: 'with c as materialized (select slow_alone(6, x) as v from small where x <= 10) select x from wide where slow(1, x) > (select min(v) from c)',
    sleeps: [
      { node: /^CTE c /, ms: 60 },
      { node: /Parallel Seq Scan on wide/, ms: 12, cpu: true },
    ],
    shows: [/^Gather/],
  },
  {
    name: 'cte-parallel',
    settings: parallel,
    sql: 'with c as materialized (select x from wide where slow(10, x) > 0) select * from c a join c b on a.x = b.x + 1',
    sleeps: [{ node: /Parallel Seq Scan on wide/, ms: 120, cpu: true }],
    shows: [/^CTE c Gather/],
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
    name: 'cte-delete-insert',
    settings: [serial],
    sql: `with d as (delete from target where id <= 3 returning slow(20, id) as v),
       i as (insert into parent select v + 100 from d) select 1`,
    sleeps: [{ node: /^CTE d Delete/, ms: 60 }],
    buckets: { unscannedCteMs: 60 },
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
    sql: `select count(*) from big b, lateral (select s.x from small s where s.x = b.k and slow_stable(20, s.x) > 0 offset 0) l
       where b.id <= 1000 and b.k between 1 and 3`,
    sleeps: [{ node: /Seq Scan on small/, ms: 60 }],
    shows: [/^Memoize/],
  },
  {
    name: 'prune-init',
    settings: [serial, 'set plan_cache_mode = force_generic_plan'],
    sql: 'select * from part where at = (select slow(60, 150))',
    sleeps: init,
  },
  {
    name: 'prune-plan',
    settings: [
      serial,
      'set plan_cache_mode = force_generic_plan',
      'prepare one (int) as select slow(10, id) from part where at = $1',
    ],
    sql: 'execute one (150)',
    sleeps: [{ node: /Scan .*on part_b/, ms: 100 }],
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
    name: 'foreign-slow',
    settings: [serial],
    sql: 'select count(*) from far_slow f where f.v > 0 and f.v < (select slow(20, 5))',
    sleeps: [
      { node: /Foreign Scan/, ms: 60 },
      { node: /^InitPlan \d+.* Result$/, ms: 20 },
    ],
  },
  {
    name: 'skip-scan',
    from: 18,
    settings: [serial, 'set enable_seqscan = off', 'set enable_bitmapscan = off'],
    sql: 'select count(*) from pair where b = 77',
    sleeps: [],
    shows: [/^Index Only Scan using pair_a_b/],
  },
  {
    name: 'bitmap-lossy',
    settings: [serial, "set work_mem = '64kB'", 'set enable_seqscan = off', 'set enable_indexscan = off'],
    sql: 'select count(pad) from tall where x > 10',
    sleeps: [],
    shows: [/^Bitmap Heap Scan on tall/],
  },
  {
    name: 'jit',
    needs: 'jit',
    settings: [
      serial,
      'set jit = on',
      'set jit_above_cost = 0',
      'set jit_inline_above_cost = 0',
      'set jit_optimize_above_cost = 0',
    ],
    sql: 'select count(*), count(pg_sleep(0.04)) from small where x <= 10',
    sleeps: [{ node: /^Aggregate/, ms: 400 }],
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
