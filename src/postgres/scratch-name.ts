import { createHash, randomInt } from 'node:crypto';

const prefix = 'pg_tutor_';
const letters = 'abcdefghijklmnopqrstuvwxyz234567';
const randomLength = 5;
const checkLength = 3;
/** NAMEDATALEN - 1: PostgreSQL cuts longer names. */
const nameLength = 63;
const slugLength = nameLength - prefix.length - 1 - randomLength - checkLength;

/** Every database of ours is marked so, for people who find one and for the sweep. */
export const scratchComment = 'Scratch database of pg-tutor; safe to drop.';

/** What the last letters of a name follow from, so that no name that a human chose is taken for ours. */
const checkOf = (stem: string): string =>
  [...createHash('sha256').update(`pg-tutor ${stem}`).digest().subarray(0, checkLength)]
    .map((byte) => letters[byte % letters.length])
    .join('');

/** `transactions/lost-update` gives `pg_tutor_lost_update_k3f9x2ab`: at most 63 ASCII characters, no two alike. */
export const scratchName = (lesson: string): string => {
  const words = (lesson.split('/').at(-1) ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '_');
  const slug = words.slice(0, slugLength).replace(/^_+|_+$/g, '') || 'lesson';
  const random = Array.from({ length: randomLength }, () => letters[randomInt(letters.length)]).join('');
  const stem = `${prefix}${slug}_${random}`;
  return `${stem}${checkOf(stem)}`;
};

export const isScratchName = (name: string): boolean => {
  if (!/^pg_tutor_[a-z0-9_]+_[a-z2-7]{8}$/.test(name) || name.length > nameLength) return false;
  return checkOf(name.slice(0, -checkLength)) === name.slice(-checkLength);
};

/**
 * The key of the session advisory lock that the owner of a database holds as long as it lives, as
 * pg_try_advisory_lock(bigint) takes it and as pg_locks shows it: `classid:objid` (manual: view-pg-locks).
 */
export const ownerLock = (name: string): { readonly key: string; readonly inPgLocks: string } => {
  const digest = createHash('sha256').update(`pg-tutor owner ${name}`).digest();
  return {
    key: String(digest.readBigInt64BE(0)),
    inPgLocks: `${digest.readUInt32BE(0)}:${digest.readUInt32BE(4)}`,
  };
};
