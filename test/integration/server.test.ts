import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openConnection } from '../../src/postgres/connection.ts';
import { PostgresError } from '../../src/postgres/error.ts';
import { describeServer, type OpenServerOptions, openServer } from '../../src/postgres/server.ts';
import { resolveTarget } from '../../src/postgres/target.ts';
import type { ServerInfo } from '../../src/postgres/types.ts';
import { openFolder } from '../support/embedded.ts';
import { openFakeServer, openSilentServer } from '../support/fake-server.ts';
import { freePort, openTcpServers, type TcpServer } from '../support/tcp-server.ts';

const password = 'Pä55/w0rd@:?#x';
const encoded = encodeURIComponent(password);
const home = openFolder('server');
const tls = path.join(import.meta.dirname, '../fixtures/tls');
const rootCert = path.join(tls, 'root.crt');

/** Every word that came out of anything, for the last test. */
const said: string[] = [];

let servers: Awaited<ReturnType<typeof openTcpServers>>;
let plain: TcpServer;
let secure: TcpServer;
let standby: TcpServer;
let stateCount = 0;

type Opening = Partial<OpenServerOptions> & { url: string; env?: NodeJS.ProcessEnv };

const open = async ({ url, env = {}, ...options }: Opening) => {
  const target = await resolveTarget({ url, env, home });
  said.push(JSON.stringify(target), inspect(target, { depth: 9 }));
  const server = await openServer({
    target,
    confirm: async (info) => {
      said.push(JSON.stringify(info), describeServer(info));
      return true;
    },
    stateDir: path.join(home, `state${stateCount++}`),
    log: (line) => said.push(line),
    ...options,
  });
  said.push(JSON.stringify(server.info), inspect(server, { depth: 9, showHidden: true }));
  return server;
};

const failure = async (opening: Opening): Promise<PostgresError> => {
  const error = await open(opening).then(
    () => new Error('it was opened'),
    (reason) => reason,
  );
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    said.push(cause.message, String(cause.stack), inspect(cause, { depth: 6 }));
  }
  if (!(error instanceof PostgresError)) throw error;
  said.push(error.remedy);
  return error;
};

const at = (server: TcpServer, user = 'ann', database = 'app', query = '') =>
  `postgres://${user}:${encoded}@127.0.0.1:${server.port}/${database}${query}`;

const asSuperuser = async (server: TcpServer, statements: readonly string[]) => {
  const connection = await openConnection({
    host: server.folder,
    port: server.port,
    user: 'postgres',
    database: 'postgres',
  });
  for (const sql of statements) await connection.rows(sql);
  await connection.end();
};

beforeAll(async () => {
  servers = await openTcpServers();
  [plain, secure, standby] = await Promise.all([
    servers.start('plain', {}),
    servers.start('secure', { tls: true }),
    servers.start('standby', { standby: true }),
  ]);
  const people = [
    `create role ann login createdb password '${password}'`,
    `create role bob login password '${password}'`,
    `create role carl nologin password '${password}'`,
    `create role dora login createdb connection limit 0 password '${password}'`,
    'create database app owner ann',
  ];
  await Promise.all([asSuperuser(plain, people), asSuperuser(secure, people)]);
});

afterAll(async () => {
  await servers?.close();
  rmSync(home, { recursive: true, force: true });
});

describe('a server of the learner', () => {
  test('is named, without the password, and used after a yes', async () => {
    const asked: ServerInfo[] = [];
    const server = await open({
      url: at(plain),
      confirm: async (info) => {
        asked.push(info);
        return true;
      },
    });
    expect(asked).toEqual([server.info]);
    expect(server.info).toMatchObject({ own: false, host: '127.0.0.1', port: plain.port, database: 'app' });
    expect(describeServer(server.info)).toBe(
      `PostgreSQL ${server.info.version} at 127.0.0.1, port ${plain.port}, database app, user ann`,
    );
    const connection = await server.connect({ database: 'postgres', applicationName: 'alice' });
    const [row] = await connection.rows(
      `select current_user, current_database(), current_setting('application_name')`,
    );
    expect(row).toEqual(['ann', 'postgres', 'alice']);
    await connection.end();
    await server.revive();
    await server.close();
  });

  test('is not used after a no, and nothing is remembered then', async () => {
    const stateDir = path.join(home, 'no');
    const error = await failure({ url: at(plain), stateDir, confirm: async () => false });
    expect(error.code).toBe('not-confirmed');
    expect(error.message).toContain(`port ${plain.port}`);
    let asked = 0;
    await open({ url: at(plain), stateDir, confirm: async () => ++asked > 0 });
    expect(asked).toBe(1);
  });

  test('is asked about once, and again for another user or another cluster at the same address', async () => {
    const stateDir = path.join(home, 'once');
    let asked = 0;
    const confirm = async () => ++asked > 0;
    await open({ url: at(plain), stateDir, confirm });
    await open({ url: at(plain, 'ann', 'postgres'), stateDir, confirm });
    expect(asked).toBe(1);
    await open({
      url: `postgres://postgres@${encodeURIComponent(plain.folder)}:${plain.port}/app`,
      stateDir,
      confirm,
    });
    expect(asked).toBe(2);
    const file = path.join(stateDir, 'servers.json');
    const text = readFileSync(file, 'utf8');
    said.push(text);
    writeFileSync(file, text.replaceAll(/"systemIdentifier": "\d+"/g, '"systemIdentifier": "1"'));
    await open({ url: at(plain), stateDir, confirm });
    expect(asked).toBe(3);
  });

  test('is not asked about with --yes', async () => {
    await open({ url: at(plain), yes: true, confirm: () => Promise.reject(new Error('asked')) });
  });

  test('whose user has no database of their own is entered through postgres', async () => {
    const server = await open({ url: `postgres://ann:${encoded}@127.0.0.1:${plain.port}` });
    expect(server.info.database).toBe('postgres');
  });

  test('gets the password of the password file, and a file open to others is named and not used', async () => {
    const passfile = path.join(home, 'passwords');
    const line = password.replaceAll(':', '\\:');
    writeFileSync(passfile, `127.0.0.1:*:*:bob:wrong\n127.0.0.1:${plain.port}:app:ann:${line}\n`, {
      mode: 0o600,
    });
    const url = `postgres://ann@127.0.0.1:${plain.port}/app`;
    await open({ url, env: { PGPASSFILE: passfile } });

    const loose = path.join(home, 'loose');
    writeFileSync(loose, readFileSync(passfile), { mode: 0o644 });
    const lines: string[] = [];
    const error = await failure({ url, env: { PGPASSFILE: loose }, log: (line) => lines.push(line) });
    expect(error.message).toBe('The server asks for the password of user ann.');
    expect(lines.join()).toContain(`chmod 0600 ${loose}`);
  });

  test('of several is the first that answers, or the primary when that is wanted', async () => {
    const nobody = await freePort();
    const two = (query: string) =>
      `postgres://postgres@${encodeURIComponent(standby.folder)}:${standby.port},${encodeURIComponent(plain.folder)}:${plain.port}/app${query}`;
    const server = await open({
      url: `postgres://ann:${encoded}@127.0.0.1:${nobody},127.0.0.1:${plain.port}/app`,
    });
    expect(server.info.port).toBe(plain.port);
    const primary = await open({ url: two('?target_session_attrs=primary').replace('/app', '/postgres') });
    expect(primary.info.port).toBe(plain.port);
    expect((await failure({ url: two('').replace('/app', '/postgres') })).code).toBe('in-recovery');
  });

  test('gets options and no variable of ours behind our back', async () => {
    const server = await open({ url: at(plain, 'ann', 'app', '?options=-c%20search_path%3Dlesson') });
    process.env.PGOPTIONS = '-c search_path=leaked';
    try {
      const other = await open({ url: at(plain) });
      for (const [one, path] of [
        [server, 'lesson'],
        [other, '"$user", public'],
      ] as const) {
        const connection = await one.connect({ database: 'app', applicationName: 'x' });
        expect(await connection.rows('show search_path')).toEqual([[path]]);
        await connection.end();
      }
    } finally {
      delete process.env.PGOPTIONS;
    }
  });
});

describe('what cannot be connected to is said with a remedy', () => {
  test.each([
    [
      'a wrong password',
      async () => at(plain).replace(encoded, 'Pa55w0rdWrong'),
      '28P01',
      /refused the password of user ann/,
    ],
    [
      'no password',
      async () => `postgres://ann@127.0.0.1:${plain.port}/app`,
      null,
      /asks for the password of user ann/,
    ],
    ['a role that may not log in', async () => at(plain, 'carl'), '28000', /does not let user carl in/],
    ['an unknown database', async () => at(plain, 'ann', 'nowhere'), '3D000', /no database nowhere/],
    ['no connection left', async () => at(plain, 'dora'), '53300', /no connection left/],
    [
      'nobody there',
      async () => `postgres://ann:${encoded}@127.0.0.1:${await freePort()}/app`,
      null,
      /Nothing listens on 127\.0\.0\.1, port/,
    ],
    [
      'no socket',
      async () => `postgres://ann:${encoded}@${encodeURIComponent(home)}/app`,
      null,
      /There is no socket .*\.s\.PGSQL\.5432/,
    ],
    [
      'an unknown host',
      async () => `postgres://ann:${encoded}@nowhere.invalid/app`,
      null,
      /host name nowhere\.invalid is not known/,
    ],
    [
      'no TLS where it is required',
      async () => at(plain, 'ann', 'app', '?sslmode=require'),
      null,
      /offers no encryption/,
    ],
  ])('%s', async (_, url, sqlstate, message) => {
    const error = await failure({ url: await url() });
    expect(error).toMatchObject({ code: 'cannot-connect', sqlstate });
    expect(error.message).toMatch(message);
    expect(error.remedy).not.toBe('');
  });

  test('silence', async () => {
    const silent = await openSilentServer();
    const error = await failure({
      url: `postgres://ann:${encoded}@127.0.0.1:${silent.port}/app?connect_timeout=1&sslmode=disable`,
    });
    await silent.close();
    expect(error.message).toBe(`The server at 127.0.0.1, port ${silent.port} does not answer.`);
  });

  test('all hosts of several', async () => {
    const [one, two] = [await freePort(), await freePort()];
    const error = await failure({ url: `postgres://ann:${encoded}@127.0.0.1:${one},127.0.0.1:${two}/app` });
    expect(error.message).toContain(`port ${one}`);
    expect(error.message).toContain(`port ${two}`);
  });
});

describe('sslmode means what it means to libpq', () => {
  const ask = async (query: string, host = 'localhost') => {
    const url = `postgres://ann:${encoded}@${host}:${secure.port}/app${query}`;
    const server = await open({ url });
    const connection = await server.connect({ database: 'app', applicationName: 'x' });
    const [row] = await connection.rows('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    await connection.end();
    return row?.[0];
  };
  const root = `sslrootcert=${encodeURIComponent(rootCert)}`;
  const stranger = `sslrootcert=${encodeURIComponent(path.join(tls, 'other-root.crt'))}`;

  test.each([
    ['', 't'],
    ['?sslmode=disable', 'f'],
    ['?sslmode=allow', 'f'],
    ['?sslmode=prefer', 't'],
    ['?sslmode=require', 't'],
    ['?sslmode=require&channel_binding=require', 't'],
    ['?sslmode=require&sslnegotiation=direct', 't'],
    [`?sslmode=require&${root}`, 't'],
    [`?sslmode=verify-ca&${root}`, 't'],
    [`?sslmode=verify-full&${root}`, 't'],
    [`?sslmode=verify-full&${root}&hostaddr=127.0.0.1`, 't'],
    [`?sslmode=prefer&${stranger}`, 'f'],
  ])('%s', async (query, encrypted) => {
    expect(await ask(query)).toBe(encrypted);
  });

  test('verify-ca leaves the name of the host alone, verify-full does not', async () => {
    expect(await ask(`?sslmode=verify-ca&${root}`, '127.0.0.1')).toBe('t');
    const error = await failure({ url: `${at(secure)}?sslmode=verify-full&${root}` });
    expect(error.message).toMatch(/The encryption with 127\.0\.0\.1, port \d+ failed/);
  });

  test.each(['require', 'verify-ca', 'verify-full'])(
    '%s refuses a certificate of somebody else',
    async (mode) => {
      const url = `postgres://ann:${encoded}@localhost:${secure.port}/app?sslmode=${mode}&${stranger}`;
      expect((await failure({ url })).message).toMatch(/encryption with localhost, port \d+ failed/);
    },
  );
});

describe('a server that lessons cannot be played on', () => {
  test('the role may not create databases', async () => {
    const error = await failure({ url: at(plain, 'bob') });
    expect(error).toMatchObject({
      code: 'no-createdb',
      remedy: 'As a superuser: ALTER ROLE "bob" CREATEDB;',
    });
  });

  test('a standby', async () => {
    const url = `postgres://postgres@${encodeURIComponent(standby.folder)}:${standby.port}/postgres`;
    expect(await failure({ url })).toMatchObject({
      code: 'in-recovery',
      message: expect.stringContaining('standby'),
    });
  });

  test.each([
    ['too old', ['12.22', '120022'], 'too-old', /PostgreSQL 12\.22; the lessons need 14/],
    ['not PostgreSQL', ['', 'x'], 'cannot-connect', /does not answer as PostgreSQL does/],
  ])('%s', async (_, row, code, message) => {
    const fake = await openFakeServer(() => row);
    const error = await failure({ url: `postgres://ann:${encoded}@127.0.0.1:${fake.port}/app` });
    await fake.close();
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test('a connection pool between', async () => {
    const fake = await openFakeServer(
      (sql) => (sql.includes('server_version') ? ['17.5', '170005'] : ['ann', 'f', 't', 'f', '99']),
      4711,
    );
    const error = await failure({ url: `postgres://ann:${encoded}@127.0.0.1:${fake.port}/app` });
    await fake.close();
    expect(error).toMatchObject({
      code: 'cannot-connect',
      message: expect.stringContaining('connection pool'),
    });
  });
});

test('the password was in nothing of all that', () => {
  expect(said.length).toBeGreaterThan(100);
  const secrets = [password, encoded, password.slice(0, 6), encoded.slice(0, 9), 'Pa55w0rdWrong'];
  for (const text of said) for (const secret of secrets) expect(text).not.toContain(secret);
});
