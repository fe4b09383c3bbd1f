import { PostgresError } from './error.ts';
import { createDatabase, dropDatabase, openMaintenance, releaseName } from './scratch-database.ts';
import type { Connection, Server } from './types.ts';

/** The database a lesson is played in, as often as it takes. */
export interface Scratch {
  /** Of the current database; another one after each reset. */
  readonly name: string;
  /**
   * Goes over to a fresh copy of the prepared state. The one before is dropped later, whoever is connected to it.
   * @returns the new name @throws {PostgresError} after which only `drop` makes sense
   */
  reset(): Promise<string>;
  /** Drops all that was made. Idempotent, never rejects: what cannot be dropped now is for the next sweep. */
  drop(): Promise<void>;
}

export type ScratchOptions = {
  /** The lesson's id, for the names of the databases. */
  readonly lesson: string;
  /** Fills the database once; every copy starts from there. What it throws, `createScratch` throws. */
  readonly prepare: (connection: Connection) => Promise<void>;
  /** A database to copy instead of filling one. Whoever made it keeps it until this is dropped; nobody is connected to it. */
  readonly from?: string;
  /** Whether to have a copy ready for the next reset (the default). False where none is expected: a reset is slower then. */
  readonly spare?: boolean;
  /** Played once, in the prepared database itself: one database instead of two, and no reset. */
  readonly once?: boolean;
};

/** Dropping forces a checkpoint. It waits until nobody has reset for so long, ms, so that a row of resets is not held up. */
const quiet = 1_000;

/** Sessions that drop databases at the end; there are three databases unless somebody has just reset in a row. */
const droppers = 8;

const lostError = (reason: string, sqlstate: string | null): PostgresError =>
  new PostgresError(
    'cannot-connect',
    `The connection that keeps the lesson's databases was lost: ${reason}.`,
    'Reset the lesson: its database is made anew.',
    { sqlstate },
  );

/** A query sees the end of its connection before the connection does: the driver's own error, or 57P01 to 57P05. */
const ofLostSession = (error: unknown): error is PostgresError =>
  error instanceof PostgresError && (error.sqlstate === null || error.sqlstate.startsWith('57P0'));

/**
 * Else autovacuum finds the work of the setup a minute later, and the statistics of later copies differ from those of
 * the first. Only superusers may, mostly; on a server of others it is left. @throws {PostgresError}
 */
export const forgetWork = async (connection: Connection): Promise<void> => {
  const [allowed] = await connection.rows(`select has_function_privilege('pg_stat_reset()', 'execute')`);
  if (allowed?.[0] === 't') await connection.rows('select pg_stat_reset()');
};

/**
 * Making a copy takes 40-400 ms, so the next one is made while the learner reads: a reset hands it out. Everything
 * goes one after the other over one session, which also holds the owner's locks.
 */
class PreparedScratch implements Scratch {
  readonly #server: Server;
  readonly #maintenance: Connection;
  readonly #lesson: string;
  readonly #keepsSpare: boolean;
  readonly #once: boolean;
  /** All that are ours and may exist. */
  readonly #made = new Set<string>();
  readonly #trash: string[] = [];
  #cleaning: NodeJS.Timeout | undefined;
  #template = '';
  #current = '';
  #spare: Promise<string> | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #dropped: Promise<void> | null = null;

  constructor(server: Server, maintenance: Connection, options: ScratchOptions) {
    this.#server = server;
    this.#maintenance = maintenance;
    this.#lesson = options.lesson;
    this.#keepsSpare = options.spare ?? true;
    this.#once = options.once ?? false;
  }

  get name(): string {
    return this.#current;
  }

  async fill({ prepare, from }: ScratchOptions): Promise<void> {
    this.#template = from ?? (await this.#make(null));
    if (from === undefined) {
      await this.#within(this.#template, prepare);
      await this.#within(this.#template, forgetWork);
    }
    this.#refuseLost();
    if (this.#once) {
      this.#current = this.#template;
      return;
    }
    this.#current = await this.#make(this.#template);
    this.#makeSpare();
  }

  async reset(): Promise<string> {
    if (this.#once) throw new Error('a database that is played once has no copy to go back to');
    if (this.#dropped)
      throw new PostgresError('query-failed', 'The database was dropped.', 'Open the lesson again.');
    this.#refuseLost();
    const spare = this.#spare ?? this.#make(this.#template);
    this.#spare = null;
    // A copy that failed in the background (a full disk?) is tried once more while somebody waits for it.
    const next = await spare.catch(() => this.#make(this.#template));
    this.#refuseLost();
    const last = this.#current;
    this.#current = next;
    this.#makeSpare();
    this.#trash.push(last);
    clearTimeout(this.#cleaning);
    this.#cleaning = setTimeout(() => this.#cleanUp(), quiet).unref();
    return next;
  }

  drop(): Promise<void> {
    this.#dropped ??= this.#dropAll().catch(() => {});
    return this.#dropped;
  }

  /** The session has ended when this is done: a database with a session in it cannot be copied. */
  async #within(database: string, work: (connection: Connection) => Promise<unknown>): Promise<void> {
    const connection = await this.#server.connect({ database, applicationName: 'pg-tutor setup' });
    try {
      await work(connection);
    } finally {
      await connection.end();
    }
  }

  /** One session can do one thing at a time. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }

  #make(template: string | null): Promise<string> {
    return this.#inTurn(async () => {
      this.#refuseLost();
      const options = { lesson: this.#lesson, major: this.#server.info.major, template, made: this.#made };
      return createDatabase(this.#maintenance, options).catch((error) => {
        throw ofLostSession(error) ? lostError(error.message, error.sqlstate) : error;
      });
    });
  }

  #makeSpare(): void {
    if (this.#dropped || !this.#keepsSpare) return;
    this.#spare = this.#make(this.#template);
    this.#spare.catch(() => {}); // told to whoever asks for the spare
  }

  #cleanUp(): void {
    for (const name of this.#trash.splice(0)) {
      this.#inTurn(() => this.#remove(name)).catch(() => {}); // `drop` tries again
    }
  }

  async #remove(name: string): Promise<void> {
    await dropDatabase(this.#server, this.#maintenance, name, true);
    this.#made.delete(name);
    await releaseName(this.#maintenance, name);
  }

  /**
   * All at once, each over its own session: the first of several drops in a row would have the others' files synced
   * to disk by its checkpoint (measured: 4 to 10 times slower).
   */
  async #dropAll(): Promise<void> {
    clearTimeout(this.#cleaning);
    await this.#queue;
    const names = [...this.#made];
    const dropShare = async (share: number, connection: Connection) => {
      try {
        for (const name of names.filter((_, index) => index % droppers === share)) {
          await dropDatabase(this.#server, connection, name, true).catch((error) => {
            if (ofLostSession(error)) throw error;
          });
        }
      } finally {
        await connection.end();
      }
    };
    const anew = async (share: number) => dropShare(share, await openMaintenance(this.#server));
    await Promise.allSettled([
      dropShare(0, this.#maintenance).catch(() => anew(0)),
      ...Array.from({ length: Math.max(0, Math.min(droppers, names.length) - 1) }, (_, index) =>
        anew(index + 1),
      ),
    ]);
  }

  #refuseLost(): void {
    const { lost } = this.#maintenance;
    if (lost) throw lostError(lost.reason, lost.sqlstate);
  }
}

/**
 * Makes databases for one lesson, named pg_tutor_<lesson>_<random> and marked by a comment. Nobody else touches them
 * as long as this process lives, see sweep.ts.
 * @throws {PostgresError} and whatever `prepare` throws; nothing is left behind then
 */
export const createScratch = async (server: Server, options: ScratchOptions): Promise<Scratch> => {
  const scratch = new PreparedScratch(server, await openMaintenance(server), options);
  try {
    await scratch.fill(options);
    return scratch;
  } catch (error) {
    await scratch.drop();
    throw error;
  }
};
