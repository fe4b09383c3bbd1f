import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { PostgresError } from './error.ts';
import type { Parameter, Parameters } from './parameters.ts';

/** In which ways to talk to a host, in order; TLS options hold for every host. */
export type Encryption = 'plain' | ConnectionOptions;

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type Mode = (typeof modes)[number];

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

const bad = (message: string, remedy: string): PostgresError =>
  new PostgresError('bad-configuration', message, remedy);

const modeOf = (parameters: Parameters): Mode => {
  const system = parameters.get('sslrootcert') === 'system';
  const written = parameters.get('sslmode') ?? (system ? 'verify-full' : 'prefer');
  const mode = modes.find((one) => one === written);
  if (!mode)
    throw bad('sslmode has a value that PostgreSQL does not know.', `It is one of ${modes.join(', ')}.`);
  if (system && mode !== 'verify-full') {
    throw bad(`sslmode ${mode} is too weak for sslrootcert=system.`, 'Set sslmode=verify-full.');
  }
  return mode;
};

const versionOf = (parameters: Parameters, name: Parameter) => {
  const written = parameters.get(name);
  const version = versions.find((one) => one === written);
  if (written !== undefined && !version)
    throw bad(`${name} is no version of TLS.`, `It is one of ${versions.join(', ')}.`);
  return version;
};

/** A file that a parameter names, or the usual one in ~/.postgresql when it exists. */
const fileOf = async (parameters: Parameters, name: Parameter, usual: string): Promise<string | null> => {
  const named = parameters.get(name);
  try {
    return await readFile(named ?? usual, 'utf8');
  } catch {
    if (named === undefined) return null;
    throw bad(`The file ${named} (${name}) cannot be read.`, `Correct ${name}, or leave it out.`);
  }
};

/** libpq refuses a key that others can read, but for root's own at 0640. */
const checkKey = async (file: string): Promise<void> => {
  const { mode, uid } = await stat(file);
  if (process.platform !== 'win32' && (mode & (uid === 0 ? 0o037 : 0o077)) !== 0) {
    throw bad(`The private key ${file} is open to group or others.`, `chmod 0600 ${file}`);
  }
};

/**
 * What sslmode and its company mean (manual: libpq-ssl; the driver's own meaning of `require` differs). With a root
 * certificate there is no mode that does not verify with it; only verify-full looks at the host's name.
 * @throws {PostgresError} bad-configuration
 */
export const encryptionOf = async (parameters: Parameters, home: string): Promise<readonly Encryption[]> => {
  const mode = modeOf(parameters);
  const direct = parameters.get('sslnegotiation') === 'direct';
  if (direct && !['require', 'verify-ca', 'verify-full'].includes(mode)) {
    throw bad(`sslmode ${mode} is too weak for sslnegotiation=direct.`, 'Set sslmode=require or stronger.');
  }
  if (mode === 'disable') return ['plain'];

  const usual = (name: string) => path.join(home, '.postgresql', name);
  const system = parameters.get('sslrootcert') === 'system';
  const ca = system ? null : await fileOf(parameters, 'sslrootcert', usual('root.crt'));
  if (!ca && !system && (mode === 'verify-ca' || mode === 'verify-full')) {
    throw bad(
      `sslmode ${mode} needs a root certificate, and there is none.`,
      `Put it into ${usual('root.crt')}, name it with sslrootcert, or set sslrootcert=system.`,
    );
  }
  const cert = await fileOf(parameters, 'sslcert', usual('postgresql.crt'));
  const key = cert && (await fileOf(parameters, 'sslkey', usual('postgresql.key')));
  if (key) await checkKey(parameters.get('sslkey') ?? usual('postgresql.key'));
  const crl = await fileOf(parameters, 'sslcrl', usual('root.crl'));
  const passphrase = parameters.get('sslpassword');
  const minVersion = versionOf(parameters, 'ssl_min_protocol_version');
  const maxVersion = versionOf(parameters, 'ssl_max_protocol_version');

  const tls: ConnectionOptions = {
    rejectUnauthorized: ca !== null || system,
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(crl ? { crl } : {}),
    ...(passphrase ? { passphrase } : {}),
    ...(minVersion ? { minVersion } : {}),
    ...(maxVersion ? { maxVersion } : {}),
  };
  if (mode === 'prefer') return [tls, 'plain'];
  return mode === 'allow' ? ['plain', tls] : [tls];
};
