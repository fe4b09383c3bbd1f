import { chownSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Account, ENTER, mayUse } from './account.ts';
import { cannotStart } from './failure.ts';
import type { Place } from './place.ts';

export const socketPort = 5432;

/** A socket's whole path must fit into sockaddr_un, in bytes without the final NUL (unix(7)). */
const maxSocketPath = process.platform === 'linux' ? 107 : 103;

const prefix = (place: Place): string => `pg-tutor-${place.hash}-`;

const parents = (place: Place, account: Account, env: NodeJS.ProcessEnv): string[] => {
  const wanted = [env.XDG_RUNTIME_DIR, env.TMPDIR, os.tmpdir(), '/tmp', '/var/tmp', place.folder];
  const usable = new Set<string>();
  for (const folder of wanted) {
    if (!folder || !path.isAbsolute(folder) || folder.includes('"') || !mayUse(folder, account, ENTER))
      continue;
    try {
      const real = realpathSync(folder);
      if (
        Buffer.byteLength(path.join(real, `${prefix(place)}XXXXXX`, `.s.PGSQL.${socketPort}`)) <=
        maxSocketPath
      )
        usable.add(real);
    } catch {}
  }
  return [...usable];
};

/**
 * A new folder for the socket and the FIFO: short, mode 0700, the server's account's own. Its name is new each time, so that a
 * postgres left over from a start that was killed cannot come to life in it. Folders that such starts left behind are removed.
 * Called under the start lock, when no server runs.
 * @throws {PostgresError} cannot-start
 */
export const makeSocketFolder = (place: Place, account: Account, env: NodeJS.ProcessEnv): string => {
  const candidates = parents(place, account, env);
  for (const parent of candidates) {
    try {
      for (const name of readdirSync(parent)) {
        if (name.startsWith(prefix(place))) rmSync(path.join(parent, name), { recursive: true, force: true });
      }
      const folder = mkdtempSync(path.join(parent, prefix(place)));
      if (account) chownSync(folder, account.uid, account.gid);
      return folder;
    } catch {}
  }
  throw cannotStart(
    'There is no folder for the server’s socket that is short enough and writable.',
    'Set XDG_RUNTIME_DIR or TMPDIR to such a folder.',
  );
};
