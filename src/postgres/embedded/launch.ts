import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { reasonOf } from '../../text/error-words.ts';
import { PostgresError } from '../error.ts';
import { type Account, explainAccount, spawnAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import { cannotStart } from './failure.ts';
import type { Place } from './place.ts';
import { errorCode } from './process.ts';
import { socketPort } from './socket-folder.ts';

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

type LaunchOptions = {
  readonly place: Place;
  readonly account: Account;
  readonly env: NodeJS.ProcessEnv;
  /** Called before anything else can happen, so that the keeper knows of the process should we be killed. */
  readonly onPid?: (pid: number) => unknown;
  /** Passed on to the program as its descriptor 3. */
  readonly inherit?: number | undefined;
};

/** Bytes. */
const maxLog = 1_000_000;

/** Runs a program of PostgreSQL in a session of its own: the terminal's Ctrl+C must not reach it. @throws {PostgresError} cannot-start */
export const launch = async (
  file: string,
  args: readonly string[],
  options: LaunchOptions & { cwd: string },
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
      stdio: ['ignore', log, log, ...(options.inherit === undefined ? [] : [options.inherit])],
    });
    if (child.pid !== undefined) options.onPid?.(child.pid);
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

/** A file that is there and still cannot be run: another C library (musl). */
export const cannotRun = (file: string, cause?: unknown): PostgresError =>
  cannotStart(
    `${file} cannot be run on this system: its dynamic linker is missing (the binaries are made for glibc).`,
    '',
    cause,
  );

const explainSpawn = (file: string, error: unknown): Error => {
  const explained = explainAccount(error);
  if (explained instanceof PostgresError) return explained;
  if (errorCode(error) === 'ENOENT') {
    return cannotRun(file, error);
  }
  return cannotStart(`${path.basename(file)} could not be started: ${reasonOf(error)}.`, '', error);
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

/** Starts the server of a place with our settings, and `more` over them. @throws {PostgresError} cannot-start */
export const launchPostgres = (
  options: LaunchOptions & { binaries: Binaries; folder: string },
  more: Readonly<Record<string, string>>,
): Promise<Launched> => {
  const { place, binaries, folder } = options;
  const all = Object.entries({ ...settings(folder), ...more });
  const args = ['-D', place.data, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  return launch(binaries.postgres, args, { ...options, cwd: place.data });
};
