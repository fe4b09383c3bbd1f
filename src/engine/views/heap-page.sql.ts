/** The 64 bits of a 32-bit xid that is at most 2^31 away from `next`; it may be later, when it is still in progress. */
const full = (xid: string): string => `(
  select (c - case when c - next > 2147483648 then 4294967296 when next - c > 2147483648 then -4294967296 else 0 end)::text::xid8
  from (select (next >> 32 << 32) + ${xid}::text::bigint as c) as near)`;

/**
 * The line pointers of a page with their tuple headers, as pageinspect reads them (manual: pageinspect; flags of
 * htup_details.h and itemid.h). `$1`: the table, `$2`: the page, from 0.
 *
 * Columns: lp, what the pointer is, xmin and its fate, xmax and its fate, ctid, hot, values (a JSON array of hex, as stored).
 */
export const heapPageSql = `
with next_xid as (
  select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next
), item as (
  select i.*, (i.t_infomask & 768) = 768 as frozen
  from heap_page_item_attrs(get_raw_page($1::regclass::text, $2::int), $1::regclass) as i
)
select
  lp,
  case lp_flags when 0 then 'unused' when 1 then 'normal' when 2 then 'redirect to ' || lp_off when 3 then 'dead' end,
  t_xmin::text,
  case when t_xmin is null then null when frozen or t_xmin::text::bigint < 3 then 'frozen' else
    coalesce(pg_xact_status(${full('t_xmin')}), 'committed') end,
  nullif(t_xmax::text, '0'),
  case when t_xmax is null or t_xmax::text = '0' then null
    when t_infomask & 4096 <> 0 then 'multixact'
    when t_infomask & 128 <> 0 then 'lock only'
    else coalesce(pg_xact_status(${full('t_xmax')}), 'committed') end,
  t_ctid::text,
  concat_ws(', ', case when t_infomask2 & 32768 <> 0 then 'heap only' end, case when t_infomask2 & 16384 <> 0 then 'hot updated' end),
  case when t_attrs is not null then
    (select json_agg(encode(value, 'hex') order by number) from unnest(t_attrs) with ordinality as a(value, number)) end
from item, next_xid
order by lp`;

/** Type names of a table's columns in their order, dropped ones as null. `$1`: the table. */
export const columnTypesSql = `
select case when not attisdropped then (select typname from pg_type where oid = atttypid) end
from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum`;
