import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { reasonOf } from '../../text/error-words.ts';
import { PostgresError } from '../error.ts';
import { type Account, ENTER, giveTo, mayUse } from './account.ts';
import { cannotStart } from './failure.ts';

/** The folder of one server: its data directory, log, lock and whatever we had to prepare for it. */
export type Place = {
  readonly folder: string;
  readonly data: string;
  readonly lock: string;
  readonly log: string;
  /** Names this place in a word of ten characters. */
  readonly hash: string;
};

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 10);

const ownerOf = (file: string): number | null => {
  try {
    return statSync(file).uid;
  } catch {
    return null;
  }
};

/** `<stateDir>/<major>`, where `nobody` can walk to it and the data directory in it, if any, is nobody's. */
const withinState = (stateDir: string, major: number, account: Account): string | null => {
  const folder = path.join(stateDir, String(major));
  const created = mkdirSync(folder, { recursive: true, mode: account ? 0o755 : 0o700 });
  if (!account) return folder;
  if (created) chmodSync(folder, 0o711);
  const owner = ownerOf(path.join(folder, 'data'));
  return mayUse(folder, account, ENTER) && (owner === null || owner === account.uid) ? folder : null;
};

/** Root's second choice, as its home is mostly closed to others: mode 0700, owned by the server's account. */
const withinVar = (stateDir: string, major: number, account: NonNullable<Account>): string => {
  const own = path.join('/var/lib/pg-tutor', hashOf(stateDir));
  mkdirSync(own, { recursive: true, mode: 0o700 });
  chmodSync(path.dirname(own), 0o711);
  giveTo(account, own);
  const folder = path.join(own, String(major));
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o711);
  return folder;
};

/**
 * Makes and names the folder of the server of this major version: `<stateDir>/<major>`. As root the server runs as nobody; when
 * nobody cannot get there (a home of mode 700) or the data there belongs to an ordinary user, it is
 * `/var/lib/pg-tutor/<hash of stateDir>/<major>` instead.
 * @throws {PostgresError} cannot-start
 */
export const makePlace = (stateDir: string, major: number, account: Account): Place => {
  const absolute = path.resolve(stateDir);
  try {
    const folder = realpathSync(
      withinState(absolute, major, account) ?? (account ? withinVar(absolute, major, account) : absolute),
    );
    return {
      folder,
      data: path.join(folder, 'data'),
      lock: path.join(folder, 'start.lock'),
      log: path.join(folder, 'server.log'),
      hash: hashOf(folder),
    };
  } catch (error) {
    if (error instanceof PostgresError) throw error;
    throw cannotStart(
      `No folder for the server's data: ${reasonOf(error)}.`,
      `Make ${absolute} writable, or set XDG_STATE_HOME to a folder of yours.`,
      error,
    );
  }
};
