import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bornAt } from '../../src/postgres/embedded/process.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/postgres/embedded/start.ts';

const prefix = 'pg-tutor-test-';

const stateOf = (run: number): string => path.join(os.tmpdir(), `${prefix}${run}`);

/** Removes what runs that are over (or `run`, vitest's process, at its end) have left behind. */
export const removeTestState = (run?: number): void => {
  for (const name of readdirSync(os.tmpdir())) {
    const pid = Number(/^pg-tutor-test-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
    if (pid === run || (pid > 0 && bornAt(pid) === null)) {
      rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true, maxRetries: 5 });
    }
  }
};

/**
 * A use of the server that all test files of one run share: the first makes its data directory (0.8 s), the others join.
 * Release it in afterAll. For tests that crash the server or change its settings take startEmbedded with a folder of your own.
 */
export const testServer = async (major = 18): Promise<EmbeddedServer> => {
  removeTestState();
  // The parent of every worker is vitest itself.
  const stateDir = stateOf(process.ppid);
  mkdirSync(stateDir, { recursive: true, mode: 0o755 });
  return startEmbedded({ stateDir, major });
};

/** A folder of one's own that other users may enter, so that root's servers, which run as nobody, can be kept in it. */
export const openFolder = (name = 'case'): string => {
  const folder = mkdtempSync(path.join(os.tmpdir(), `pg-tutor-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
};
