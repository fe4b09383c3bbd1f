import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PostgresError } from '../../src/postgres/error.ts';
import { resolveTarget, type ServerConfig } from '../../src/postgres/target.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'pg-tutor-target-'));
  writeFileSync(
    path.join(home, '.pg_service.conf'),
    '[mine]\nhost=service.example\nport=6000\nuser=sue\ndbname=sdb\n[secret]\nhost=db\npassword=of the service\n',
  );
  writeFileSync(
    path.join(home, '.pgpass'),
    [
      '# host:port:database:user:password',
      'one.example:5432:app:ann:first',
      'two.example:*:*:ann:se\\:cond',
      '10.0.0.7:*:*:*:by address',
      'localhost:5432:*:sock:of the socket',
      '/srv/pg:*:*:*:of the folder',
    ].join('\n'),
    { mode: 0o600 },
  );
});
afterAll(() => rmSync(home, { recursive: true }));

const resolve = (env: NodeJS.ProcessEnv, url?: string) => resolveTarget({ url, env, home });

const serverOf = async (env: NodeJS.ProcessEnv, url?: string) => {
  const target = await resolve(env, url);
  if (target.kind !== 'server') throw new Error('our own server');
  return target;
};

/** `user@host:port,…/database` */
const brief = ({ user, hosts, database }: ServerConfig) =>
  `${user}@${hosts.map(({ host, address, port }) => `${host}${address ? `(${address})` : ''}:${port}`).join(',')}/${database}`;

const passwordsOf = (config: ServerConfig) => config.hosts.map(({ password }) => password?.() ?? null);

describe('our own server is used', () => {
  test.each<[string, NodeJS.ProcessEnv]>([
    ['when nothing is set', {}],
    [
      'when variables only shape a connection',
      {
        PGUSER: 'ann',
        PGPASSWORD: 'x',
        PGSSLMODE: 'require',
        PGOPTIONS: '-c a=b',
        PGAPPNAME: 'x',
        PGCONNECT_TIMEOUT: '3',
        PGPASSFILE: '/x',
        PGSERVICEFILE: '/x',
        PGTARGETSESSIONATTRS: 'any',
      },
    ],
    ['when variables are empty', { DATABASE_URL: '', PGHOST: '', PGPORT: '', PGSERVICE: '', PGDATABASE: '' }],
  ])('%s', async (_, env) => {
    expect(await resolve(env)).toEqual({ kind: 'embedded' });
  });
});

describe('a server is named by', () => {
  test.each<[string, string | undefined, NodeJS.ProcessEnv, string, string]>([
    ['--url', 'postgres://u@a/d', {}, '--url', 'u@a:5432/d'],
    [
      '--url before DATABASE_URL and PG*',
      'postgres://u@a/d',
      { DATABASE_URL: 'postgres://v@b/e', PGHOST: 'c' },
      '--url',
      'u@a:5432/d',
    ],
    [
      'DATABASE_URL before PG*',
      undefined,
      { DATABASE_URL: 'postgres://v@b/e', PGHOST: 'c', PGUSER: 'w' },
      'DATABASE_URL',
      'v@b:5432/e',
    ],
    [
      'PG* for what the URL leaves open',
      'postgres://a',
      { PGUSER: 'w', PGPORT: '5433', PGDATABASE: 'd' },
      '--url',
      'w@a:5433/d',
    ],
    ['PGHOST', undefined, { PGHOST: 'c', PGUSER: 'w' }, 'PG* variables', 'w@c:5432/w'],
    [
      'PGHOSTADDR',
      undefined,
      { PGHOSTADDR: '10.0.0.9', PGUSER: 'w' },
      'PG* variables',
      'w@10.0.0.9(10.0.0.9):5432/w',
    ],
    [
      'PGHOST and PGHOSTADDR',
      undefined,
      { PGHOST: 'c', PGHOSTADDR: '10.0.0.9', PGUSER: 'w' },
      'PG* variables',
      'w@c(10.0.0.9):5432/w',
    ],
    ['lists', undefined, { PGHOST: 'a,b', PGPORT: '1,2', PGUSER: 'w' }, 'PG* variables', 'w@a:1,b:2/w'],
    ['one port for all hosts', 'postgres://w@a,b/?port=9', {}, '--url', 'w@a:9,b:9/w'],
    ['words', 'host=a user=u', { PGDATABASE: 'd' }, '--url', 'u@a:5432/d'],
    ['PGSERVICE', undefined, { PGSERVICE: 'mine' }, 'service file', 'sue@service.example:6000/sdb'],
    [
      'the service before PG*',
      undefined,
      { PGSERVICE: 'mine', PGHOST: 'c', PGUSER: 'w', PGDATABASE: 'd' },
      'service file',
      'sue@service.example:6000/sdb',
    ],
    [
      'the URL before its service',
      'postgres://u@/?service=mine',
      { PGHOST: 'c' },
      '--url',
      'u@service.example:6000/sdb',
    ],
    [
      'the URL with the service of PGSERVICE',
      'postgres:///d',
      { PGSERVICE: 'mine' },
      '--url',
      'sue@service.example:6000/d',
    ],
    [
      'an empty parameter that hides a variable',
      'host=a user=u dbname=',
      { PGDATABASE: 'd' },
      '--url',
      'u@a:5432/u',
    ],
  ])('%s', async (_, url, env, source, expected) => {
    const target = await serverOf(env, url);
    expect([target.source, brief(target.config)]).toEqual([source, expected]);
  });

  test('PGPORT alone: the local server of this port', async () => {
    const { config } = await serverOf({ PGPORT: '1', PGUSER: 'w' });
    expect(brief(config)).toBe('w@localhost:1/w');
  });

  test('the system, when nobody names a user', async () => {
    const { config } = await serverOf({ PGHOST: 'a' });
    const { username } = os.userInfo();
    expect([config.user, config.database, config.databaseAssumed]).toEqual([username, username, true]);
  });
});

describe('the password is that of', () => {
  test.each<[string, string | undefined, NodeJS.ProcessEnv, (string | null)[]]>([
    ['the URL', 'postgres://ann:here@one.example/app', { PGPASSWORD: 'there' }, ['here']],
    ['the service', undefined, { PGSERVICE: 'secret', PGPASSWORD: 'there' }, ['of the service']],
    ['PGPASSWORD', 'postgres://ann@one.example/app', { PGPASSWORD: 'there' }, ['there']],
    ['the password file', 'postgres://ann@one.example/app', {}, ['first']],
    [
      'the password file, when PGPASSWORD is empty',
      'postgres://ann@one.example/app',
      { PGPASSWORD: '' },
      ['first'],
    ],
    [
      'each host of its own',
      'postgres://ann@one.example,two.example:6000,three.example/app',
      {},
      ['first', 'se:cond', null],
    ],
    ['the line for the address', 'hostaddr=10.0.0.7 user=x', {}, ['by address']],
    ['localhost for the usual socket', 'host=/tmp user=sock', {}, ['of the socket']],
    ['the folder of another socket', 'host=/srv/pg user=sock', {}, ['of the folder']],
    ['nobody', 'postgres://ann@one.example/other', {}, [null]],
    ['nobody, when passfile is missing', 'postgres://ann@one.example/app?passfile=/no/such', {}, [null]],
  ])('%s', async (_, url, env, expected) => {
    const { config } = await serverOf(env, url);
    expect(passwordsOf(config)).toEqual(expected);
    expect(config.warnings).toEqual([]);
  });

  test('nobody, in a file that others can read', async () => {
    const file = path.join(home, 'loose');
    writeFileSync(file, '*:*:*:*:password\n');
    chmodSync(file, 0o640);
    const { config } = await serverOf({ PGPASSFILE: file }, 'postgres://ann@one.example,two.example/app');
    expect(passwordsOf(config)).toEqual([null, null]);
    expect(config.warnings).toEqual([
      `The password file ${file} is open to group or others and was not used: chmod 0600 ${file}`,
    ]);
    mkdirSync(path.join(home, 'folder'));
    const other = await serverOf({ PGPASSFILE: path.join(home, 'folder') }, 'postgres://ann@a');
    expect(other.config.warnings.join()).toContain('is not a plain file');
  });

  test('nobody who prints the target', async () => {
    const target = await resolve({}, 'postgres://ann:hunter2@a/b');
    expect(`${JSON.stringify(target)} ${inspect(target, { depth: 9, showHidden: true })}`).not.toContain(
      'hunter2',
    );
  });
});

describe('the rest of a connection', () => {
  test.each<[string, NodeJS.ProcessEnv, Partial<ServerConfig>]>([
    [
      '',
      {},
      {
        connectTimeoutMs: 10_000,
        options: null,
        applicationName: null,
        primaryOnly: false,
        directTls: false,
      },
    ],
    [
      '?connect_timeout=3&options=-c%20a%3Db',
      { PGCONNECT_TIMEOUT: '9' },
      { connectTimeoutMs: 3000, options: '-c a=b' },
    ],
    ['?connect_timeout=0', {}, { connectTimeoutMs: 0 }],
    [
      '',
      { PGCONNECT_TIMEOUT: '-1', PGOPTIONS: '-c x=y', PGAPPNAME: 'me' },
      { connectTimeoutMs: 0, options: '-c x=y', applicationName: 'me' },
    ],
    ['?target_session_attrs=read-write', {}, { primaryOnly: true }],
    ['', { PGTARGETSESSIONATTRS: 'primary' }, { primaryOnly: true }],
    ['?sslmode=disable', {}, { encryption: ['plain'] }],
    ['', { PGSSLMODE: 'disable' }, { encryption: ['plain'] }],
  ])('%j %j', async (query, env, expected) => {
    const { config } = await serverOf(env, `postgres://ann@a/b${query}`);
    expect(config).toMatchObject(expected);
  });

  test('sslmode is prefer by default: encrypted without questions, else plain', async () => {
    const { config } = await serverOf({}, 'postgres://ann@a');
    expect(config.encryption).toEqual([expect.objectContaining({ rejectUnauthorized: false }), 'plain']);
  });

  test('a root certificate at home makes every mode verify with it', async () => {
    const folder = path.join(home, '.postgresql');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'root.crt'), 'a certificate');
    const { config } = await serverOf({}, 'postgres://ann@a?sslmode=require');
    rmSync(folder, { recursive: true });
    expect(config.encryption).toEqual([
      expect.objectContaining({ rejectUnauthorized: true, ca: 'a certificate' }),
    ]);
  });

  test('sslrootcert=system means verify-full', async () => {
    const { config } = await serverOf({ PGSSLROOTCERT: 'system' }, 'postgres://ann@a');
    expect(config.encryption).toEqual([{ rejectUnauthorized: true }]);
  });
});

describe('what makes no sense is refused', () => {
  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['host=a port=0', {}, /The port is no number/],
    ['host=a port=65536', {}, /The port is no number/],
    ['host=a port=x', {}, /The port is no number/],
    ['host=a,b port=1,2,3', {}, /not one port for each host/],
    ['host=a,b hostaddr=10.0.0.1', {}, /not one hostaddr for each host/],
    ['host=@abstract', {}, /abstract socket/],
    ['host=a connect_timeout=soon', {}, /connect_timeout is no whole number/],
    ['host=a sslmode=strong', {}, /sslmode has a value/],
    ['host=a', { PGSSLMODE: 'strong' }, /sslmode has a value/],
    ['host=a sslmode=verify-full', {}, /needs a root certificate/],
    ['host=a sslmode=require sslrootcert=system', {}, /too weak for sslrootcert=system/],
    ['host=a sslmode=require sslrootcert=/no/such', {}, /\/no\/such \(sslrootcert\) cannot be read/],
    ['host=a sslnegotiation=direct', {}, /too weak for sslnegotiation=direct/],
    ['host=a gssencmode=require', {}, /cannot connect with gssencmode set so/],
    ['host=a target_session_attrs=standby', {}, /cannot connect with target_session_attrs/],
    ['host=a', { PGREQUIREAUTH: 'scram-sha-256' }, /cannot connect with require_auth/],
    ['', {}, /--url is empty/],
  ])('%s %j', async (url, env, message) => {
    const error = await resolve({ ...env, PGUSER: 'ann', PGPASSWORD: 'hunter2' }, url).catch(
      (reason) => reason,
    );
    if (!(error instanceof PostgresError)) throw new Error('it was accepted');
    expect(error.code).toBe('bad-configuration');
    expect(error.message).toMatch(message);
    expect(error.remedy).not.toBe('');
  });

  test('DATABASE_URL is named', async () => {
    await expect(resolve({ DATABASE_URL: 'mysql://x' })).rejects.toThrow(
      'DATABASE_URL is no URL of PostgreSQL',
    );
  });
});
