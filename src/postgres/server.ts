import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { addressOf, codeOf } from './connect-error.ts';
import { type EmbeddedServer, startEmbedded } from './embedded/start.ts';
import { PostgresError } from './error.ts';
import { connectBy, type Route, reach } from './reach.ts';
import { readFacts, requireUsable, type ServerFacts } from './requirements.ts';
import type { ServerConfig, Target, TargetHost } from './target.ts';
import { isTrusted, trust } from './trust.ts';
import type { Connection, ConnectOptions, Server, ServerInfo } from './types.ts';

export type OpenServerOptions = {
  readonly target: Target;
  /** Asks whether this server, which we did not start, may be used. Not called when it was allowed before. */
  readonly confirm: (info: ServerInfo) => Promise<boolean>;
  /** The answer is yes: nobody is asked, and nothing remembered. */
  readonly yes?: boolean;
  /** $XDG_STATE_HOME/pg-tutor */
  readonly stateDir: string;
  /** Told, in a sentence, what takes long or was not as it should be. */
  readonly log: (line: string) => void;
  /** Major version of our own server. */
  readonly major?: number | undefined;
};

/** How long a server that crashed may take to answer again, ms. Recovery of our own takes well under a second. */
const reviveDeadline = { own: 15_000, other: 5_000 } as const;
const revivePause = 25;

const openingName = 'pg-tutor';

/** `PostgreSQL 18.4 at db.example, port 5432, database app, user ann` */
export const describeServer = (info: ServerInfo): string =>
  info.own
    ? `PostgreSQL ${info.version}, started by pg-tutor`
    : `PostgreSQL ${info.version} at ${addressOf(info)}, database ${info.database}, user ${info.user}`;

const embeddedConfig = (embedded: EmbeddedServer): ServerConfig => ({
  hosts: [{ host: embedded.host, address: null, port: embedded.port, password: null }],
  user: embedded.user,
  database: 'postgres',
  databaseAssumed: false,
  encryption: ['plain'],
  directTls: false,
  channelBinding: false,
  options: null,
  connectTimeoutMs: 10_000,
  applicationName: null,
  primaryOnly: false,
  warnings: [],
});

const infoOf = (own: boolean, user: string, route: Route, facts: ServerFacts): ServerInfo => ({
  own,
  host: route.host.host,
  port: route.host.port,
  database: route.database,
  user,
  version: facts.version,
  major: facts.major,
});

const systemIdentifierOf = async (connection: Connection): Promise<string | null> => {
  try {
    const [row] = await connection.rows('select system_identifier::text from pg_control_system()');
    return row?.[0] ?? null;
  } catch {
    return null; // a role that may not read it
  }
};

const askUnlessTrusted = async (
  options: OpenServerOptions,
  info: ServerInfo,
  connection: Connection,
): Promise<void> => {
  if (options.yes) return;
  const { host, port, user } = info;
  const server = { host, port, user, systemIdentifier: await systemIdentifierOf(connection) };
  if (await isTrusted(options.stateDir, server)) return;
  if (!(await options.confirm(info))) {
    throw new PostgresError(
      'not-confirmed',
      `${describeServer(info)}: not used, as you did not agree.`,
      'Leave the address out (--url, DATABASE_URL, PG* variables): pg-tutor then starts a server of its own.',
    );
  }
  try {
    await trust(options.stateDir, server);
  } catch {
    options.log(`Your answer cannot be remembered: ${options.stateDir} is not writable.`);
  }
};

/** Nobody is there, as opposed to a server that is still busy with its recovery or answers with an error. */
const isGone = (error: unknown): boolean =>
  error instanceof PostgresError &&
  ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'].includes(codeOf(error.cause) ?? '');

/** Starting up, shutting down, crashed, out of connections, or cut off while we tried. */
const mayPass = (error: unknown): boolean =>
  isGone(error) ||
  (error instanceof PostgresError &&
    (['57P01', '57P02', '57P03', '53300'].includes(error.sqlstate ?? '') || error.sqlstate === null));

class OpenServer implements Server {
  readonly info: ServerInfo;
  readonly #config: ServerConfig;
  readonly #route: Route;
  readonly #embedded: EmbeddedServer | null;

  constructor(info: ServerInfo, config: ServerConfig, route: Route, embedded: EmbeddedServer | null) {
    this.info = info;
    this.#config = config;
    this.#route = route;
    this.#embedded = embedded;
  }

  connect(options: ConnectOptions): Promise<Connection> {
    // A restart may have moved our own server's socket.
    const host: TargetHost = this.#embedded
      ? { ...this.#route.host, host: this.#embedded.host }
      : this.#route.host;
    return connectBy(
      this.#config,
      { ...this.#route, host, database: options.database },
      options.applicationName,
      options.settings,
    );
  }

  async revive(): Promise<void> {
    const until = Date.now() + (this.#embedded ? reviveDeadline.own : reviveDeadline.other);
    for (;;) {
      try {
        const connection = await this.connect({ database: this.info.database, applicationName: openingName });
        return await connection.end();
      } catch (error) {
        if (!mayPass(error) || Date.now() > until) throw error;
        if (this.#embedded && isGone(error)) await this.#embedded.restart();
        await delay(revivePause);
      }
    }
  }

  async close(): Promise<void> {
    await this.#embedded?.release();
  }
}

const openOwn = async (options: OpenServerOptions): Promise<Server> => {
  const embedded = await startEmbedded({
    stateDir: path.join(options.stateDir, 'postgres'),
    log: options.log,
    ...(options.major === undefined ? {} : { major: options.major }),
  });
  try {
    const config = embeddedConfig(embedded);
    const { route, connection } = await reach(config, openingName, async () => true);
    const facts = await readFacts(connection).finally(() => connection.end());
    return new OpenServer(infoOf(true, config.user, route, facts), config, route, embedded);
  } catch (error) {
    await embedded.release();
    throw error;
  }
};

const isPrimary = async (connection: Connection): Promise<boolean> => {
  const [row] = await connection.rows(`select pg_is_in_recovery(), current_setting('transaction_read_only')`);
  return row?.[0] === 'f' && row[1] === 'off';
};

const openOther = async (options: OpenServerOptions, config: ServerConfig): Promise<Server> => {
  for (const warning of config.warnings) options.log(warning);
  const accept = config.primaryOnly && config.hosts.length > 1 ? isPrimary : async () => true;
  const { route, connection } = await reach(config, config.applicationName ?? openingName, accept);
  try {
    const facts = await readFacts(connection);
    requireUsable(facts);
    const info = infoOf(false, config.user, route, facts);
    await askUnlessTrusted(options, info, connection);
    return new OpenServer(info, config, route, null);
  } finally {
    await connection.end();
  }
};

/**
 * The server that lessons are played on: our own, started when it does not run, or the learner's, once it is known
 * to be usable and they have agreed.
 * @throws {PostgresError} no-binaries, cannot-start, cannot-connect, too-old, in-recovery, no-createdb, not-confirmed;
 * the password is in none of them
 */
export const openServer = (options: OpenServerOptions): Promise<Server> =>
  options.target.kind === 'embedded' ? openOwn(options) : openOther(options, options.target.config);
