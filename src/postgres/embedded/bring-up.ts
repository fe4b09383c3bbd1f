import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Account } from './account.ts';
import { prepareBinaries } from './binaries.ts';
import {
  findDamage,
  isEmpty,
  lastLines,
  lookForDamage,
  makeData,
  putAside,
  putSettingsAside,
} from './data-directory.ts';
import { cannotStart } from './failure.ts';
import type { Interest } from './keeper.ts';
import { cleanEnv, lacksSharedMemory, launchPostgres } from './launch.ts';
import { ownMajor } from './majors.ts';
import type { Place } from './place.ts';
import { findRunning, removeStalePid, stop, waitReady } from './postmaster.ts';
import { sleep } from './process.ts';
import { removeDeadFolders } from './socket-folder.ts';

export type Setup = {
  readonly place: Place;
  readonly account: Account;
  readonly major: number;
  /** The `native` folder of the package. */
  readonly native: string;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (word: string) => void;
};

/** How often a start is tried again, each time with what the failure before has taught. */
const attempts = 100;

/**
 * Starts postgres in the socket folder of `interest`, with a data directory made or renewed when needed. Called under the start
 * lock, when none runs. @throws {PostgresError} cannot-start
 */
export const bringUp = async (setup: Setup, interest: Interest): Promise<void> => {
  const { place, account, major } = setup;
  const binaries = prepareBinaries(setup.native, account, place);
  const env = cleanEnv(setup.env, place, binaries);
  const { folder } = interest;
  // Other majors are there for `verify` alone, which makes and drops databases all the time: nobody misses them.
  let more: Record<string, string> = major === ownMajor ? {} : { fsync: 'off' };
  let renewed = false;
  const renew = async (damage: string | null): Promise<void> => {
    if (isEmpty(place.data)) setup.say(`Preparing PostgreSQL ${major} for its first start …`);
    else putAside(place, damage ?? 'unknown', setup.say);
    await makeData({ place, major, account, binaries, env, interest });
    renewed = true;
  };
  const damage = lookForDamage(place.data, major);
  if (damage) await renew(damage);
  removeStalePid(place.data);
  removeDeadFolders(place, folder);
  for (const name of readdirSync(folder)) {
    if (name.startsWith('.s.PGSQL.')) rmSync(path.join(folder, name), { force: true });
  }
  for (let attempt = 1; ; attempt++) {
    const onPid = (pid: number) => interest.tell(`server ${pid}`);
    const postgres = await launchPostgres({ place, account, env, binaries, folder, onPid }, more);
    postgres.unref();
    if (await waitReady(place.data, postgres.pid, () => postgres.ended() !== null)) return;
    const words = postgres.words();
    const found = findDamage(words);
    if (
      attempt < attempts &&
      /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(words)
    ) {
      // A postmaster whose starter was killed before it had a pid file: its keeper waits for the lock that we hold.
      const left = findRunning(place.data);
      if (left) await stop(left);
      // Backends of a killed postmaster are still on their way out.
      await sleep(20);
      removeStalePid(place.data);
    } else if (!more.dynamic_shared_memory_type && lacksSharedMemory(words)) {
      more = { ...more, dynamic_shared_memory_type: 'mmap' };
    } else if (found && !renewed) {
      await renew(found);
    } else if (putSettingsAside(place, setup.say)) {
      removeStalePid(place.data);
    } else {
      throw cannotStart(
        `PostgreSQL ${major} ended at its start:\n${lastLines(words)}`,
        `Its log is ${place.log}.`,
      );
    }
  }
};
