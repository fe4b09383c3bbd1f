import type { Run } from '../engine/run.ts';
import type { Block, Exercise, Lesson, Prediction, SqlStep } from '../lesson/types.ts';
import type { Server } from '../postgres/types.ts';
import type { EventBody } from '../timeline/events.ts';
import { createRecorder } from '../timeline/recorder.ts';
import { reduceTimeline } from '../timeline/reduce.ts';
import { emptyTimeline, type TimelineState } from '../timeline/state.ts';
import type { Beginning } from './judge/base.ts';
import { shownTableRows, type TableState } from './lab-state.ts';
import { expectedLosses, Stage } from './stage.ts';
import { appliesTo, isStep, pageIndex } from './state.ts';

/**
 * How long a step marked `wait`, or one that loses sessions, may keep the next one waiting, ms: in another order nobody
 * may ever let it go, or nobody is lost.
 */
const patience = 3_000;
/** How long one step may take to settle, ms; then it is cancelled. */
const stepDeadline = 20_000;

/** Every table of the lesson: its name as SQL takes it, and without its schema. */
export const tablesSql = `
select format('%I.%I', n.nspname, c.relname), c.relname
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
  and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
order by 1`;

export type BenchOptions = {
  /** After every event. */
  readonly onChange?: (() => void) | undefined;
  /** What `beginAt` begins with; null: the lesson is replayed. */
  readonly base?: () => Promise<Beginning | null>;
  /** Whether to have a copy ready for the next `begin` (the default). */
  readonly spare?: boolean;
};

/** A database of one's own at the start of a page, as often as wanted: for orders that the lesson does not play. */
export class Bench {
  readonly #lesson: Lesson;
  readonly #major: number;
  readonly #stage: Stage;
  readonly #emit: (body: EventBody) => void;
  #state: TimelineState = emptyTimeline;
  #page: string | null = null;
  readonly #base: () => Promise<Beginning | null>;

  constructor(lesson: Lesson, server: Server, options: BenchOptions = {}) {
    const { onChange, base = async () => null, spare = true } = options;
    this.#lesson = lesson;
    this.#base = base;
    this.#major = server.info.major;
    this.#emit = createRecorder(
      () => performance.now(),
      (event) => {
        this.#state = reduceTimeline(this.#state, event, this.#page);
        onChange?.();
      },
    );
    this.#stage = new Stage(lesson, server, this.#emit, () => this.#state, {
      from: async () => (await base())?.name ?? null,
      spare,
    });
  }

  /** What has happened; the steps of earlier pages have a page that is not this one's. */
  get timeline(): TimelineState {
    return this.#state;
  }

  /** Drops what has happened since `beginAt`; the sessions stay. */
  forget(): void {
    const steps = this.#state.steps.filter(({ page }) => page !== null);
    this.#state = { ...this.#state, steps, samples: [], commits: [] };
  }

  /** Its sessions, for what is no step. @throws {EngineError} before the first `begin` */
  get run(): Run {
    return this.#stage.run;
  }

  /** A fresh database, and the pages before this one replayed. @throws {PostgresError | EngineError} */
  async begin(page: string): Promise<void> {
    await this.#stage.fresh('replay');
    const at = pageIndex(this.#lesson, page);
    for (const before of this.#lesson.pages.slice(0, at)) {
      this.#page = before.id;
      await this.#replay(before.blocks);
    }
    this.#page = page;
  }

  /** The same, and the steps of its page above an exercise; what comes then belongs to no page. */
  async beginAt(exercise: Exercise): Promise<void> {
    const page = this.#lesson.pages.find(({ blocks }) => blocks.includes(exercise));
    const base = await this.#base();
    if (base) {
      this.#page = page?.id ?? '';
      await this.#stage.fresh('replay');
      await this.#replay(base.rest);
    } else {
      await this.begin(page?.id ?? '');
      await this.#replay(page?.blocks.slice(0, page.blocks.indexOf(exercise)) ?? []);
    }
    this.#page = null;
  }

  async #replay(blocks: readonly Block[]): Promise<void> {
    for (const step of blocks.filter(isStep)) {
      // Views leave nothing behind.
      if (step.kind === 'sql' && appliesTo(step, this.#major)) await this.#stage.perform(step);
    }
  }

  /**
   * Sends a step and waits until all has settled. @param look whether to look who holds which locks then
   * @throws {PostgresError | EngineError}
   */
  async send(step: SqlStep, look = true): Promise<void> {
    const deadline = setTimeout(() => void this.cancel(), stepDeadline);
    try {
      // What it claims is so in the lesson's order.
      await this.#stage.perform({ ...step, wait: false, claims: [] }, look);
      if (step.wait) await this.#until(() => this.#ended(step.id), patience);
      const losses = expectedLosses(step);
      if (losses.length === 0) return;
      await this.#until(() => this.#lost(losses), patience);
      await this.run.settle();
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Which choices (from 0) came true. @throws {EngineError} */
  judge(prediction: Prediction): Promise<readonly number[]> {
    return this.#stage.judge(prediction);
  }

  #ended(step: string): boolean {
    return this.#state.steps.findLast((one) => one.step === step)?.endedAt != null;
  }

  #lost(names: readonly string[]): boolean {
    return this.#state.sessions.every(({ name, lost }) => !names.includes(name) || lost !== null);
  }

  async #until(holds: () => boolean, ms: number): Promise<void> {
    for (const end = performance.now() + ms; !holds() && performance.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** What the tables hold, as everybody sees it who is in no transaction. */
  async tables(): Promise<readonly TableState[]> {
    const states: TableState[] = [];
    for (const [name, short] of await this.#stage.observe(tablesSql)) {
      states.push(await this.#table(name ?? '', short ?? ''));
    }
    return states;
  }

  async #table(name: string, short: string): Promise<TableState> {
    try {
      const [row] = await this.#stage.observe(
        `select count(*), case when count(*) <= ${shownTableRows} then json_agg(t::text order by t::text) end from ${name} t`,
      );
      const listed: unknown = JSON.parse(row?.[1] ?? '[]');
      const rows = Array.isArray(listed) ? listed.map(String) : [];
      return { table: short, rowCount: Number(row?.[0] ?? 0), rows };
    } catch {
      // Locked against reading, at an end where somebody still holds it.
      return { table: short, rowCount: -1, rows: [] };
    }
  }

  async cancel(): Promise<void> {
    await this.#stage.cancel(null).catch(() => {});
  }

  /** Ends work under way; `begin` or `close` follow. */
  async hush(): Promise<void> {
    await this.#stage.hush();
  }

  close(): Promise<void> {
    return this.#stage.close();
  }
}
