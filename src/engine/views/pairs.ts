import type { Connection } from '../../postgres/types.ts';
import { blockersSql } from '../blocking.sql.ts';
import { EngineError } from '../error.ts';
import type { Run } from '../run.ts';

/** One held lock against one requested lock, as the server decided it. */
export type Pair = {
  readonly held: string;
  readonly requested: string;
  readonly outcome: 'granted' | 'waits';
  /** Who waited for whom. Differs from run to run. */
  readonly evidence: string;
};

export type PairPlan = {
  /** Names of the modes, in the order of rows and columns. */
  readonly modes: readonly string[];
  /** The statement that takes a lock of this mode. */
  readonly take: (mode: string) => string;
};

const mustRun = async (connection: Connection, sql: string): Promise<void> => {
  const end = await connection.run(sql, 1, { onResult: () => {} });
  if (end.type === 'failed') throw new EngineError(`${end.error.sqlstate}: ${end.error.message}`);
  if (end.type === 'lost') throw new EngineError('a session of the view lost its connection');
};

/** Whether the server says that `waiter` waits for `holder`. */
const isWaiting = async (control: Connection, waiter: number, holder: number): Promise<boolean> => {
  const [row] = await control.rows(blockersSql, [[waiter]]);
  return (row?.[1] ?? '').split(',').includes(String(holder));
};

/**
 * Tries one pair: the holder has its lock already. Ends with the requester idle again.
 * The answer comes from the server: the request was granted, or pg_blocking_pids names the holder.
 */
const tryPair = async (
  run: Run,
  holder: Connection,
  requester: Connection,
  sql: string,
): Promise<Pair['outcome']> => {
  await mustRun(requester, 'begin');
  let granted = false;
  const request = requester.run(sql, 1, { onResult: () => {} }).then((end) => {
    granted = end.type === 'finished';
    return end;
  });
  let outcome: Pair['outcome'] | null = null;
  const answered = request.then(() => true);
  while (outcome === null) {
    const [waiting, done] = [
      await isWaiting(run.control, requester.pid, holder.pid),
      await isReady(answered),
    ];
    if (waiting) outcome = 'waits';
    else if (done && granted) outcome = 'granted';
    else if (done) throw new EngineError(`${sql} failed`);
  }
  if (outcome === 'waits') await run.control.rows('select pg_cancel_backend($1)', [requester.pid]);
  await request;
  await mustRun(requester, 'rollback');
  return outcome;
};

/** Whether the promise is settled already. */
const isReady = (promise: Promise<boolean>): Promise<boolean> =>
  Promise.race([promise, new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);

/** Every mode held against every mode requested, two sessions, one pair after the other. */
export const tryPairs = async (run: Run, plan: PairPlan, onPair: (pair: Pair) => void): Promise<void> => {
  const [holder, requester] = await Promise.all([run.connect('holder'), run.connect('requester')]);
  try {
    for (const held of plan.modes) {
      await mustRun(holder, 'begin');
      await mustRun(holder, plan.take(held));
      for (const requested of plan.modes) {
        const outcome = await tryPair(run, holder, requester, plan.take(requested));
        const evidence =
          outcome === 'waits' ? `pid ${requester.pid} waits for pid ${holder.pid}` : 'granted at once';
        onPair({ held, requested, outcome, evidence });
      }
      await mustRun(holder, 'rollback');
    }
  } finally {
    await Promise.all([holder.end(), requester.end()]);
  }
};
