/**
 * Words to complete in SQL: the ones that begin or join the clauses people type (manual: sql-keywords-appendix and
 * the SQL command pages), not all of the 500 that the grammar knows.
 */
export const sqlKeywords: readonly string[] = `
abort access action add advisory after all alter always analyze and any array as asc atomic authorization
before begin between bigint bigserial boolean both buffers by
call cascade case cast check close collate column comment commit committed concurrently conflict constraint copy
create cross current_date current_role current_timestamp current_user cursor
data database date deallocate declare default deferrable deferred delete desc distinct do domain double drop
each else enable end enum except exclude exclusive execute exists explain extension
false fetch filter first following for force foreign format from full function
generated grant group grouping
having hold
identity if ilike immediate in include index inherits inner insert instead int integer intersect interval into is
isolation isnull
join json jsonb
key
language last lateral leading left level like limit listen local lock locked
match matched materialized merge minvalue mode move
natural next no nothing notify not notnull nowait null nulls numeric
of off offset on only option or order outer over owner
partition policy precision prepare prepared preceding primary privileges procedure
range read reassign recursive references refresh reindex release rename repeatable replace reset restrict returning
revoke right role rollback row rows
savepoint schema security select sequence serial serializable session set share show skip smallint snapshot some
start statement stdin stdout system
table tablesample temporary text then ties time timestamp timestamptz to trailing transaction trigger true truncate
type
unbounded uncommitted union unique unlisten unlogged until update using uuid
vacuum values varchar verbose view volatile
wait when where window with without work write
zone`
  .trim()
  .split(/\s+/);
