import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { reasonOf } from '../../text/error-words.ts';
import { cannotStart } from './failure.ts';
import { commandLine, errorCode, sleep } from './process.ts';

/** A postmaster of ours that is alive. */
export type Running = { readonly pid: number; readonly folder: string };

const pidFile = (data: string): string[] => {
  try {
    return readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
};

/** The postmaster that postmaster.pid names, if that process is one with our data directory: after a crash the pid may be anybody's. */
export const findRunning = (data: string): Running | null => {
  const pid = Number.parseInt(pidFile(data)[0] ?? '', 10);
  const line = pid > 0 ? commandLine(pid) : '';
  const folder = /unix_socket_directories="([^"]*)"/.exec(line)?.[1];
  return folder !== undefined && line.includes(`postgres -D ${data} -c `) ? { pid, folder } : null;
};

/**
 * Removes a postmaster.pid that names no postmaster of ours. PostgreSQL would refuse to start when the process lives, whatever it is
 * (CreateLockFile in miscinit.c). Called under the start lock.
 */
export const removeStalePid = (data: string): void => {
  if (!findRunning(data)) rmSync(path.join(data, 'postmaster.pid'), { force: true });
};

/** Line 8 of postmaster.pid (LOCK_FILE_LINE_PM_STATUS in miscadmin.h). */
const isReady = (data: string, pid: number): boolean => {
  const lines = pidFile(data);
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
};

/** Long enough for the recovery of any database of ours. */
const patience = 60_000;

/** @returns false when the process ends before it is ready. @throws {PostgresError} when it takes too long */
export const waitReady = async (data: string, pid: number, ended: () => boolean): Promise<boolean> => {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await sleep(2)) {
    if (isReady(data, pid)) return true;
    if (ended()) return false;
  }
  throw cannotStart(`PostgreSQL (process ${pid}) is not ready after ${patience / 1000} seconds.`);
};

export const isPostmaster = ({ pid, folder }: Running): boolean =>
  commandLine(pid).includes(`unix_socket_directories="${folder}"`);

/** SIGINT (fast shutdown), then SIGQUIT (immediate): SIGTERM would wait for the clients. */
export const stop = async (running: Running): Promise<void> => {
  const started = Date.now();
  let sent: NodeJS.Signals | null = null;
  while (isPostmaster(running)) {
    const elapsed = Date.now() - started;
    const signal = elapsed < 3000 ? 'SIGINT' : elapsed < 8000 ? 'SIGQUIT' : 'SIGKILL';
    try {
      if (signal !== sent) process.kill(running.pid, signal);
    } catch (error) {
      if (errorCode(error) !== 'ESRCH')
        throw cannotStart(`A server of pg-tutor cannot be stopped: ${reasonOf(error)}.`);
    }
    sent = signal;
    await sleep(5);
  }
};
