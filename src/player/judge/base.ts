import { Run } from '../../engine/run.ts';
import type { Exercise, Lesson, SqlStep } from '../../lesson/types.ts';
import { createScratch, type Scratch } from '../../postgres/scratch.ts';
import type { Connection, Server } from '../../postgres/types.ts';
import { createRecorder } from '../../timeline/recorder.ts';
import { reduceTimeline } from '../../timeline/reduce.ts';
import { emptyTimeline } from '../../timeline/state.ts';
import { expectedLosses, prepare } from '../stage.ts';
import { appliesTo } from '../state.ts';

type BaseSetup = { readonly lesson: Lesson; readonly exercise: Exercise; readonly server: Server };

/** What belongs to a session and is not in a copy of the database. */
const ofSessionsSql = `
select exists (select from pg_class where relpersistence = 't')
  or exists (select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database()))
  or exists (select from pg_prepared_xacts where database = current_database())`;

/** The steps above an exercise, in the order of the lesson. */
const stepsBefore = (lesson: Lesson, exercise: Exercise, major: number): SqlStep[] => {
  const blocks = lesson.pages.flatMap((page) => page.blocks);
  return blocks
    .slice(0, blocks.indexOf(exercise))
    .filter((block): block is SqlStep => block.kind === 'sql' && appliesTo(block, major));
};

/**
 * A database at the state of an exercise, to be copied: the lesson down to it is played once and not for every answer. There is
 * none where more than a database makes that state: an open transaction, a temporary table.
 */
export class Base {
  readonly #setup: BaseSetup;
  #made: Promise<{ readonly scratch: Scratch; readonly usable: boolean }> | null = null;

  constructor(setup: BaseSetup) {
    this.#setup = setup;
  }

  /** @returns its name; null: the lesson has to be replayed @throws {PostgresError | EngineError} */
  async name(): Promise<string | null> {
    this.#made ??= this.#make();
    const made = this.#made;
    made.catch(() => {
      // The next one who asks has another try.
      if (this.#made === made) this.#made = null;
    });
    const { scratch, usable } = await made;
    return usable ? scratch.name : null;
  }

  async close(): Promise<void> {
    const made = await this.#made?.catch(() => null);
    await made?.scratch.drop();
  }

  async #make(): Promise<{ scratch: Scratch; usable: boolean }> {
    const { lesson, exercise, server } = this.#setup;
    const steps = stepsBefore(lesson, exercise, server.info.major);
    let usable = true;
    const scratch = await createScratch(server, {
      lesson: lesson.id,
      once: true,
      prepare: async (connection) => {
        await prepare(lesson, server.info.major, connection);
        usable = await this.#replay(connection, steps);
      },
    });
    return { scratch, usable };
  }

  /** @returns whether the database alone is what the steps have come to */
  async #replay(connection: Connection, steps: readonly SqlStep[]): Promise<boolean> {
    if (steps.length === 0) return true;
    const [row] = await connection.rows('select current_database()');
    let state = emptyTimeline;
    const emit = createRecorder(
      () => performance.now(),
      (event) => {
        state = reduceTimeline(state, event, null);
      },
    );
    const run = await Run.open(this.#setup.server, { name: row?.[0] ?? '' }, emit);
    try {
      for (const step of steps) await run.runStep(step, expectedLosses(step));
      const [left] = await connection.rows(ofSessionsSql);
      const idle = state.sessions.every(({ transaction }) => transaction === 'idle');
      return idle && state.steps.every(({ endedAt }) => endedAt !== null) && left?.[0] === 'f';
    } finally {
      await run.close();
    }
  }
}
