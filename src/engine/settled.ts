import type { Blocked } from './watcher.ts';

/**
 * Whether a backend waits, and every chain of waits from it ends at an idle session: it will wait until some other
 * step is sent. An idle backend is such an end itself.
 */
export const waitsForIdle = (
  pid: number,
  inFlight: readonly number[],
  blocked: ReadonlyMap<number, Blocked>,
): boolean => {
  const endsIdle = (one: number, seen: readonly number[]): boolean => {
    if (seen.includes(one)) return false;
    const wait = blocked.get(one);
    if (!wait) return !inFlight.includes(one);
    return wait.by.every((blocker) => endsIdle(blocker, [...seen, one]));
  };
  return endsIdle(pid, []);
};

/**
 * Whether nothing will happen any more without another step: all that is in flight waits, and every chain of
 * waits ends at a session that is idle. In a ring of waits the server will choose a victim (deadlock_timeout), so
 * something will happen.
 *
 * @param inFlight backends with a statement in flight
 * @param blocked what the server said of them after the last send or end
 */
export const isSettled = (inFlight: readonly number[], blocked: ReadonlyMap<number, Blocked>): boolean =>
  inFlight.every((pid) => waitsForIdle(pid, inFlight, blocked));
