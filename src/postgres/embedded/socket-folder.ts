import { mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Account, ENTER, giveTo, mayUse } from './account.ts';
import { cannotStart } from './failure.ts';
import { hasKeeper } from './keeper.ts';
import type { Place } from './place.ts';
import { bornAt, reason } from './process.ts';

export const socketPort = 5432;

/** A socket's whole path must fit into sockaddr_un, in bytes without the final NUL (unix(7)). */
const maxSocketPath = process.platform === 'linux' ? 107 : 103;

const prefix = (place: Place): string => `pg-tutor-${place.hash}-`;

const parents = (place: Place, account: Account, env: NodeJS.ProcessEnv): string[] => {
  const wanted = [env.XDG_RUNTIME_DIR, env.TMPDIR, os.tmpdir(), '/tmp', '/var/tmp', place.folder];
  const fits = (folder: string) =>
    Buffer.byteLength(path.join(folder, `${prefix(place)}${process.pid}-XXXXXX`, `.s.PGSQL.${socketPort}`)) <=
    maxSocketPath;
  return wanted.filter(
    (folder): folder is string =>
      !!folder &&
      path.isAbsolute(folder) &&
      !folder.includes('"') &&
      fits(folder) &&
      mayUse(folder, account, ENTER),
  );
};

const makeFolder = (place: Place, account: Account, env: NodeJS.ProcessEnv): string => {
  let why = '';
  for (const parent of parents(place, account, env)) {
    try {
      return mkdtempSync(path.join(parent, `${prefix(place)}${process.pid}-`));
    } catch (error) {
      why = ` (${reason(error)})`;
    }
  }
  throw cannotStart(
    `There is no folder for the server’s socket that is short enough and writable${why}.`,
    'Set XDG_RUNTIME_DIR or TMPDIR to such a folder.',
  );
};

/**
 * A new folder for the socket and the FIFO: short, mode 0700, the server's account's own. Its name is new each time, so that a
 * postgres left over from a start that was killed cannot come to life in it.
 * @throws {PostgresError} cannot-start
 */
export const makeSocketFolder = (place: Place, account: Account, env: NodeJS.ProcessEnv): string => {
  const folder = makeFolder(place, account, env);
  try {
    giveTo(account, folder);
    return folder;
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
};

/** Removes folders whose pg-tutor and keeper were both killed. Called under the start lock, when no server runs. */
export const removeDeadFolders = (place: Place, own: string): void => {
  const parent = path.dirname(own);
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(prefix(place)) ? Number.parseInt(name.slice(prefix(place).length), 10) : 0;
    const folder = path.join(parent, name);
    if (pid > 0 && folder !== own && bornAt(pid) === null && !hasKeeper(folder)) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
};
