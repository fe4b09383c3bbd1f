import type { Run } from '../../engine/run.ts';
import type { Connection } from '../../postgres/types.ts';

/** More rows than this are not copied back and forth: a fresh copy of the database costs less. */
const mostRows = 5_000;

/** Tables with the columns that can be written; a row only for databases in which all can be put back. */
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

const sequencesSql = `
select format('select setval(%s::oid::regclass, %s, %L)', seqrelid,
    coalesce(pg_sequence_last_value(seqrelid), seqstart), pg_sequence_last_value(seqrelid) is not null)
from pg_sequence s join pg_class c on c.oid = s.seqrelid where c.relpersistence <> 't'`;

/**
 * Remembers what the tables of a database hold and brings it back: much sooner than another copy of the database would be there,
 * as long as only rows were changed. Its copies are temporary tables, which no other session sees.
 */
export class Keeper {
  readonly #connection: Connection;
  readonly #restore: string;

  private constructor(connection: Connection, restore: string) {
    this.#connection = connection;
    this.#restore = restore;
  }

  /** @returns null where rows cannot be brought back so @throws {PostgresError} */
  static async open(run: Run): Promise<Keeper | null> {
    const connection = await run.connect('pg-tutor keeper', {
      lock_timeout: '2s',
      synchronous_commit: 'off',
    });
    const [unfit] = await connection.rows(unfitSql);
    const tables = unfit?.[0] === 'f' ? await connection.rows(tablesSql) : [];
    let rows = 0;
    const restore: string[] = [];
    for (const [index, [table, columns]] of tables.entries()) {
      const [count] = await connection.rows(
        `select count(*) from (select from ${table} limit ${mostRows + 1}) t`,
      );
      rows += Number(count?.[0] ?? 0);
      if (rows > mostRows || columns == null) break;
      const copy = `pg_temp.kept_${index}`;
      await connection.rows(`create temp table kept_${index} as select ${columns} from ${table}`);
      restore.push(
        `delete from ${table}`,
        `insert into ${table} (${columns}) overriding system value select ${columns} from ${copy}`,
      );
    }
    if (unfit?.[0] !== 'f' || rows > mostRows) {
      await connection.end();
      return null;
    }
    const sequences = await connection.rows(sequencesSql);
    restore.push(...sequences.map(([sql]) => sql ?? ''));
    // Neither triggers nor foreign keys have a say: what comes back was right before.
    await connection.rows(`set session_replication_role = replica`);
    return new Keeper(connection, restore.join(';\n'));
  }

  /** @returns false when it could not be done */
  async restore(): Promise<boolean> {
    if (this.#restore === '') return true;
    // One message is one transaction.
    const end = await this.#connection.run(this.#restore, 1, { onResult: () => {} });
    return end.type === 'finished';
  }

  async close(): Promise<void> {
    await this.#connection.end();
  }
}
