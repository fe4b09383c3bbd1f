import { Run } from '../../engine/run.ts';
import type { Block, Exercise, Lesson, SqlStep } from '../../lesson/types.ts';
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
const stepsAbove = (blocks: readonly Block[], major: number): SqlStep[] =>
  blocks.filter((block): block is SqlStep => block.kind === 'sql' && appliesTo(block, major));

/** A database to be copied, and what is still to be sent to a copy before it is at the state of the exercise. */
export type Beginning = { readonly name: string; readonly rest: readonly SqlStep[] };

type Made = { readonly scratch: Scratch; readonly rest: readonly SqlStep[] } | null;

/**
 * A database at the state of an exercise, to be copied: the lesson down to it is played once and not for every answer. Where
 * more than a database makes that state (an open transaction, a temporary table), it is one at the start of the page.
 */
export class Base {
  readonly #setup: BaseSetup;
  readonly #before: Base | null;
  /** All steps above the exercise. */
  readonly #steps: readonly SqlStep[];
  /** How many of them are on earlier pages. */
  readonly #earlier: number;
  #made: Promise<Made> | null = null;

  /** @param before the base of an exercise above this one, which saves playing the lesson down to that; it is closed later */
  constructor(setup: BaseSetup, before: Base | null = null) {
    this.#setup = setup;
    this.#before = before;
    const { lesson, exercise, server } = setup;
    const page = lesson.pages.findIndex(({ blocks }) => blocks.includes(exercise));
    const earlier = lesson.pages.slice(0, page).flatMap(({ blocks }) => blocks);
    const own = lesson.pages[page]?.blocks ?? [];
    const above = [...earlier, ...own.slice(0, own.indexOf(exercise))];
    this.#steps = stepsAbove(above, server.info.major);
    this.#earlier = stepsAbove(earlier, server.info.major).length;
  }

  /** @returns null: the lesson has to be replayed @throws {PostgresError | EngineError} */
  async beginning(): Promise<Beginning | null> {
    this.#made ??= this.#make();
    const made = this.#made;
    made.catch(() => {
      // The next one who asks has another try.
      if (this.#made === made) this.#made = null;
    });
    const state = await made;
    return state && { name: state.scratch.name, rest: state.rest };
  }

  async close(): Promise<void> {
    const made = await this.#made?.catch(() => null);
    await made?.scratch.drop();
  }

  async #make(): Promise<Made> {
    const above = (await this.#before?.beginning()) ?? null;
    const played = above && this.#before ? this.#before.#steps.length - above.rest.length : 0;
    const page = Math.max(played, this.#earlier);
    const atPage = await this.#play(above?.name ?? null, this.#steps.slice(played, page));
    const rest = this.#steps.slice(page);
    if (!atPage || rest.length === 0) return atPage && { scratch: atPage, rest };
    try {
      const scratch = await this.#play(atPage.name, rest);
      if (!scratch) return { scratch: atPage, rest };
      await atPage.drop();
      return { scratch, rest: [] };
    } catch (error) {
      await atPage.drop();
      throw error;
    }
  }

  /**
   * Plays steps in a copy of a database, or of the prepared one.
   *
   * @returns null when the database alone is not what they have come to
   */
  async #play(from: string | null, steps: readonly SqlStep[]): Promise<Scratch | null> {
    const { lesson, server } = this.#setup;
    const scratch = await createScratch(server, {
      lesson: lesson.id,
      prepare: (connection) => prepare(lesson, server.info.major, connection),
      ...(from === null ? { once: true } : { from, spare: false }),
    });
    try {
      if (steps.length === 0 || (await this.#replay(scratch.name, steps))) return scratch;
    } catch (error) {
      await scratch.drop();
      throw error;
    }
    await scratch.drop();
    return null;
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
