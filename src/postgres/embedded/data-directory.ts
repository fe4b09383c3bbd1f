import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { reasonOf } from '../../text/error-words.ts';
import { type Account, giveTo } from './account.ts';
import type { Binaries } from './binaries.ts';
import { cannotStart } from './failure.ts';
import type { Interest } from './keeper.ts';
import { cannotRun, lacksSharedMemory, launch } from './launch.ts';
import type { Place } from './place.ts';
import { bornAt, errorCode } from './process.ts';

/** PG_CONTROL_FILE_SIZE in pg_control.h, the same in 14 to 18. */
const controlFileSize = 8192;

/**
 * What is wrong with a data directory as far as a look tells; null when nothing is.
 * @throws {PostgresError} cannot-start when we may not look
 */
export const lookForDamage = (data: string, major: number): string | null => {
  try {
    const version = readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
    if (version !== String(major)) return `PG_VERSION says ${JSON.stringify(version.slice(0, 10))}`;
    const size = statSync(path.join(data, 'global', 'pg_control')).size;
    return size === controlFileSize ? null : `global/pg_control has ${size} bytes`;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'EIO'].includes(errorCode(error))) return reasonOf(error);
    throw cannotStart(
      `The server's data directory cannot be read: ${reasonOf(error)}.`,
      `Remove ${data}, or make it yours.`,
      error,
    );
  }
};

const aboutFiles =
  /checkpoint record|control file|"?global\/pg_control|incompatible with server|not a valid data directory|(could not|cannot) (open|read|access|stat|find|load) .*("(base|global|pg_[a-z]+)\b|PG_VERSION|\.conf")|invalid (data|page|magic|checkpoint)|startup process .*exited with exit code 1/;

/** Causes outside of the data directory, after which all kinds of things fail. */
const aboutResources =
  /permission denied|no space left|too many open|out of memory|cannot allocate|read-only file system|administrator command|shutdown request/i;

/** Of a server that ended at its start: a line of its log that tells of damaged files. */
export const findDamage = (log: string): string | null => {
  if (aboutResources.test(log)) return null;
  for (const line of log.split('\n')) {
    const [, words] = /(?:FATAL|PANIC|LOG|postgres): +(.*)/.exec(line) ?? [];
    if (words && aboutFiles.test(words)) return words;
  }
  return null;
};

/** A learner's ALTER SYSTEM may have set what no server can start with. @returns false when there is nothing to undo */
export const putSettingsAside = (place: Place, say: (word: string) => void): boolean => {
  const file = path.join(place.data, 'postgresql.auto.conf');
  if (!existsSync(file) || !/^\s*[a-z]/im.test(readFileSync(file, 'utf8'))) return false;
  renameSync(file, `${file}.refused`);
  say(`The server did not start with the settings of ALTER SYSTEM; they are now in ${file}.refused.`);
  return true;
};

/** Moves a damaged data directory aside (only the newest is kept) and says so. */
export const putAside = (place: Place, damage: string, say: (word: string) => void): void => {
  const name = `data.damaged.${new Date().toISOString().replace(/[:.]/g, '-')}`;
  for (const old of readdirSync(place.folder)) {
    if (old.startsWith('data.damaged.'))
      rmSync(path.join(place.folder, old), { recursive: true, force: true });
  }
  const aside = path.join(place.folder, name);
  renameSync(place.data, aside);
  say(`The server's data directory is damaged (${damage}). It is kept as ${aside}; a new one is made.`);
};

export const isEmpty = (folder: string): boolean => !existsSync(folder) || readdirSync(folder).length === 0;

/** Removes what starts that were killed have left behind. */
const sweep = (place: Place): void => {
  for (const name of readdirSync(place.folder)) {
    const pid = /^data\.new\.(\d+)$/.exec(name)?.[1];
    if (pid && (Number(pid) === process.pid || bornAt(Number(pid)) === null)) {
      // An initdb that has not noticed its end yet may still be adding files.
      rmSync(path.join(place.folder, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    }
  }
};

const hasName = (): boolean => {
  try {
    os.userInfo();
    return true;
  } catch {
    return false;
  }
};

const nameless = (account: Account) =>
  cannotStart(
    `PostgreSQL cannot make its data directory: the user id ${account?.uid ?? process.getuid?.()} has no name on this system (no line in /etc/passwd).`,
    'Run pg-tutor as a user that has a name, or add such a line.',
  );

type Making = {
  readonly place: Place;
  readonly major: number;
  readonly account: Account;
  readonly binaries: Binaries;
  readonly env: NodeJS.ProcessEnv;
  readonly interest: Interest;
};

/** @returns null, or what initdb wrote when it failed */
const initdb = async (making: Making, folder: string, more: readonly string[]): Promise<string | null> => {
  const { place, account, interest } = making;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  giveTo(account, folder);
  const flags = '-U postgres -E UTF8 --locale=C --auth=trust --no-sync --no-instructions --wal-segsize=1';
  const args = ['-D', folder, ...flags.split(' '), ...more];
  // It tells the keeper of itself before it becomes initdb: were we killed between its birth and our telling, nobody
  // would stop it.
  const run = ['-c', 'echo "child $$" >&3; exec 3>&-; exec "$@"', 'initdb', making.binaries.initdb, ...args];
  const running = await launch('/bin/sh', run, {
    place,
    account,
    env: making.env,
    cwd: folder,
    inherit: interest.descriptor,
  });
  const end = await running.end;
  interest.tell('child');
  if (end === '127') throw cannotRun(making.binaries.initdb);
  return end === '0' ? null : running.words();
};

/**
 * Makes the data directory with initdb, under another name first, so that there is never half of one.
 * @throws {PostgresError} cannot-start
 */
export const makeData = async (making: Making): Promise<void> => {
  const { place, major, account } = making;
  if (!account && !hasName()) throw nameless(account);
  sweep(place);
  const folder = `${place.data}.new.${process.pid}`;
  const locale = major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : [];
  let failure = await initdb(making, folder, locale);
  if (failure !== null && major >= 16 && lacksSharedMemory(failure)) {
    failure = await initdb(making, folder, [...locale, '--set', 'dynamic_shared_memory_type=mmap']);
  }
  if (failure !== null) {
    rmSync(folder, { recursive: true, force: true });
    if (/could not look up effective user ID/.test(failure)) throw nameless(account);
    throw cannotStart(`initdb failed: ${lastLines(failure)}`, `Its log is ${place.log}.`);
  }
  if (existsSync(place.data)) rmSync(place.data, { recursive: true });
  renameSync(folder, place.data);
};

export const lastLines = (log: string): string =>
  log.trim().split('\n').slice(-5).join('\n') || 'it said nothing.';
