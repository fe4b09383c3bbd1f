import { describe, expect, it } from 'vitest';
import { connectError, isSqlstate } from '../../src/postgres/connect-error.ts';

const where = { host: 'db.example', port: 5432, user: 'ann', database: 'app' };

describe('isSqlstate', () => {
  it.each(['40001', '57P01', 'XX000', 'HV00B', '42P04'])('%s is one', (code) => {
    expect(isSqlstate(code)).toBe(true);
  });

  it.each(['EPIPE', 'EPERM', 'EBUSY', 'EXDEV', 'ECONNRESET', '', undefined, null])('%s is none', (code) => {
    expect(isSqlstate(code)).toBe(false);
  });
});

describe('connectError', () => {
  it.each(['EPIPE', 'ECONNRESET'])('says that a server hung up (%s), without a SQLSTATE', (code) => {
    const error = connectError(Object.assign(new Error(`write ${code}`), { code }), where);
    expect(error).toMatchObject({ code: 'cannot-connect', sqlstate: null });
    expect(error.message).toBe('The server at db.example, port 5432 hung up.');
  });
});
