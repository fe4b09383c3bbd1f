import type { Run } from '../../engine/run.ts';
import type { Connection } from '../../postgres/types.ts';

/** The rows of a larger table are not sent back: whether they have changed is looked at instead. */
const mostRows = 1_000;

/** Tables with the columns that can be written. */
const tablesSql = `
select format('%I.%I', n.nspname, c.relname),
  (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
  and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
order by 1`;

/** Inheritance that is no partitioning, or a role that may not keep triggers from firing. */
const unfitSql = `
select exists (select from pg_inherits i join pg_class c on c.oid = i.inhrelid where c.relkind in ('r', 'f') and not c.relispartition)
  or not (select rolsuper from pg_roles where rolname = current_user)`;

/** Calls that bring sequences back to where they are now; neither a rollback nor new rows do. Null: there are none. */
export const sequencesSql = `
select string_agg(format('setval(%s::oid::regclass, %s, %L)', s.seqrelid,
    coalesce(pg_sequence_last_value(s.seqrelid), s.seqstart), pg_sequence_last_value(s.seqrelid) is not null), ', ')
from pg_sequence s join pg_class c on c.oid = s.seqrelid where c.relpersistence <> 't'`;

/** SQL that brings the rows of a table back, or that says whether they are as they were. */
const restoreSql = async (
  connection: Connection,
  table: string,
  columns: string,
  mark: string,
): Promise<string> => {
  const [row] = await connection.rows(
    `select count(*), case when count(*) <= ${mostRows} then quote_literal(array_agg(kept)::text) end
     from (select * from ${table} limit ${mostRows + 1}) kept`,
  );
  const rows = row?.[1] ?? null;
  if (row?.[0] === '0') return `delete from ${table}`;
  if (rows !== null)
    return `delete from ${table};
insert into ${table} (${columns}) overriding system value select ${columns} from unnest(${rows}::${table}[])`;
  const [count] = await connection.rows(`select count(*) from ${table}`);
  return `select count(*) = ${count?.[0]} and bool_and(age(xmin) > age('${mark}'::xid)) from ${table}`;
};

/**
 * Remembers what the tables of a database hold and brings it back: much sooner than another copy of the database would be there,
 * as long as only rows were changed, and not those of large tables. It leaves nothing in the database that an answer could see.
 */
export class Keeper {
  readonly #connection: Connection;
  readonly #restore: string;

  private constructor(connection: Connection, restore: string) {
    this.#connection = connection;
    this.#restore = restore;
  }

  /**
   * @param sequences what `sequencesSql` gave
   * @returns null where rows cannot be brought back so @throws {PostgresError}
   */
  static async open(run: Run, sequences: string | null): Promise<Keeper | null> {
    const connection = await run.connect('pg-tutor keeper', {
      lock_timeout: '2s',
      synchronous_commit: 'off',
    });
    const [unfit] = await connection.rows(unfitSql);
    const tables = await connection.rows(tablesSql);
    if (unfit?.[0] !== 'f' || tables.some(([, columns]) => columns === null)) {
      await connection.end();
      return null;
    }
    const [mark] = await connection.rows('select pg_current_xact_id()::xid');
    const restore: string[] = [];
    for (const [table, columns] of tables)
      restore.push(await restoreSql(connection, table ?? '', columns ?? '', mark?.[0] ?? ''));
    if (sequences !== null) restore.push(`select ${sequences}`);
    // Neither triggers nor foreign keys have a say: what comes back was right before.
    await connection.rows(`set session_replication_role = replica`);
    return new Keeper(connection, restore.join(';\n'));
  }

  /** @returns false when it could not be done */
  async restore(): Promise<boolean> {
    let same = true;
    // One message is one transaction.
    const end = await this.#connection.run(this.#restore, 1, {
      onResult: ({ rows }) => {
        same &&= rows[0]?.[0] !== 'f';
      },
    });
    return end.type === 'finished' && same;
  }

  async close(): Promise<void> {
    await this.#connection.end();
  }
}
