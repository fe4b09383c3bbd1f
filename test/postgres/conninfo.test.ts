import { describe, expect, test } from 'vitest';
import { readConninfo } from '../../src/postgres/conninfo.ts';
import { PostgresError } from '../../src/postgres/error.ts';

const read = (text: string) => Object.fromEntries(readConninfo('--url', text));

describe('a URL', () => {
  test.each<[string, Record<string, string>]>([
    ['postgres://', {}],
    ['postgresql:///app', { dbname: 'app' }],
    ['postgres://db.example', { host: 'db.example' }],
    ['postgres://ann@db.example:5433/app', { user: 'ann', host: 'db.example', port: '5433', dbname: 'app' }],
    ['postgres://ann:s3cret@db/app', { user: 'ann', password: 's3cret', host: 'db', dbname: 'app' }],
    ['postgres://ann:a%40b%2Fc%3A%25@db', { user: 'ann', password: 'a@b/c:%', host: 'db' }],
    ['postgres://ann:a?b#c d@db', { user: 'ann', password: 'a?b#c d', host: 'db' }],
    ['postgres://ann:a:b@db', { user: 'ann', password: 'a:b', host: 'db' }],
    ['postgres://ann:p%c3%a4ss@db', { user: 'ann', password: 'päss', host: 'db' }],
    ['postgres://a+b:c+d@db/e+f%26g%2Fh', { user: 'a+b', password: 'c+d', host: 'db', dbname: 'e+f&g/h' }],
    ['postgres://[::1]:5433/app', { host: '::1', port: '5433', dbname: 'app' }],
    ['postgres://%2Frun%2Fpg/app', { host: '/run/pg', dbname: 'app' }],
    ['postgres:///app?host=/run/pg&port=5433', { host: '/run/pg', port: '5433', dbname: 'app' }],
    ['postgres://a:1,b,[::2]:3/app', { host: 'a,b,::2', port: '1,,3', dbname: 'app' }],
    ['postgres://db/?user=ann&password=a+b%20c', { host: 'db', user: 'ann', password: 'a+b c' }],
    [
      'postgres://db/app?sslmode=require&sslrootcert=/no/such/file',
      { host: 'db', dbname: 'app', sslmode: 'require', sslrootcert: '/no/such/file' },
    ],
    ['postgres://db/?ssl=true&uselibpqcompat=true', { host: 'db', sslmode: 'require' }],
    ['postgres://db/?options=-c%20geqo%3Doff', { host: 'db', options: '-c geqo=off' }],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('words', () => {
  test.each<[string, Record<string, string>]>([
    ['host=db user=ann', { host: 'db', user: 'ann' }],
    ["  host = db   password = 'two words' ", { host: 'db', password: 'two words' }],
    ["password='it\\'s \\\\' user=a\\ b", { password: "it's \\", user: 'a b' }],
    ["host='' dbname=app", { host: '', dbname: 'app' }],
    ['host= dbname=app', { host: 'dbname=app' }], // so does libpq
    ['host=a,b port=1,2', { host: 'a,b', port: '1,2' }],
    ['user=ann user=bob', { user: 'bob' }],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('what cannot be read is refused without a piece of it', () => {
  test.each([
    ['mysql://ann:hunter2@db/app', 'is no URL of PostgreSQL'],
    ['jdbc:postgresql://db/app?password=hunter2', 'is no URL of PostgreSQL'],
    ['hunter2', 'is no connection string'],
    ['  ', 'is empty'],
    ['postgres://ann:hunter@2@db/app', 'has an @'],
    ['postgres://ann:hun/ter2@db/app', 'has an @'],
    ['postgres://ann:12/hunter2@db/app', 'has an @'],
    ['postgres://ann:12/x?hunter2=1@db', 'has a parameter, which PostgreSQL does not know'],
    ['postgres://ann:12/x?hunter2@db', 'has a parameter without ='],
    ['postgres://ann:hunter2%zz@db', 'has a % that is not followed'],
    ['postgres://db:hunter2/app', 'has a host or port that cannot be read'],
    ['postgres://db/app?schema=public', 'has the parameter schema, which PostgreSQL does not know'],
    ['host=db password=hunter 2=x', 'has a name PostgreSQL does not know as its parameter 3'],
    ['password=my hunter2', 'cannot be read from its parameter 2 on'],
    ["password='hunter2", 'cannot be read from its parameter 1 on'],
  ])('%s', (text, problem) => {
    let error: unknown;
    try {
      read(text);
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof PostgresError)) throw new Error('it was read');
    expect(error.code).toBe('bad-configuration');
    expect(error.message).toContain(`--url ${problem}`);
    expect(`${error.message} ${error.remedy} ${error.stack}`).not.toMatch(/hunter|ter2/);
  });
});
