import { chmodSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type EmbeddedServer, startEmbedded } from '../../src/postgres/embedded/start.ts';

/**
 * A use of the server that all test files of one run share: the first makes its data directory (0.8 s), the others join.
 * Release it in afterAll. For tests that crash the server or change its settings take startEmbedded with a folder of your own.
 */
export const testServer = (major = 18): Promise<EmbeddedServer> => {
  const stateDir = process.env.PG_TUTOR_TEST_STATE;
  if (!stateDir) throw new Error('PG_TUTOR_TEST_STATE is set by test/support/global-setup.ts');
  return startEmbedded({ stateDir, major });
};

/** A folder of one's own that other users may enter, so that root's servers, which run as nobody, can be kept in it. */
export const openFolder = (name = 'case'): string => {
  const folder = mkdtempSync(path.join(os.tmpdir(), `pg-tutor-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
};
