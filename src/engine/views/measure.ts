import { readPlan } from '../../explain/read.ts';
import type { MeasureUnit, MeasureVariant } from '../../lesson/types.ts';
import type { Connection } from '../../postgres/types.ts';
import type { Cell } from '../../timeline/events.ts';
import { EngineError } from '../error.ts';
import type { Run } from '../run.ts';

export const measureColumns = ['variant', 'value', 'evidence'];

const mustRun = async (connection: Connection, name: string, sql: string): Promise<void> => {
  if (sql.trim() === '') return;
  const end = await connection.run(sql, 1, { onResult: () => {} });
  if (end.type === 'failed') throw new EngineError(`${name}: ${end.error.sqlstate} ${end.error.message}`);
  if (end.type === 'lost') throw new EngineError(`${name}: the connection was lost`);
};

const bare = (sql: string): string => sql.trim().replace(/;\s*$/, '');

/** The number of a variant, and the milliseconds it took. @throws {EngineError | PostgresError} */
const measureOne = async (
  connection: Connection,
  unit: MeasureUnit,
  { name, sql }: MeasureVariant,
): Promise<[value: number, ms: number]> => {
  if (unit === 'bytes' || unit === 'count') {
    const started = performance.now();
    const [row, second] = await connection.rows(bare(sql));
    const value = Number(row?.[0] ?? Number.NaN);
    if (second || row?.length !== 1 || !Number.isFinite(value))
      throw new EngineError(`${name}: a measure of ${unit} needs a query that gives one number`);
    return [value, performance.now() - started];
  }
  const options = unit === 'wal' ? 'analyze, wal' : 'analyze, buffers';
  // Once unseen: catalogs are read and hint bits set by then.
  await connection.rows(`explain (${options}, format json) ${bare(sql)}`);
  const [row] = await connection.rows(`explain (${options}, format json) ${bare(sql)}`);
  const plan = readPlan(row?.[0] ?? '');
  const [root] = plan.nodes;
  const buffers = root?.buffers?.total;
  const pages = buffers
    ? buffers.sharedHit + buffers.sharedRead + buffers.localHit + buffers.localRead
    : Number.NaN;
  const value = unit === 'wal' ? (root?.wal?.total.bytes ?? 0) : pages;
  return [value, plan.executionMs ?? 0];
};

/**
 * Measures the variants one after the other in a session of their own, each in a transaction that is rolled back.
 * @param onRow a row `[variant, value, evidence]`; the evidence says how long it took
 */
export const measure = async (
  run: Run,
  { unit, variants }: { readonly unit: MeasureUnit; readonly variants: readonly MeasureVariant[] },
  onRow: (row: readonly Cell[]) => void,
): Promise<void> => {
  const connection = await run.connect('pg-tutor measure');
  try {
    for (const variant of variants) {
      await mustRun(connection, variant.name, 'begin');
      await mustRun(connection, variant.name, variant.before);
      const [value, ms] = await measureOne(connection, unit, variant);
      await mustRun(connection, variant.name, 'rollback');
      onRow([variant.name, String(value), `${ms.toFixed(ms < 10 ? 1 : 0)} ms`]);
    }
  } finally {
    await connection.end();
  }
};
