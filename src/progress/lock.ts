import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';

const staleAfterMs = 10_000;
const waitMs = 2_000;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

const read = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
};

/** True when the holder is gone, or has held for so long that it must be one whose pid we cannot see (a container). */
const isStale = (file: string, content: string): boolean => {
  try {
    if (Date.now() - statSync(file).mtimeMs > staleAfterMs) return true;
  } catch {
    return false;
  }
  const pid = Number.parseInt(content, 10);
  // Empty: its owner is between open and write, or died there; age decides.
  return Number.isInteger(pid) && pid > 0 && !isAlive(pid);
};

/** Takes a lock of a dead process out of the way; the rename decides when several try. */
const breakLock = (file: string, seen: string): void => {
  const aside = `${file}.${process.pid}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    // Someone broke it before us and this one is live: give it back.
    if (read(aside) !== seen) renameSync(aside, file);
    else rmSync(aside, { force: true });
  } catch {
    // Already gone.
  }
};

const take = (file: string, token: string): boolean => {
  try {
    const handle = openSync(file, 'wx', 0o600);
    try {
      writeSync(handle, token);
    } finally {
      closeSync(handle);
    }
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
};

/**
 * Runs `work` while no other process runs work under the same lock file. Work takes milliseconds; when the lock
 * cannot be had for two seconds it runs all the same, for saving something beats saving nothing.
 * @throws what `work` or creating the file throws
 */
export const withLock = <T>(file: string, work: () => T): T => {
  const token = `${process.pid} ${randomUUID()}`;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const deadline = Date.now() + waitMs;
  let held = take(file, token);
  while (!held && Date.now() < deadline) {
    const content = read(file);
    if (content !== null && isStale(file, content)) breakLock(file, content);
    else Atomics.wait(pause, 0, 0, 2);
    held = take(file, token);
  }
  try {
    return work();
  } finally {
    if (held && read(file) === token) rmSync(file, { force: true });
  }
};
