import { spawn } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { PostgresError } from '../error.ts';
import { type Account, explainAccount, spawnAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import { cannotStart } from './failure.ts';
import type { Place } from './place.ts';
import { commandLine, errorCode, reason, sleep } from './process.ts';
import { socketPort } from './socket-folder.ts';

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
        throw cannotStart(`A server of pg-tutor cannot be stopped: ${reason(error)}.`);
    }
    sent = signal;
    await sleep(5);
  }
};

const settings = (folder: string): Record<string, string> => ({
  listen_addresses: '',
  unix_socket_directories: `"${folder}"`,
  unix_socket_permissions: '0700',
  port: String(socketPort),
  shared_buffers: '32MB',
  max_connections: '100',
  wal_level: 'logical',
  max_prepared_transactions: '10',
  shared_preload_libraries: 'pg_stat_statements,auto_explain',
  track_io_timing: 'on',
  // The default for segments of 1 MB is 64 MB; lessons that write much would force checkpoints.
  max_wal_size: '256MB',
  // Statements may hold passwords (ALTER ROLE): none go to the log.
  log_min_error_statement: 'panic',
  logging_collector: 'off',
});

/** What a server process may see of our environment: a bad LC_ALL breaks initdb, PG* would leak in. */
export const cleanEnv = (env: NodeJS.ProcessEnv, place: Place, binaries: Binaries): NodeJS.ProcessEnv => ({
  PATH: env.PATH || '/usr/local/bin:/usr/bin:/bin',
  HOME: place.folder,
  LC_ALL: 'C',
  TZ: 'UTC',
  ...binaries.env,
});

/** Whether a log tells of a /dev/shm that is too small, as in some containers. */
export const lacksSharedMemory = (log: string): boolean => /shared memory segment.*: No space left/.test(log);

/** A program of PostgreSQL writing to the log file. Without a pipe: nobody might be left to read it. */
export type Launched = {
  readonly pid: number;
  /** Exit code or signal; null while it runs. */
  ended(): string | null;
  readonly end: Promise<string>;
  /** What it has written to the log. */
  words(): string;
  /** Lets our process end before it. */
  unref(): void;
};

const maxLog = 1_000_000;

export const launch = async (
  file: string,
  args: readonly string[],
  options: { place: Place; account: Account; env: NodeJS.ProcessEnv; cwd: string },
): Promise<Launched> => {
  const { place } = options;
  if ((statSync(place.log, { throwIfNoEntry: false })?.size ?? 0) > maxLog)
    renameSync(place.log, `${place.log}.1`);
  const log = openSync(place.log, 'a', 0o600);
  const from = fstatSync(log).size;
  try {
    const child = spawn(file, args, {
      ...spawnAs(options.account),
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    let ended: string | null = null;
    const end = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => {
        ended = signal ?? String(code);
        resolve(ended);
      });
    });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return {
      pid: child.pid ?? 0,
      ended: () => ended,
      end,
      words: () => readFrom(place.log, from),
      unref: () => child.unref(),
    };
  } catch (error) {
    throw explainSpawn(file, error);
  } finally {
    closeSync(log);
  }
};

const explainSpawn = (file: string, error: unknown): Error => {
  const explained = explainAccount(error);
  if (explained instanceof PostgresError) return explained;
  if (errorCode(error) === 'ENOENT') {
    return cannotStart(
      `${file} cannot be run on this system: its dynamic linker is missing (the binaries are made for glibc).`,
      '',
      error,
    );
  }
  return cannotStart(`${path.basename(file)} could not be started: ${reason(error)}.`, '', error);
};

const readFrom = (file: string, from: number): string => {
  const fd = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(64 * 1024);
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, from));
  } finally {
    closeSync(fd);
  }
};

export const launchPostgres = (
  options: { place: Place; account: Account; env: NodeJS.ProcessEnv; binaries: Binaries; folder: string },
  more: Readonly<Record<string, string>>,
): Promise<Launched> => {
  const { place, binaries, folder } = options;
  const flags = Object.entries({ ...settings(folder), ...more }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  return launch(binaries.postgres, ['-D', place.data, ...flags], { ...options, cwd: place.data });
};
