import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { readConninfo } from './conninfo.ts';
import { PostgresError } from './error.ts';
import { fromEnvironment, type Parameter, type Parameters, variableOf } from './parameters.ts';
import { findPassword, passwordFileOf, socketFolders } from './password-file.ts';
import { findService } from './service-file.ts';
import { type Encryption, encryptionOf } from './tls.ts';

export type TargetSource = '--url' | 'DATABASE_URL' | 'PG* variables' | 'service file';

export type TargetHost = {
  /** Name, address or socket folder; certificates are checked against it. */
  readonly host: string;
  /** Connect here instead of looking `host` up (hostaddr). */
  readonly address: string | null;
  readonly port: number;
  /** A function, so that no one prints it by mistake. */
  readonly password: (() => string) | null;
};

export type ServerConfig = {
  /** To be tried in this order. */
  readonly hosts: readonly TargetHost[];
  readonly user: string;
  readonly database: string;
  /** Nobody named a database: it is the user's name, as with psql. */
  readonly databaseAssumed: boolean;
  /** Over TCP; a socket is never encrypted. */
  readonly encryption: readonly Encryption[];
  readonly directTls: boolean;
  readonly channelBinding: boolean;
  readonly options: string | null;
  readonly connectTimeoutMs: number;
  readonly applicationName: string | null;
  /** Pass over standbys when there are several hosts (target_session_attrs). */
  readonly primaryOnly: boolean;
  /** What was found and not used, in sentences. */
  readonly warnings: readonly string[];
};

export type Target =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'server'; readonly source: TargetSource; readonly config: ServerConfig };

/** libpq waits for ever by default; a learner should not. */
const defaultTimeoutMs = 10_000;

/**
 * The variables that say where a server is, or what is on it. PGUSER, PGPASSWORD, PGSSLMODE and the others shape a
 * connection and are often set for good in a profile: alone they do not lead away from our own server.
 */
const leading: readonly Parameter[] = ['host', 'hostaddr', 'port', 'service', 'dbname'];

const bad = (message: string, remedy: string): PostgresError =>
  new PostgresError('bad-configuration', message, remedy);

const list = (parameters: Parameters, name: Parameter): readonly string[] =>
  parameters
    .get(name)
    ?.split(',')
    .map((one) => one.trim()) ?? [];

const systemUser = (): string => {
  try {
    return userInfo().username;
  } catch {
    throw bad(
      'No user is named, and the system does not know yours.',
      'Set PGUSER, or name the user in the URL.',
    );
  }
};

/** libpq has one folder compiled in; we look where a socket of this port is. */
const defaultHost = (port: number): string =>
  socketFolders.find((folder) => existsSync(path.join(folder, `.s.PGSQL.${port}`))) ?? 'localhost';

const portOf = (written: string): number => {
  if (written === '') return 5432;
  const port = /^\d{1,5}$/.test(written) ? Number(written) : 0;
  if (port < 1 || port > 65535)
    throw bad('The port is no number from 1 to 65535.', 'Correct port or PGPORT.');
  return port;
};

/** Several hosts come as lists: of one length, but for ports, where one can stand for all. */
const hostsOf = (parameters: Parameters): readonly Omit<TargetHost, 'password'>[] => {
  const [names, addresses, ports] = [
    list(parameters, 'host'),
    list(parameters, 'hostaddr'),
    list(parameters, 'port'),
  ];
  const count = Math.max(names.length, addresses.length, 1);
  if (names.length > 0 && addresses.length > 0 && names.length !== addresses.length) {
    throw bad('There is not one hostaddr for each host.', 'Give as many of the one as of the other.');
  }
  if (ports.length > 1 && ports.length !== count) {
    throw bad('There is not one port for each host.', 'Give one port for all hosts, or one for each.');
  }
  return Array.from({ length: count }, (_, index) => {
    const port = portOf((ports.length > 1 ? ports[index] : ports[0]) ?? '');
    const address = addresses[index] || null;
    const host = names[index] || address || defaultHost(port);
    if (host.startsWith('@'))
      throw bad('An abstract socket cannot be used.', 'Name the folder of a socket, or a host.');
    return { host, address, port };
  });
};

const timeoutOf = (parameters: Parameters): number => {
  const written = parameters.get('connect_timeout');
  if (written === undefined) return defaultTimeoutMs;
  if (!/^\s*[+-]?\d+\s*$/.test(written)) {
    throw bad('connect_timeout is no whole number.', 'It is in seconds; 0 waits for ever.');
  }
  return Math.max(0, Number(written)) * 1000;
};

/** Parameters that would make a connection safer or different, and that the driver cannot keep, are not ignored. */
const refuseUnkept = (parameters: Parameters): void => {
  const unkept: readonly (readonly [Parameter, (value: string) => boolean])[] = [
    ['require_auth', () => true],
    ['requirepeer', () => true],
    ['sslcrldir', () => true],
    ['gssencmode', (value) => value === 'require'],
    ['replication', (value) => !['0', 'no', 'off', 'false'].includes(value)],
    ['target_session_attrs', (value) => !['any', 'read-write', 'primary', 'prefer-standby'].includes(value)],
  ];
  for (const [name, refused] of unkept) {
    const value = parameters.get(name);
    if (value === undefined || !refused(value)) continue;
    const variable = variableOf(name);
    throw bad(
      `pg-tutor cannot connect with ${name} set so.`,
      `Leave out ${name}${variable ? ` or ${variable}` : ''}.`,
    );
  }
};

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

const configOf = async (parameters: Parameters, home: string): Promise<ServerConfig> => {
  refuseUnkept(parameters);
  const user = parameters.get('user') ?? systemUser();
  const database = parameters.get('dbname') ?? user;
  const password = parameters.get('password');
  const warnings = new Set<string>();
  const hosts = await Promise.all(
    hostsOf(parameters).map(async (one): Promise<TargetHost> => {
      if (password !== undefined) return { ...one, password: () => password };
      const file = passwordFileOf(parameters.get('passfile'), home);
      const answer = await findPassword(file, { ...one, database, user });
      if (answer.ignored) warnings.add(answer.ignored);
      const found = answer.password;
      return { ...one, password: found === null ? null : () => found };
    }),
  );
  const binding = parameters.get('channel_binding');
  const encryption = await encryptionOf(parameters, home);
  return {
    hosts: parameters.get('load_balance_hosts') === 'random' ? shuffled(hosts) : hosts,
    user,
    database,
    databaseAssumed: !parameters.has('dbname'),
    encryption: binding === 'require' ? encryption.filter((one) => one !== 'plain') : encryption,
    directTls: parameters.get('sslnegotiation') === 'direct',
    channelBinding: binding === 'require',
    options: parameters.get('options') ?? null,
    connectTimeoutMs: timeoutOf(parameters),
    applicationName: parameters.get('application_name') ?? null,
    primaryOnly: ['read-write', 'primary'].includes(parameters.get('target_session_attrs') ?? ''),
    warnings: [...warnings],
  };
};

/**
 * Which server to use: `--url`, else DATABASE_URL, else PG* variables that lead to one (PGHOST, PGHOSTADDR, PGPORT,
 * PGSERVICE, PGDATABASE), else our own. What the string does not say comes from its service or PGSERVICE, then from
 * PG* variables, then from libpq's defaults (manual: libpq-connect, libpq-envars, libpq-pgservice, libpq-pgpass).
 * @param options.home folder of `.pgpass`, `.pg_service.conf` and `.postgresql`
 * @throws {PostgresError} bad-configuration; the password is never in it
 */
export const resolveTarget = async (options: {
  readonly url?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}): Promise<Target> => {
  const { url, env, home } = options;
  const environment = fromEnvironment(env);
  const place = url !== undefined ? '--url' : 'DATABASE_URL';
  const text = url ?? (env.DATABASE_URL || undefined);
  if (text === undefined && !leading.some((name) => environment.has(name))) return { kind: 'embedded' };

  const string: Parameters = text === undefined ? new Map() : readConninfo(place, text);
  const service = string.get('service') ?? environment.get('service');
  const fromService: Parameters = service === undefined ? new Map() : await findService(service, env, home);
  const merged = [...new Map([...environment, ...fromService, ...string])];
  const parameters: Parameters = new Map(merged.filter(([, value]) => value !== ''));
  return {
    kind: 'server',
    source: text !== undefined ? place : service !== undefined ? 'service file' : 'PG* variables',
    config: await configOf(parameters, home),
  };
};
