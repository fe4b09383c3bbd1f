import { Run } from '../../engine/run.ts';
import type { Exercise, Lesson, SqlStep } from '../../lesson/types.ts';
import { createScratch, forgetWork, type Scratch } from '../../postgres/scratch.ts';
import type { Server } from '../../postgres/types.ts';
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
  readonly #before: Base | null;
  readonly #steps: readonly SqlStep[];
  #made: Promise<{ readonly scratch: Scratch; readonly usable: boolean }> | null = null;

  /** @param before the base of an exercise above this one, which saves playing the lesson down to that; it is closed later */
  constructor(setup: BaseSetup, before: Base | null = null) {
    this.#setup = setup;
    this.#before = before;
    this.#steps = stepsBefore(setup.lesson, setup.exercise, setup.server.info.major);
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
    const { lesson, server } = this.#setup;
    const from = (await this.#before?.name()) ?? null;
    const steps = this.#steps.slice(from === null || !this.#before ? 0 : this.#before.#steps.length);
    const scratch = await createScratch(server, {
      lesson: lesson.id,
      prepare: (connection) => prepare(lesson, server.info.major, connection),
      ...(from === null ? { once: true } : { from, spare: false }),
    });
    try {
      return { scratch, usable: steps.length === 0 || (await this.#replay(scratch.name, steps)) };
    } catch (error) {
      await scratch.drop();
      throw error;
    }
  }

  /** @returns whether the database alone is what the steps have come to */
  async #replay(name: string, steps: readonly SqlStep[]): Promise<boolean> {
    let state = emptyTimeline;
    const emit = createRecorder(
      () => performance.now(),
      (event) => {
        state = reduceTimeline(state, event, null);
      },
    );
    const run = await Run.open(this.#setup.server, { name }, emit);
    try {
      for (const step of steps) await run.runStep(step, expectedLosses(step));
      const [left] = await run.control.rows(ofSessionsSql);
      const idle = state.sessions.every(({ transaction }) => transaction === 'idle');
      await forgetWork(run.control);
      return idle && state.steps.every(({ endedAt }) => endedAt !== null) && left?.[0] === 'f';
    } finally {
      await run.close();
    }
  }
}
