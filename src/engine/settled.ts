import type { Blocked } from './watcher.ts';

/**
 * Whether nothing will happen any more without another step: all that is in flight waits, and every chain of
 * waits ends at a session that is idle. In a ring of waits the server will choose a victim (deadlock_timeout), so
 * something will happen.
 *
 * @param inFlight backends with a statement in flight
 * @param blocked what the server said of them after the last send or end
 */
export const isSettled = (inFlight: readonly number[], blocked: ReadonlyMap<number, Blocked>): boolean => {
  const endsIdle = (pid: number, seen: readonly number[]): boolean => {
    if (seen.includes(pid)) return false;
    const wait = blocked.get(pid);
    if (!wait) return !inFlight.includes(pid);
    return wait.by.every((blocker) => endsIdle(blocker, [...seen, pid]));
  };
  return inFlight.every((pid) => endsIdle(pid, []));
};
