import { chownSync, realpathSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { cannotStart } from './failure.ts';
import { errorCode } from './process.ts';

/** Whom the server runs as; null: as ourselves. PostgreSQL refuses uid 0, so root lends it the account `nobody`. */
export type Account = { readonly uid: number; readonly gid: number } | null;

const nobody = process.platform === 'darwin' ? 4_294_967_294 : 65_534;

export const serverAccount = (): Account => (process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : null);

/** For spawn, which takes signed numbers. */
export const spawnAs = (account: Account): { uid?: number; gid?: number } =>
  account ? { uid: account.uid | 0, gid: account.gid | 0 } : {};

export const READ = 4;
export const ENTER = 1;

const allowed = (stat: Stats, { uid, gid }: { uid: number; gid: number }, bits: number): boolean => {
  const mode = stat.uid === uid ? stat.mode >> 6 : stat.gid === gid ? stat.mode >> 3 : stat.mode;
  return (mode & bits) === bits;
};

/** Whether the account has `bits` on the file and may walk to it. Judged by owners and modes; for ourselves always true. */
export const mayUse = (file: string, account: Account, bits: number): boolean => {
  if (!account) return true;
  try {
    let current = realpathSync(file);
    if (!allowed(statSync(current), account, bits)) return false;
    while (current !== path.dirname(current)) {
      current = path.dirname(current);
      if (!allowed(statSync(current), account, ENTER)) return false;
    }
    return true;
  } catch {
    return false;
  }
};

/**
 * What an attempt to act for the account has failed with. A container's root may lack the right to change to another user (EPERM), or
 * there may be no other (EINVAL, in a user namespace of one).
 */
export const explainAccount = (error: unknown): unknown =>
  ['EPERM', 'EINVAL'].includes(errorCode(error))
    ? cannotStart(
        'PostgreSQL refuses to run as root, and this root may not change to another user.',
        'Run pg-tutor as an ordinary user.',
        error,
      )
    : error;

/** @throws {PostgresError} cannot-start */
export const giveTo = (account: Account, file: string): void => {
  try {
    if (account) chownSync(file, account.uid, account.gid);
  } catch (error) {
    throw explainAccount(error);
  }
};
