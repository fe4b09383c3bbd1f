import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findService, readService } from '../../src/postgres/service-file.ts';

const text = `# comment
[other]
host=other.example

[mine]
host=db.example
  port=5433
# user=nobody
user=ann
user=second
options=-c search_path=a=b
dbname=
[mine]
user=too late
`;

const read = (service: string, from = text) => readService(from, service, 'pg_service.conf');

describe('a service file', () => {
  test('gives the first section of the name, and the first of two values', () => {
    expect(Object.fromEntries(read('mine') ?? [])).toEqual({
      host: 'db.example',
      port: '5433',
      user: 'ann',
      options: '-c search_path=a=b',
      dbname: '',
    });
  });

  test('may lack the service', () => {
    expect(read('min')).toBeNull();
    expect(read('')).toBeNull();
  });

  test('with CRLF is read all the same', () => {
    expect(read('mine', text.replaceAll('\n', '\r\n'))?.get('host')).toBe('db.example');
  });

  test.each([
    ['[a]\nhost = db', 'pg_service.conf:2 is no parameter'],
    ['[a]\n\nnonsense', 'pg_service.conf:3 is no parameter'],
    ['[a]\nservice=b', 'pg_service.conf:2: a service cannot refer'],
    ['[a]\nldap://x', 'pg_service.conf:2 looks the service up in LDAP'],
  ])('%j is refused by line', (from, message) => {
    expect(() => read('a', from)).toThrow(message);
  });

  test('errors in other sections do not matter', () => {
    expect(read('b', '[a]\nnonsense\n[b]\nhost=x')?.get('host')).toBe('x');
  });
});

describe('a service is looked up', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'pg-tutor-service-'));
    mkdirSync(path.join(folder, 'system'));
    writeFileSync(path.join(folder, '.pg_service.conf'), '[home]\nhost=home\n[both]\nhost=home\n');
    writeFileSync(
      path.join(folder, 'system/pg_service.conf'),
      '[both]\nhost=system\n[system]\nhost=system\n',
    );
    writeFileSync(path.join(folder, 'named'), '[home]\nhost=named\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const hostOf = async (service: string, env: NodeJS.ProcessEnv = {}) =>
    (await findService(service, { PGSYSCONFDIR: path.join(folder, 'system'), ...env }, folder)).get('host');

  test('at home, then in PGSYSCONFDIR', async () => {
    expect(await hostOf('home')).toBe('home');
    expect(await hostOf('both')).toBe('home');
    expect(await hostOf('system')).toBe('system');
  });

  test('in PGSERVICEFILE instead of at home', async () => {
    const env = { PGSERVICEFILE: path.join(folder, 'named') };
    expect(await hostOf('home', env)).toBe('named');
    expect(await hostOf('system', env)).toBe('system');
  });

  test('in vain', async () => {
    await expect(hostOf('nowhere')).rejects.toMatchObject({
      code: 'bad-configuration',
      message: 'The service "nowhere" is not defined.',
    });
    const missing = path.join(folder, 'missing');
    await expect(hostOf('home', { PGSERVICEFILE: missing })).rejects.toThrow(
      `${missing} (PGSERVICEFILE) does not exist`,
    );
  });
});
