import { PostgresError } from './error.ts';
import { createDatabase, dropDatabase, openMaintenance, releaseName } from './scratch-database.ts';
import type { Connection, Server } from './types.ts';

/** The database a lesson is played in, as often as it takes. */
export interface Scratch {
  /** Of the current database; another one after each reset. */
  readonly name: string;
  /**
   * Goes over to a fresh copy of the prepared state and drops the one before, whoever is connected to it, in the
   * background. @returns the new name @throws {PostgresError} after which only `drop` makes sense
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
};

/**
 * Making a copy takes 40-400 ms, so the next one is made while the learner reads: a reset hands it out. Everything
 * goes one after the other over one session, which also holds the owner's locks.
 */
class PreparedScratch implements Scratch {
  readonly #server: Server;
  readonly #maintenance: Connection;
  readonly #lesson: string;
  readonly #made = new Set<string>();
  #template = '';
  #current = '';
  #spare: Promise<string> | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #dropped: Promise<void> | null = null;

  constructor(server: Server, maintenance: Connection, lesson: string) {
    this.#server = server;
    this.#maintenance = maintenance;
    this.#lesson = lesson;
  }

  get name(): string {
    return this.#current;
  }

  async fill(prepare: ScratchOptions['prepare']): Promise<void> {
    this.#template = await this.#make(null);
    const connection = await this.#server.connect({
      database: this.#template,
      applicationName: 'pg-tutor setup',
    });
    try {
      await prepare(connection);
    } finally {
      await connection.end(); // a database with a session in it cannot be copied
    }
    this.#current = await this.#make(this.#template);
    this.#makeSpare();
  }

  async reset(): Promise<string> {
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
    this.#inTurn(() => this.#remove(last)).catch(() => {}); // `drop` tries again
    return next;
  }

  drop(): Promise<void> {
    this.#dropped ??= this.#dropAll().catch(() => {});
    return this.#dropped;
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
      const major = this.#server.info.major;
      const name = await createDatabase(this.#maintenance, { lesson: this.#lesson, major, template });
      this.#made.add(name);
      return name;
    });
  }

  #makeSpare(): void {
    if (this.#dropped) return;
    this.#spare = this.#make(this.#template);
    this.#spare.catch(() => {}); // told to whoever asks for the spare
  }

  async #remove(name: string, maintenance = this.#maintenance): Promise<void> {
    await dropDatabase(this.#server, maintenance, name, true);
    this.#made.delete(name);
    await releaseName(maintenance, name);
  }

  async #dropAll(): Promise<void> {
    await this.#queue;
    const lost = this.#maintenance.lost !== null;
    const maintenance = lost ? await openMaintenance(this.#server) : this.#maintenance;
    for (const name of this.#made) await this.#remove(name, maintenance).catch(() => {});
    await maintenance.end();
    await this.#maintenance.end();
  }

  #refuseLost(): void {
    const { lost } = this.#maintenance;
    if (!lost) return;
    throw new PostgresError(
      'cannot-connect',
      `The connection that keeps the lesson's databases was lost: ${lost.reason}.`,
      'Reset the lesson: its database is made anew.',
      { sqlstate: lost.sqlstate },
    );
  }
}

/**
 * Makes databases for one lesson, named pg_tutor_<lesson>_<random> and marked by a comment. Nobody else touches them
 * as long as this process lives, see sweep.ts.
 * @throws {PostgresError} and whatever `prepare` throws; nothing is left behind then
 */
export const createScratch = async (server: Server, options: ScratchOptions): Promise<Scratch> => {
  const scratch = new PreparedScratch(server, await openMaintenance(server), options.lesson);
  try {
    await scratch.fill(options.prepare);
    return scratch;
  } catch (error) {
    await scratch.drop();
    throw error;
  }
};
