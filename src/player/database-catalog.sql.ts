/** Relations and columns for completion: those of the system apart, as they never change. $1: whether to ask for those. */
export const relationsSql = `
select n.nspname, c.relname,
  case when c.relkind in ('v', 'm') then 'view' when c.relkind = 'S' then 'sequence' when c.relkind in ('i', 'I') then 'index' else 'table' end,
  pg_table_is_visible(c.oid)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I')
  and n.nspname !~ '^pg_(toast|temp)' and (not $1::boolean or c.relkind not in ('i', 'I'))
  and (n.nspname in ('pg_catalog', 'information_schema')) = $1::boolean
order by 2, 1 limit 5000`;

export const columnsSql = `
select n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and n.nspname !~ '^pg_(toast|temp)' and (n.nspname in ('pg_catalog', 'information_schema')) = $1::boolean
order by 1, 2, a.attnum limit 20000`;

export const schemasSql = `select nspname from pg_namespace where nspname !~ '^pg_(toast|temp)' order by 1`;
