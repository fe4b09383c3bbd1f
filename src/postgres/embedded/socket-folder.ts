import { randomBytes } from 'node:crypto';
import { accessSync, constants, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Account, ENTER, mayUse } from './account.ts';
import { cannotStart } from './failure.ts';
import { hasKeeper } from './keeper.ts';
import type { Place } from './place.ts';
import { bornAt } from './process.ts';

export const socketPort = 5432;

/** A socket's whole path must fit into sockaddr_un, in bytes without the final NUL (unix(7)). */
const maxSocketPath = process.platform === 'linux' ? 107 : 103;

const prefix = (place: Place): string => `pg-tutor-${place.hash}-`;

/**
 * Names a new folder for the socket and the FIFO, which the keeper makes: short, where we may make it and the server's account may
 * enter. The name is new each time, so that a postgres left over from a start that was killed cannot come to life in it.
 * @throws {PostgresError} cannot-start
 */
export const nameSocketFolder = (place: Place, account: Account, env: NodeJS.ProcessEnv): string => {
  const name = `${prefix(place)}${process.pid}-${randomBytes(3).toString('hex')}`;
  for (const parent of [env.XDG_RUNTIME_DIR, env.TMPDIR, os.tmpdir(), '/tmp', '/var/tmp', place.folder]) {
    if (!parent || !path.isAbsolute(parent) || parent.includes('"')) continue;
    const folder = path.join(parent, name);
    if (Buffer.byteLength(path.join(folder, `.s.PGSQL.${socketPort}`)) > maxSocketPath) continue;
    if (isWritable(parent) && mayUse(parent, account, ENTER)) return folder;
  }
  throw cannotStart(
    'There is no folder for the server’s socket that is short enough and writable.',
    'Set XDG_RUNTIME_DIR or TMPDIR to such a folder.',
  );
};

const isWritable = (folder: string): boolean => {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
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
