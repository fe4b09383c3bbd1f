import { watch } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PlanError } from '../explain/error.ts';
import { readPlans } from '../explain/read.ts';
import type { NamedPlan } from '../plain/plans.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { Failure } from './errors.ts';

/** A longer text is hardly a plan. */
const largest = 256 * 1024 * 1024;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'no permission',
  EISDIR: 'it is a folder',
};

const cannotRead = (name: string, error: unknown): Failure => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = reasons[code] ?? (error instanceof Error ? error.message : String(error));
  return new Failure(
    `${name} cannot be read: ${reason}.`,
    'Name a file with the output of EXPLAIN, or - for stdin.',
  );
};

const tooLarge = (name: string): Failure =>
  new Failure(`${name} cannot be read: it is larger than 256 MB.`, 'Cut out the plans that matter.');

/** Everything on stdin. @throws {Failure} */
const readStdin = async (): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > largest) throw tooLarge('stdin');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** The text of a file, or of stdin for `-`. @throws {Failure} */
const readText = async (file: string): Promise<string> => {
  if (file === '-') return readStdin();
  try {
    const handle = await open(path.resolve(file));
    try {
      if ((await handle.stat()).size > largest) throw tooLarge(sanitizeLine(file));
    } finally {
      await handle.close();
    }
    return await readFile(path.resolve(file), 'utf8');
  } catch (error) {
    throw error instanceof Failure ? error : cannotRead(sanitizeLine(file), error);
  }
};

/** The plans in a text, called after where it came from. @throws {Failure} naming file, line and column */
export const namePlans = (text: string, source: string): NamedPlan[] => {
  const name = source === '-' ? 'stdin' : sanitizeLine(source);
  try {
    const plans = readPlans(text);
    return plans.map((plan, index) => ({ name: plans.length > 1 ? `${name} ${index + 1}` : name, plan }));
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    const colon = error.line === null ? ': ' : ':';
    throw new Failure(`${name}${colon}${sanitizeLine(error.message, ' ')}`, error.remedy, { cause: error });
  }
};

/** @throws {Failure} */
export const loadPlans = async (file: string): Promise<NamedPlan[]> => namePlans(await readText(file), file);

/**
 * Calls `changed` with the plans of the file after each change, or with why it cannot be read. The folder is watched,
 * since editors write a new file in place of the old one. With `now` the first call is for the file as it is: who reads
 * it before watching it may miss a change. @returns a function that stops it
 */
export const watchPlans = (
  file: string,
  changed: (found: NamedPlan[] | Error) => void,
  now = false,
): (() => void) => {
  const full = path.resolve(file);
  let timer: NodeJS.Timeout | null = null;
  let last: string | null = null;
  const look = async (): Promise<void> => {
    try {
      const text = await readText(full);
      // Several events come for one change, and the first may find the file half-written or empty.
      if (text === last || text.trim() === '') return;
      last = text;
      changed(namePlans(text, file));
    } catch (error) {
      changed(error instanceof Error ? error : new Failure(String(error)));
    }
  };
  const watcher = watch(path.dirname(full), (_event, name) => {
    if (name !== null && name !== path.basename(full)) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => void look(), 80);
  });
  watcher.on('error', (error) => changed(error));
  if (now) void look();
  return () => {
    if (timer) clearTimeout(timer);
    watcher.close();
  };
};
