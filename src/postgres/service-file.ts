import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PostgresError } from './error.ts';
import { isParameter, type Parameter, type Parameters } from './parameters.ts';

/** Where packages of PostgreSQL for Linux keep pg_service.conf; libpq has the folder of its build compiled in. */
const systemFolders = ['/etc/postgresql-common', '/etc/sysconfig/pgsql', '/usr/local/etc/postgresql'];

const bad = (message: string, remedy: string): PostgresError =>
  new PostgresError('bad-configuration', message, remedy);

/**
 * The section `[service]` of a service file, null when it is not there (manual: libpq-pgservice; parseServiceFile in
 * fe-connect.c). The first of two sections of the same name counts, and within it the first of two values.
 * @throws {PostgresError} bad-configuration naming file and line
 */
export const readService = (text: string, service: string, file: string): Parameters | null => {
  let found: Map<Parameter, string> | null = null;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (found) break;
      if (line.startsWith(`[${service}]`)) found = new Map();
      continue;
    }
    if (!found) continue;
    const at = line.indexOf('=');
    const name = line.slice(0, at);
    const where = `${file}:${index + 1}`;
    if (line.startsWith('ldap'))
      throw bad(`${where} looks the service up in LDAP.`, 'Give host and port there instead.');
    if (name === 'service') throw bad(`${where}: a service cannot refer to another.`, 'Remove this line.');
    if (at < 0 || !isParameter(name)) {
      throw bad(
        `${where} is no parameter of PostgreSQL.`,
        'Write name=value without blanks around the = sign.',
      );
    }
    if (!found.has(name)) found.set(name, line.slice(at + 1));
  }
  return found;
};

const read = async (file: string): Promise<string | null> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return null;
    throw bad(`The service file ${file} cannot be read.`, 'Check its permissions.');
  }
};

/**
 * Finds a service: PGSERVICEFILE or else ~/.pg_service.conf, then pg_service.conf in PGSYSCONFDIR or else in the
 * usual folders.
 * @throws {PostgresError} bad-configuration when the service is nowhere
 */
export const findService = async (
  service: string,
  env: NodeJS.ProcessEnv,
  home: string,
): Promise<Parameters> => {
  const own = env.PGSERVICEFILE || path.join(home, '.pg_service.conf');
  const folders = env.PGSYSCONFDIR ? [env.PGSYSCONFDIR] : systemFolders;
  const files = [own, ...folders.map((folder) => path.join(folder, 'pg_service.conf'))];
  for (const file of files) {
    const text = await read(file);
    if (text === null && file === env.PGSERVICEFILE) {
      throw bad(
        `The service file ${file} (PGSERVICEFILE) does not exist.`,
        'Correct or unset PGSERVICEFILE.',
      );
    }
    const found = text === null ? null : readService(text, service, file);
    if (found) return found;
  }
  throw bad(
    `The service "${service}" is not defined.`,
    `Add a section [${service}] with host=, port=, dbname=, user= to ${own}.`,
  );
};
