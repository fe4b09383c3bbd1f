import type { Connection } from '../postgres/types.ts';
import type { EventBody, SessionTransaction } from '../timeline/events.ts';
import { heldLocksSql, transactionsSql } from './blocking.sql.ts';
import { lockTarget } from './lock-row.ts';
import type { Session } from './session.ts';

type Sample = Extract<EventBody, { type: 'locks-sampled' }>;

/** What each session holds and waits for now, and its transaction. @throws {PostgresError} */
export const sampleLocks = async (control: Connection, sessions: readonly Session[]): Promise<Sample> => {
  if (sessions.length === 0) return { type: 'locks-sampled', locks: [], transactions: [] };
  const byPid = new Map(sessions.map((session) => [session.pid, session]));
  const nameOf = (pid: string | null | undefined): string => byPid.get(Number(pid))?.name ?? '';
  const pids = [...byPid.keys()];
  const locks = (await control.rows(heldLocksSql, [pids])).map(([pid, granted, ...lock]) => ({
    session: nameOf(pid),
    granted: granted === 't',
    ...lockTarget(lock),
  }));
  const rows = await control.rows(transactionsSql, [pids]);
  const transactions = rows.map(async ([pid, age]): Promise<SessionTransaction> => {
    const isolation = (await byPid.get(Number(pid))?.isolation()) ?? null;
    return { session: nameOf(pid), isolation, snapshotAge: age == null ? null : Number(age) };
  });
  return { type: 'locks-sampled', locks, transactions: await Promise.all(transactions) };
};
