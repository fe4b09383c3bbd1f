import { tableLockModes } from './modes.ts';

/** Manual: explicit-locking, "Conflicting Lock Modes". By place in `tableLockModes`, weakest first. */
const table = [
  '.......x',
  '......xx',
  '....xxxx',
  '...xxxxx',
  '..xx.xxx',
  '..xxxxxx',
  '.xxxxxxx',
  'xxxxxxxx',
];

/** Whether two modes, as pg_locks prints them, cannot be held together. Modes of other kinds (SIReadLock) never conflict. */
export const conflict = (held: string, wanted: string): boolean => {
  const place = (mode: string): number => tableLockModes.findIndex((one) => one.mode === mode);
  return table[place(held)]?.[place(wanted)] === 'x';
};
