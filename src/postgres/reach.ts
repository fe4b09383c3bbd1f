import net from 'node:net';
import type pg from 'pg';
import { codeOf, connectError, NoPassword, sqlstateOf } from './connect-error.ts';
import { openConnection } from './connection.ts';
import { PostgresError } from './error.ts';
import type { ServerConfig, TargetHost } from './target.ts';
import type { Encryption } from './tls.ts';
import type { Connection } from './types.ts';

/** One way to a server that has worked: a host, a kind of encryption, a database. */
export type Route = { readonly host: TargetHost; readonly encryption: Encryption; readonly database: string };

const tlsFor = ({ host, address }: TargetHost, encryption: Encryption): pg.ClientConfig['ssl'] => {
  if (encryption === 'plain') return false;
  if (address === null) return encryption;
  // The certificate is that of the name, not of the address we were told to use.
  return { ...encryption, host, ...(net.isIP(host) === 0 ? { servername: host } : {}) };
};

type Settings = Readonly<Record<string, string>>;

/** The startup parameter `options`: words, in which blanks and backslashes are escaped (manual: libpq-connect). */
const optionsOf = (config: ServerConfig, settings: Settings): string =>
  [
    config.options ?? '',
    ...Object.entries(settings).map(
      ([name, value]) => `-c ${name}=${value.replace(/[\s\\]/g, (blank) => `\\${blank}`)}`,
    ),
  ]
    .filter(Boolean)
    .join(' ');

const clientConfig = (
  config: ServerConfig,
  route: Route,
  applicationName: string,
  settings: Settings = {},
): pg.ClientConfig => {
  const { host, encryption, database } = route;
  const options = optionsOf(config, settings);
  const { password } = host;
  return {
    host: host.address ?? host.host,
    port: host.port,
    user: config.user,
    database,
    // Always a function: without one the driver would look into the environment and the password file itself.
    password: () => {
      if (password) return password();
      throw new NoPassword();
    },
    ssl: tlsFor(host, encryption),
    ...(config.directTls ? { sslnegotiation: 'direct' as const } : {}),
    ...(encryption !== 'plain' && config.channelBinding ? { enableChannelBinding: true } : {}),
    application_name: applicationName,
    connectionTimeoutMillis: config.connectTimeoutMs,
    keepAlive: true,
    // The driver would take PGOPTIONS where the URL has an empty `options`.
    ...(options ? { options } : process.env.PGOPTIONS ? { options: ' ' } : {}),
  };
};

const encryptionsOf = (config: ServerConfig, host: TargetHost): readonly Encryption[] =>
  (host.address ?? host.host).startsWith('/') ? ['plain'] : config.encryption;

/** No other way to the same host would do better: nobody is there, or the wait was long already. */
const isOfHost = (error: unknown): boolean =>
  [
    'ECONNREFUSED',
    'ENOENT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EACCES',
  ].includes(codeOf(error) ?? '') ||
  (error instanceof Error && error.message === 'timeout expired');

/** A host that has answered is the one that was meant: a wrong password is not tried on the next (libpq does not). */
const isAnswer = (error: unknown): boolean => {
  const sqlstate = sqlstateOf(error);
  return error instanceof NoPassword || (sqlstate !== null && !['57P03', '53300'].includes(sqlstate));
};

/** @throws {PostgresError} cannot-connect */
export const connectBy = async (
  config: ServerConfig,
  route: Route,
  applicationName: string,
  settings: Settings = {},
): Promise<Connection> => {
  try {
    return await openConnection(clientConfig(config, route, applicationName, settings));
  } catch (error) {
    const { host, database } = route;
    throw connectError(error, { host: host.host, port: host.port, user: config.user, database });
  }
};

type Reached = { readonly route: Route; readonly connection: Connection };

const reachHost = async (
  config: ServerConfig,
  host: TargetHost,
  applicationName: string,
): Promise<Reached> => {
  let failure: unknown;
  for (const encryption of encryptionsOf(config, host)) {
    const route: Route = { host, encryption, database: config.database };
    try {
      return { route, connection: await openConnection(clientConfig(config, route, applicationName)) };
    } catch (error) {
      // What the server said first stands; the other way is mostly refused for being the other.
      failure = isAnswer(failure) ? failure : error;
      if (isOfHost(error)) break;
    }
  }
  // createdb goes to `postgres` too when nobody has named a database to start from.
  if (config.databaseAssumed && config.database !== 'postgres' && sqlstateOf(failure) === '3D000') {
    return reachHost({ ...config, database: 'postgres' }, host, applicationName);
  }
  throw failure;
};

const together = (failures: readonly PostgresError[]): PostgresError => {
  const [first, ...others] = failures;
  if (!first) throw new Error('a target has at least one host');
  if (others.length === 0) return first;
  const message = failures.map((failure) => failure.message).join(' ');
  return new PostgresError('cannot-connect', message, first.remedy, {
    sqlstate: first.sqlstate,
    cause: first,
  });
};

/**
 * Tries each host in each way that sslmode allows, as libpq does, and says which one worked.
 * @param accept false for a host that is wanted only when there is no other (a standby)
 * @throws {PostgresError} cannot-connect
 */
export const reach = async (
  config: ServerConfig,
  applicationName: string,
  accept: (connection: Connection) => Promise<boolean>,
): Promise<Reached> => {
  const failures: PostgresError[] = [];
  let secondChoice: Reached | null = null;
  for (const host of config.hosts) {
    const where = { host: host.host, port: host.port, user: config.user, database: config.database };
    try {
      const reached = await reachHost(config, host, applicationName);
      if (await accept(reached.connection)) {
        await secondChoice?.connection.end();
        return reached;
      }
      if (secondChoice) await reached.connection.end();
      else secondChoice = reached;
    } catch (error) {
      failures.push(connectError(error, where));
      if (isAnswer(error)) break;
    }
  }
  if (secondChoice) return secondChoice;
  throw together(failures);
};
