import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isTrusted, trust } from '../../src/postgres/trust.ts';

const server = { host: 'db', port: 5432, user: 'ann', systemIdentifier: '7' };
let folder: string;
let stateDir: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pg-tutor-trust-'));
  stateDir = path.join(folder, 'not', 'yet');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('nobody is trusted at first; a yes is remembered for this host, port, user and cluster', async () => {
  expect(await isTrusted(stateDir, server)).toBe(false);
  await trust(stateDir, server);
  expect(await isTrusted(stateDir, server)).toBe(true);
  for (const other of [
    { host: 'x' },
    { port: 1 },
    { user: 'bob' },
    { systemIdentifier: '8' },
    { systemIdentifier: null },
  ]) {
    expect(await isTrusted(stateDir, { ...server, ...other })).toBe(false);
  }
});

test('a new cluster takes the place of the old one, other servers stay', async () => {
  await trust(stateDir, { ...server, host: 'other' });
  await trust(stateDir, server);
  await trust(stateDir, { ...server, systemIdentifier: '8' });
  expect(await isTrusted(stateDir, server)).toBe(false);
  expect(await isTrusted(stateDir, { ...server, systemIdentifier: '8' })).toBe(true);
  expect(await isTrusted(stateDir, { ...server, host: 'other' })).toBe(true);
});

test('the file is for its owner only, and nothing else is left beside it', async () => {
  await trust(stateDir, server);
  expect(readdirSync(stateDir)).toEqual(['servers.json']);
  expect(statSync(path.join(stateDir, 'servers.json')).mode & 0o777).toBe(0o600);
  expect(statSync(stateDir).mode & 0o777).toBe(0o700);
});

test.each(['', '{', '[]', '{"version":2,"servers":[]}', '{"version":1,"servers":[{"host":1}]}'])(
  'a damaged file (%s) trusts nobody and is replaced at the next yes',
  async (text) => {
    await trust(stateDir, server);
    writeFileSync(path.join(stateDir, 'servers.json'), text);
    expect(await isTrusted(stateDir, server)).toBe(false);
    await trust(stateDir, server);
    expect(await isTrusted(stateDir, server)).toBe(true);
  },
);

test('more than a server was given is not written', async () => {
  await trust(stateDir, { ...server, ...{ password: 'hunter2' } });
  expect(readFileSync(path.join(stateDir, 'servers.json'), 'utf8')).not.toContain('hunter2');
});
