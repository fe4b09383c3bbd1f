import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { regressSettings } from '../../src/isolation/conditions.ts';
import { parseSpec } from '../../src/isolation/parse.ts';
import { runSpec } from '../../src/isolation/run-spec.ts';
import { openServer } from '../../src/postgres/server.ts';
import type { Connection, Server } from '../../src/postgres/types.ts';
import { openFolder } from '../support/embedded.ts';
import { hasIsolationtester, isolationtester } from '../support/isolationtester.ts';

const own = path.join(import.meta.dirname, '../isolation/specs');
const shared = path.join(import.meta.dirname, '../../../shared/conformance/isolation');
const namesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.spec'))
    .map((name) => name.slice(0, -'.spec'.length))
    .sort();

/** A server of this file's own: prepared transactions, roles and safe snapshots are of the whole server. */
const stateDir = openFolder('isolation');
let server: Server;
let admin: Connection;
beforeAll(async () => {
  server = await openServer({
    target: { kind: 'embedded' },
    stateDir,
    confirm: async () => true,
    log: () => {},
  });
  admin = await server.connect({ database: 'postgres', applicationName: 'test' });
});
afterAll(async () => {
  await admin?.end();
  await server?.close();
  rmSync(stateDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

/** Half the time a step may take, s: the spec about cancelling waits for its end. */
const patienceFor = (name: string): number => (name === 'cancel' ? 1 : 60);

type Outcome = { readonly output: string; readonly code: number | null };

const ours = async (spec: string, name: string, database: string, maxStepWait: number): Promise<Outcome> => {
  let output = '';
  const write = (text: string): void => {
    output += text;
  };
  const good = await runSpec({
    spec: parseSpec(spec, `${name}.spec`),
    server,
    database,
    applicationName: `isolation/${name}`,
    settings: await regressSettings(server, database),
    maxStepWait,
    write,
    warn: write,
  });
  return { output, code: good ? 0 : 1 };
};

const afresh = async <T>(work: (database: string) => Promise<T>): Promise<T> => {
  await admin.rows('create database afresh template template0');
  try {
    return await work('afresh');
  } finally {
    await admin.rows('drop database afresh with (force)');
  }
};

/** The numbers of objects differ from database to database. */
const withoutOids = (text: string): string => text.replace(/\bOID \d+/g, 'OID …');

describe.skipIf(!hasIsolationtester())('our specs, beside the isolationtester of the package', () => {
  it.each(namesIn(own))('%s: the same bytes, the same exit code', async (name) => {
    const spec = readFileSync(path.join(own, `${name}.spec`), 'utf8');
    const patience = patienceFor(name);
    const env = { PG_TEST_TIMEOUT_DEFAULT: String(patience) };
    const theirs = await afresh((database) =>
      isolationtester({ server: server.info, database, spec, name, env }),
    );
    const mine = await afresh((database) => ours(spec, name, database, patience * 2_000));
    expect(mine).toEqual(theirs);
    expect(theirs.output).toContain('starting permutation');
  });

  const broken = {
    setup: 'setup { select 1; select\tnowhere, 2; } session s step a {}',
    session: 'session "s x" setup { do $$ begin perform 1/0; end $$; } step a {}',
    empty: 'setup { -- nothing\n } session s step a {}',
    teardown: 'teardown { drop table none; } session s step a { select 1; } teardown { drop view none; }',
    mutual: 'session s step a {} session t step b {} session u step c {} permutation a(b) b(a) c',
    busy: 'session s step a {} step b {} session t step c {} permutation a(c notices 1) c b',
  };
  it.each(Object.entries(broken))('a spec with a broken part: %s', async (name, spec) => {
    const env = { PG_TEST_TIMEOUT_DEFAULT: '0' };
    const theirs = await afresh((database) =>
      isolationtester({ server: server.info, database, spec, name, env }),
    );
    const mine = await afresh((database) => ours(spec, name, database, name === 'busy' ? 0 : 5_000));
    expect(mine).toEqual(theirs);
  });
});

if (!existsSync(shared)) {
  describe.skip("PostgreSQL's own specs", () => it('are not beside this folder', () => {}));
} else {
  describe("PostgreSQL's own specs", () => {
    beforeAll(() => admin.rows('create database isolation_regression template template0'));

    const accepted = (name: string): string[] =>
      ['', '_1', '_2', '_3']
        .map((variant) => path.join(shared, 'expected', `${name}${variant}.out`))
        .filter((file) => existsSync(file))
        .map((file) => readFileSync(file, 'utf8'));

    // One after the other in one database, as pg_isolation_regress runs them.
    it.each(namesIn(path.join(shared, 'specs')))(
      '%s',
      async (name) => {
        const spec = readFileSync(path.join(shared, 'specs', `${name}.spec`), 'utf8');
        const { output } = await ours(spec, name, 'isolation_regression', 360_000);
        const expected = accepted(name);
        if (expected.includes(output)) return;
        if (!hasIsolationtester()) return expect(output).toBe(expected[0]);
        // The server may be older or newer than the expected output: then its own program decides.
        const theirs = await afresh((database) =>
          isolationtester({ server: server.info, database, spec, name }),
        );
        expect(expected).not.toContain(theirs.output);
        expect(withoutOids(output)).toBe(withoutOids(theirs.output));
      },
      180_000,
    );
  });
}
