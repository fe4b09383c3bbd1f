import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { getPassword, warnTo } from 'pgpass/lib/helper.js';

/** libpq has one of them compiled in: the first in Debian's and Red Hat's packages, the second in PostgreSQL's own. */
export const socketFolders: readonly string[] = ['/var/run/postgresql', '/tmp'];

export type PasswordQuestion = {
  /** Host name, address, or socket folder. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
};

/** `ignored` says in a sentence why a file that is there was not used. */
export type PasswordAnswer = { readonly password: string | null; readonly ignored: string | null };

const none: PasswordAnswer = { password: null, ignored: null };

export const passwordFileOf = (passfile: string | undefined, home: string): string =>
  passfile || path.join(home, '.pgpass');

/**
 * Looks into a password file (manual: libpq-pgpass). The package's own entry reads process.env and warns on stderr,
 * so its parser alone is used. Like libpq: a file that others can read is not used, and the usual socket is looked
 * up as localhost.
 */
export const findPassword = async (file: string, question: PasswordQuestion): Promise<PasswordAnswer> => {
  const stats = await stat(file).catch(() => null);
  if (!stats) return none;
  if (!stats.isFile()) return { password: null, ignored: `The password file ${file} is not a plain file.` };
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    return {
      password: null,
      ignored: `The password file ${file} is open to group or others and was not used: chmod 0600 ${file}`,
    };
  }
  const host = socketFolders.includes(question.host) ? 'localhost' : question.host;
  warnTo(new Writable({ write: (_chunk, _encoding, done) => done() }));
  return new Promise((resolve) => {
    const stream = createReadStream(file);
    let unreadable: string | null = null;
    stream.once('error', () => {
      unreadable = `The password file ${file} cannot be read.`;
    });
    getPassword({ ...question, host }, stream, (password) =>
      resolve({ password: password ?? null, ignored: unreadable }),
    );
  });
};
