import { access as canAccess, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { sanitizeLine } from '../text/sanitize.ts';
import type { ExperimentFiles } from '../tui/sandbox-screen.ts';
import { askYesNo } from './ask.ts';
import { Failure } from './errors.ts';
import type { ServerAccess } from './server.ts';
import { say } from './terminal.ts';

export type SandboxSettings = {
  readonly sessions: number;
  /** A database of the user's; null: a scratch database. */
  readonly database: string | null;
  readonly setup: { readonly name: string; readonly sql: string } | null;
};

export const defaultSandbox: SandboxSettings = { sessions: 2, database: null, setup: null };

/**
 * A database that is not ours is worked in only when its user says so, knowing that nothing is undone.
 * @throws {Failure | PostgresError} when they do not, or there is no such database
 */
export const confirmDatabase = async (
  { database }: SandboxSettings,
  access: ServerAccess,
  yes: boolean,
): Promise<void> => {
  if (database === null) return;
  const server = await access.open();
  const probe = await server.connect({ database, applicationName: 'pg-tutor' });
  await probe.end();
  if (yes) return;
  const { describeServer } = await import('../postgres/server.ts');
  const name = sanitizeLine(database);
  const place = sanitizeLine(describeServer(server.info));
  const remedy = 'Without --database the sandbox has a scratch database of its own.';
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new Failure(`Nobody is there to agree to the use of database ${name}.`, `Add --yes. ${remedy}`);
  say(`What you run will happen in database ${name} (${place}).`);
  say('It is not a scratch database: nothing is undone, reset or dropped at the end.');
  if (!(await askYesNo('Go on?')))
    throw new Failure(`Database ${name}: not used, as you did not agree.`, remedy);
};

const resolve = (file: string): string =>
  path.resolve(file.startsWith('~/') ? path.join(homedir(), file.slice(2)) : file);

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  EACCES: 'no permission',
  EROFS: 'the disk can only be read',
  ENOSPC: 'the disk is full',
  EISDIR: 'it is a folder',
  EEXIST: 'it is there already',
};

const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
};

/** Files of the sandbox, named from where pg-tutor was started. */
export const experimentFiles: ExperimentFiles = {
  exists: async (file) => {
    try {
      await canAccess(resolve(file));
      return true;
    } catch {
      return false;
    }
  },
  write: async (file, text, overwrite) => {
    try {
      await writeFile(resolve(file), text, { flag: overwrite ? 'w' : 'wx' });
    } catch (error) {
      throw new Failure(`${file} cannot be written: ${reasonOf(error)}.`);
    }
  },
};
