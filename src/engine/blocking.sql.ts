/**
 * Who waits for whom, as the server knows it. pg_blocking_pids covers lock waits, hard and soft (manual:
 * functions-info); pg_safe_snapshot_blocking_pids the wait of a SERIALIZABLE READ ONLY DEFERRABLE transaction.
 */
export const blockersSql = `
select pid, array_to_string(pg_blocking_pids(pid) || pg_safe_snapshot_blocking_pids(pid), ','), false
from unnest($1::int[]) as backend(pid)`;

/**
 * The same for isolation specs: whether a backend waits is what isolationtester would be told (waitfuncs.c: a lock held by
 * one of $2, a safe snapshot, an injection point). A spec may have changed the search_path.
 */
export const isolationBlockersSql = `
select pid,
  pg_catalog.array_to_string(
    pg_catalog.pg_blocking_pids(pid) operator(pg_catalog.||) pg_catalog.pg_safe_snapshot_blocking_pids(pid), ','),
  pg_catalog.pg_isolation_test_session_is_blocked(pid, $2::pg_catalog.int4[])
from pg_catalog.unnest($1::pg_catalog.int4[]) as backend(pid)`;

/** Columns of pg_locks that name what is locked, relations and keys in words. Shared by both queries below. */
const target = `
  locktype,
  mode,
  case when relation is not null and database in (0, (select oid from pg_database where datname = current_database()))
       then coalesce((select relname from pg_class where oid = relation), relation::text) end,
  case when tuple is not null then page || ',' || tuple end,
  transactionid::text,
  virtualxid,
  case when locktype = 'advisory' and objsubid = 1 then ((classid::bigint << 32) | objid::bigint)::text
       when locktype = 'advisory' then classid || ', ' || objid end`;

/**
 * The lock each backend waits for; a backend waits for one at most. The wait for a safe snapshot is in pg_stat_activity only.
 */
export const wantedLockSql = `
select pid, ${target} from pg_locks where not granted and pid = any ($1::int[])
union all
select pid, 'snapshot', 'SafeSnapshot', null, null, null, null, null
from pg_stat_activity where wait_event = 'SafeSnapshot' and pid = any ($1::int[])`;

/**
 * Every lock of our sessions a learner would ask about: not those on system catalogs, and not the lock every
 * transaction has on its own virtual transaction id.
 */
export const heldLocksSql = `
select pid, granted, ${target}
from pg_locks
where pid = any ($1::int[])
  and not (locktype = 'virtualxid' and granted)
  and not (relation is not null and relation < 16384)
order by pid, granted desc, locktype, relation, page, tuple, mode`;

/** Open transactions of backends, and how many transaction ids have been given out since the snapshot they hold. */
export const transactionsSql = `
select pid, age(backend_xmin) from pg_stat_activity where pid = any ($1::int[]) and xact_start is not null`;
