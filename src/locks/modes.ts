/** A lock mode of a table (manual: explicit-locking, "Table-Level Locks"), weakest first. */
export type TableLockMode = {
  /** As LOCK TABLE … IN … MODE takes it. */
  readonly sql: string;
  /** As pg_locks.mode prints it. */
  readonly mode: string;
  /** As the matrix heads its columns. */
  readonly short: string;
  /** Statements that take it, a few well-known ones. */
  readonly takenBy: string;
};

export const tableLockModes: readonly TableLockMode[] = [
  { sql: 'ACCESS SHARE', mode: 'AccessShareLock', short: 'AS', takenBy: 'SELECT' },
  { sql: 'ROW SHARE', mode: 'RowShareLock', short: 'RS', takenBy: 'SELECT … FOR UPDATE / FOR SHARE' },
  { sql: 'ROW EXCLUSIVE', mode: 'RowExclusiveLock', short: 'RX', takenBy: 'INSERT, UPDATE, DELETE, MERGE' },
  {
    sql: 'SHARE UPDATE EXCLUSIVE',
    mode: 'ShareUpdateExclusiveLock',
    short: 'SUX',
    takenBy: 'VACUUM, ANALYZE, CREATE INDEX CONCURRENTLY, VALIDATE CONSTRAINT',
  },
  { sql: 'SHARE', mode: 'ShareLock', short: 'S', takenBy: 'CREATE INDEX' },
  {
    sql: 'SHARE ROW EXCLUSIVE',
    mode: 'ShareRowExclusiveLock',
    short: 'SRX',
    takenBy: 'CREATE TRIGGER, ADD FOREIGN KEY',
  },
  { sql: 'EXCLUSIVE', mode: 'ExclusiveLock', short: 'X', takenBy: 'REFRESH MATERIALIZED VIEW CONCURRENTLY' },
  {
    sql: 'ACCESS EXCLUSIVE',
    mode: 'AccessExclusiveLock',
    short: 'AX',
    takenBy: 'DROP TABLE, TRUNCATE, VACUUM FULL, most of ALTER TABLE',
  },
];

/** A lock mode of a row (manual: explicit-locking, "Row-Level Locks"), weakest first. */
export type RowLockMode = {
  /** The locking clause of SELECT. */
  readonly sql: string;
  readonly short: string;
  readonly takenBy: string;
};

export const rowLockModes: readonly RowLockMode[] = [
  { sql: 'FOR KEY SHARE', short: 'KS', takenBy: 'the check of a foreign key, on the referenced row' },
  { sql: 'FOR SHARE', short: 'S', takenBy: 'SELECT … FOR SHARE' },
  { sql: 'FOR NO KEY UPDATE', short: 'NKU', takenBy: 'UPDATE that leaves key columns alone' },
  { sql: 'FOR UPDATE', short: 'U', takenBy: 'DELETE, UPDATE of a key column, SELECT … FOR UPDATE' },
];
