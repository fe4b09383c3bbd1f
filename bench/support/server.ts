import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openServer } from '../../src/postgres/server.ts';
import type { Server } from '../../src/postgres/types.ts';

/** A server of our own in a folder of its own; both are gone after `close`. */
export const openBenchServer = async (): Promise<Server> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pg-tutor-bench-'));
  // As root the server runs as another user.
  chmodSync(folder, 0o755);
  const server = await openServer({
    target: { kind: 'embedded' },
    stateDir: folder,
    confirm: async () => true,
    log: () => {},
  });
  return {
    info: server.info,
    connect: (options) => server.connect(options),
    revive: () => server.revive(),
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
};
