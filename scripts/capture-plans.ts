// Captures the plans of test/support/plan-scenarios.ts on real servers into test/fixtures/plans/<major>/.
//   npx tsx scripts/capture-plans.ts [14,15,16,17,18] [scenario,scenario…]
//   npx tsx scripts/capture-plans.ts postgres://you@/postgres?host=/socket [scenario,…]
// The second form is for what our own servers cannot do: they are built without LLVM, so they have no JIT.
// With names of scenarios the other files stay as they are.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { installMajor, knownMajors } from '../src/postgres/embedded/majors.ts';
import { openServer } from '../src/postgres/server.ts';
import { resolveTarget } from '../src/postgres/target.ts';
import type { Connection } from '../src/postgres/types.ts';
import { planScenarios, planSchema } from '../test/support/plan-scenarios.ts';

const [where = knownMajors().join(','), names] = process.argv.slice(2);
const url = /^postgres(?:ql)?:/.test(where) ? where : null;
const wanted = url === null ? where.split(',').map(Number) : [undefined];
const only = names?.split(',');
const root = path.join(import.meta.dirname, '..', 'test', 'fixtures', 'plans');

const run = async (connection: Connection, sql: string): Promise<void> => {
  const end = await connection.run(sql, 1, { onResult: () => {} });
  if (end.type !== 'finished')
    throw new Error(`${sql}: ${end.type === 'failed' ? end.error.message : 'lost'}`);
};

/** The server as its own foreign server, through its socket. */
const addForeign = async (connection: Connection): Promise<void> => {
  const [[folder = null, port = null, user = null] = []] = await connection.rows(
    "select trim('\"' from split_part(current_setting('unix_socket_directories'), ',', 1)), current_setting('port'), current_user",
  );
  await run(connection, 'create extension postgres_fdw');
  await run(
    connection,
    `create server myself foreign data wrapper postgres_fdw options (host '${folder}', port '${port}', dbname 'plans')`,
  );
  await run(
    connection,
    `create user mapping for current_user server myself options (user '${user}', password_required 'false')`,
  );
  await run(
    connection,
    "create foreign table far_slow (v int) server myself options (schema_name 'public', table_name 'slow_view')",
  );
  await run(
    connection,
    "create foreign table far (id int, v int) server myself options (schema_name 'public', table_name 'target')",
  );
};

for (const chosen of wanted) {
  if (chosen !== undefined) await installMajor(chosen, { log: console.error });
  const stateDir = mkdtempSync(path.join(tmpdir(), 'pg-tutor-plans-'));
  const server = await openServer({
    target:
      url === null ? { kind: 'embedded' } : await resolveTarget({ url, env: process.env, home: homedir() }),
    major: chosen,
    stateDir,
    confirm: async () => true,
    log: () => {},
  });
  try {
    const { major } = server.info;
    const admin = await server.connect({ database: 'postgres', applicationName: 'capture-plans' });
    await run(admin, 'create database plans');
    const first = await server.connect({ database: 'plans', applicationName: 'capture-plans' });
    for (const statement of planSchema.split(/;\n/)) if (statement.trim() !== '') await run(first, statement);
    let foreign = true;
    await addForeign(first).catch((error: unknown) => {
      foreign = false;
      console.error(`PostgreSQL ${major}: no foreign tables: ${String(error)}`);
    });
    await first.end();
    const folder = path.join(root, String(major));
    if (!only && url === null) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const [[jit = 'f'] = []] = await admin.rows('select pg_jit_available()');
    for (const scenario of planScenarios) {
      if (only && !only.includes(scenario.name)) continue;
      if (scenario.needs === 'jit' && jit !== 't') {
        console.error(`PostgreSQL ${major}: built without LLVM, ${scenario.name} is left out`);
        continue;
      }
      if ((scenario.from ?? 14) > major || (!foreign && scenario.name.startsWith('foreign'))) continue;
      const connection = await server.connect({ database: 'plans', applicationName: 'capture-plans' });
      for (const setting of scenario.settings ?? []) await run(connection, setting);
      const options = scenario.options ?? 'analyze, buffers, verbose';
      for (const format of ['json', 'text']) {
        await run(connection, 'begin');
        const rows = await connection.rows(`explain (${options}, format ${format}) ${scenario.sql}`);
        await run(connection, 'rollback');
        const file = `${scenario.name}.${format === 'json' ? 'json' : 'txt'}`;
        writeFileSync(path.join(folder, file), `${rows.map((row) => row[0]).join('\n')}\n`);
      }
      await connection.end();
    }
    if (url !== null) await run(admin, 'drop database plans');
    await admin.end();
    console.log(`PostgreSQL ${major}: captured`);
  } finally {
    await server.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}
