import path from 'node:path';
import { afterAll } from 'vitest';
import { openServer } from '../../src/postgres/server.ts';
import type { Server } from '../../src/postgres/types.ts';

/** Where the shared server of this test run lives. */
export const testStateDir = (): string => {
  const folder = process.env.PG_TUTOR_TEST_STATE;
  if (!folder) throw new Error('test/support/global-setup.ts has not run');
  return path.join(folder, 'state');
};

/** Tests make and drop many databases; nobody misses them after a power cut. */
const withoutFsync = async (server: Server): Promise<Server> => {
  const connection = await server.connect({ database: 'postgres', applicationName: 'test' });
  await connection.rows('alter system set fsync = off');
  await connection.rows('select pg_reload_conf()');
  await connection.end();
  return server;
};

let server: Promise<Server> | null = null;

/** The embedded server that all test files share; closed after the file's tests. */
export const testServer = (): Promise<Server> => {
  if (!server) {
    server = openServer({
      target: { kind: 'embedded' },
      stateDir: testStateDir(),
      confirm: async () => true,
      log: () => {},
    }).then(withoutFsync);
    afterAll(async () => (await server)?.close());
  }
  return server;
};

/** The shared server for what closes the server it is given. */
export const lentServer = async (): Promise<Server> => {
  const server = await testServer();
  return {
    info: server.info,
    connect: (options) => server.connect(options),
    revive: () => server.revive(),
    close: async () => {},
  };
};
