import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { cannotStart } from './failure.ts';
import { bornAt, errorCode, sleep } from './process.ts';

/**
 * A lock between processes: a symbolic link whose target names its holder, `<pid>:<born>`. A link appears whole or not at
 * all, so there is no moment at which a lock exists without its holder's name; and sh (the keeper) can make one as well.
 *
 * Rule that keeps it sound: a lock is removed by its holder, or, when that is dead, by whoever holds `<file>.break`.
 */
const holderOf = (file: string): string | null => {
  try {
    return readlinkSync(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
};

const isDead = (holder: string): boolean => {
  const [pid = '', ...born] = holder.split(':');
  return bornAt(Number(pid)) !== born.join(':');
};

let me: string | undefined;

const take = async (file: string, deadline: number): Promise<void> => {
  me ??= `${process.pid}:${bornAt(process.pid)}`;
  for (;;) {
    try {
      symlinkSync(me, file);
      return;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const holder = holderOf(file);
    if (holder === null) continue;
    if (isDead(holder)) {
      await take(`${file}.break`, deadline);
      try {
        const now = holderOf(file);
        if (now !== null && isDead(now)) rmSync(file, { force: true });
      } finally {
        rmSync(`${file}.break`, { force: true });
      }
      continue;
    }
    if (Date.now() > deadline) {
      const pid = holder.split(':')[0];
      throw cannotStart(
        `Another pg-tutor (process ${pid}) is still starting or stopping the server.`,
        `Wait for it, or end process ${pid}.`,
      );
    }
    await sleep(5);
  }
};

/** Runs `work` while holding the lock. @throws {PostgresError} cannot-start when it cannot be had in `patience` ms */
export const withLock = async <T>(file: string, work: () => Promise<T>, patience = 60_000): Promise<T> => {
  await take(file, Date.now() + patience);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
};
