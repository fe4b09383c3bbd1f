import { reasonOf } from '../text/error-words.ts';
import { PostgresError } from './error.ts';

/** Where a connection was tried, in words; holds no secret. */
export type Where = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
};

type Advice = { readonly problem: string; readonly remedy: string };

/** The server asked for a password and there was none to give. Thrown into the driver, which hands it back. */
export class NoPassword extends Error {
  override readonly name = 'NoPassword';
}

export const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

/** SQLSTATEs are five characters; the codes of Node's sockets (EPIPE too!) begin with an E that no class has. */
export const isSqlstate = (code: string | null | undefined): code is string =>
  typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]/.test(code);

export const sqlstateOf = (error: unknown): string | null => {
  const code = codeOf(error);
  return isSqlstate(code) ? code : null;
};

export const addressOf = ({ host, port }: Pick<Where, 'host' | 'port'>): string =>
  host.startsWith('/')
    ? `the socket ${host}/.s.PGSQL.${port}`
    : `${host.includes(':') ? `[${host}]` : host}, port ${port}`;

const noServer =
  'Is PostgreSQL running there? Or leave the address out: pg-tutor then starts a server of its own.';
const wrongPassword =
  'Correct the password: in the URL, in PGPASSWORD, or as a line host:port:database:user:password in ~/.pgpass (mode 600).';
const tlsRemedy = 'sslmode and sslrootcert say what must be encrypted and verified (manual: libpq-ssl).';

const ofSocket = (code: string, where: Where): Advice | null => {
  const address = addressOf(where);
  switch (code) {
    case 'ECONNREFUSED':
      return { problem: `Nothing listens on ${address}`, remedy: noServer };
    case 'ENOENT':
      return { problem: `There is no ${address.replace(/^the /, '')}`, remedy: noServer };
    case 'EACCES':
    case 'EPERM':
      return { problem: `You may not connect to ${address}`, remedy: 'Check the permissions of its folder.' };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        problem: `The host name ${where.host} is not known`,
        remedy: 'Check its spelling, and your network.',
      };
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        problem: `The server at ${address} does not answer`,
        remedy: 'Check the address, and firewalls on the way; connect_timeout (seconds) allows more time.',
      };
    case 'ECONNRESET':
    case 'EPIPE':
      return { problem: `The server at ${address} hung up`, remedy: 'Look into the log of the server.' };
    default:
      return null;
  }
};

const ofServer = (sqlstate: string, message: string, { user, database }: Where): Advice | null => {
  switch (sqlstate) {
    case '28P01':
      return { problem: `The server refused the password of user ${user}`, remedy: wrongPassword };
    case '28000':
      return {
        problem: `The server does not let user ${user} in: ${message}`,
        remedy: 'Name another user, ask for the role to exist and be allowed to log in, or see pg_hba.conf.',
      };
    case '3D000':
      return {
        problem: `There is no database ${database}`,
        remedy: 'Name one that exists, mostly postgres: at the end of the URL, or in PGDATABASE.',
      };
    case '53300':
      return {
        problem: 'The server has no connection left',
        remedy: 'Close other programs that use it, or raise max_connections.',
      };
    case '57P03':
      return { problem: `The server is not ready: ${message}`, remedy: 'Try again in a moment.' };
    case '42501':
      return {
        problem: `User ${user} may not connect to database ${database}`,
        remedy: 'Name another database, or ask for GRANT CONNECT.',
      };
    case '08P01':
      return {
        problem: `The server did not understand us: ${message}`,
        remedy: 'A connection pool? Connect to PostgreSQL itself: lessons need sessions of their own.',
      };
    default:
      return null;
  }
};

const ofDriver = (error: unknown, where: Where): Advice | null => {
  const message = reasonOf(error);
  const code = codeOf(error) ?? '';
  if (error instanceof NoPassword) {
    return { problem: `The server asks for the password of user ${where.user}`, remedy: wrongPassword };
  }
  if (message === 'timeout expired') return ofSocket('ETIMEDOUT', where);
  if (message.includes('does not support SSL')) {
    return {
      problem: `${addressOf(where)} offers no encryption, and sslmode insists on it`,
      remedy: tlsRemedy,
    };
  }
  if (/^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|ERR_CRYPTO)/.test(code)) {
    return { problem: `The encryption with ${addressOf(where)} failed: ${message}`, remedy: tlsRemedy };
  }
  if (message.includes('terminated unexpectedly')) return ofSocket('ECONNRESET', where);
  if (message.startsWith('SASL')) {
    return { problem: `Logging in as ${where.user} failed: ${message}`, remedy: wrongPassword };
  }
  return null;
};

/** Node tries each address of a name and reports them together. */
const unwrapped = (error: unknown): unknown =>
  error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;

/** An error of the driver while connecting, with words for it and a remedy. */
export const connectError = (thrown: unknown, where: Where): PostgresError => {
  if (thrown instanceof PostgresError) return thrown;
  const error = unwrapped(thrown);
  const sqlstate = sqlstateOf(error);
  const advice = (sqlstate ? ofServer(sqlstate, reasonOf(error), where) : null) ??
    ofDriver(error, where) ??
    ofSocket(codeOf(error) ?? '', where) ?? {
      problem: `Connecting to ${addressOf(where)} failed: ${reasonOf(error)}`,
      remedy: noServer,
    };
  const { problem, remedy } = advice;
  const sentence = `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`.replace('..', '.');
  return new PostgresError('cannot-connect', sentence, remedy, { sqlstate, cause: error });
};
