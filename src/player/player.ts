import type { Lesson, Step } from '../lesson/types.ts';
import type { Server } from '../postgres/types.ts';
import { withRemedy } from '../text/error-words.ts';
import { type DatabaseCatalog, emptyCatalog } from '../timeline/database-catalog.ts';
import type { EventBody, RunEvent } from '../timeline/events.ts';
import { type Clock, createRecorder } from '../timeline/recorder.ts';
import { createLab } from './lab.ts';
import type { Lab } from './lab-state.ts';
import { createCatalogReader } from './read-catalog.ts';
import { Stage } from './stage.ts';
import {
  appliesTo,
  type Exercises,
  type Intent,
  initialPlayerState,
  isPageDone,
  isStep,
  nextStep,
  openExercise,
  openPrediction,
  type Player,
  type PlayerState,
  pageIndex,
  reducePlayer,
} from './state.ts';
import { createWorkbook } from './workbook.ts';
import type { Workbook } from './workbook-state.ts';

export type PlayerOptions = {
  readonly lesson: Lesson;
  /** Called once; the player closes what it gives. */
  readonly openServer: () => Promise<Server>;
  readonly clock?: Clock;
  /** Each event, after the state has taken it in (progress, a recording). */
  readonly onEvent?: (event: RunEvent) => void;
  /** How the lesson's exercises stood when it was last left. */
  readonly exercises?: Exercises;
  /** Id of the page to open; the pages before it are replayed silently. */
  readonly startPage?: string | null;
  /** Id of a step of that page: it and the steps before it are replayed too. */
  readonly startAfter?: string | null;
  /** What was answered on that page when it was last left, by prediction id; null: skipped. */
  readonly answers?: Readonly<Record<string, number | null>>;
};

/** Plays a lesson for one learner: intents in, events out, the state a reduction of the events. */
class LivePlayer implements Player {
  readonly lab: Lab;
  readonly workbook: Workbook;
  readonly #options: PlayerOptions;
  readonly #emit: (body: EventBody) => void;
  readonly #listeners = new Set<() => void>();
  readonly #readCatalog = createCatalogReader();
  #state: PlayerState;
  #server: Server | null = null;
  #stage: Stage | null = null;
  /** Grows with every reset: work begun before it has no say any more. */
  #generation = 0;
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#state = initialPlayerState(options.lesson, options.exercises);
    this.#emit = createRecorder(options.clock ?? (() => performance.now()), (event) => {
      if (this.#closed) return;
      this.#state = reducePlayer(this.#state, event);
      options.onEvent?.(event);
      for (const listener of this.#listeners) listener();
    });
    const server = async (): Promise<Server> => {
      if (!this.#server) throw new Error('there is no server yet');
      return this.#server;
    };
    this.lab = createLab(options.lesson, server);
    this.workbook = createWorkbook(options.lesson, server, this.#emit);
    this.#do(() => this.#start());
  }

  async catalog(): Promise<DatabaseCatalog> {
    const stage = this.#stage;
    try {
      return stage ? await this.#readCatalog((sql, values) => stage.observe(sql, values)) : emptyCatalog;
    } catch {
      return emptyCatalog;
    }
  }

  getState(): PlayerState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispatch(intent: Intent): void {
    const { lesson, phase, page } = this.#state;
    switch (intent.type) {
      case 'next':
        if (phase === 'ready') this.#do(() => this.#next());
        return;
      case 'predict': {
        const question = openPrediction(this.#state);
        const known = intent.choice === null || question?.choices[intent.choice] !== undefined;
        if (phase !== 'ready' || !question || !known) return;
        this.#emit({ type: 'prediction-made', prediction: question.id, choice: intent.choice });
        return;
      }
      case 'show-solution':
        if (isExercise(lesson, intent.exercise))
          this.#emit({ type: 'solution-shown', exercise: intent.exercise });
        return;
      case 'skip-exercise':
        if (isExercise(lesson, intent.exercise))
          this.#emit({ type: 'exercise-skipped', exercise: intent.exercise });
        return;
      case 'cancel':
        void this.#cancel();
        return;
      case 'reset':
        this.#restart(page);
        return;
      case 'back': {
        const before = lesson.pages[pageIndex(lesson, page) - 1];
        this.#restart(before?.id ?? page);
        return;
      }
      case 'go':
        if (pageIndex(lesson, intent.page) >= 0) this.#restart(intent.page);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#generation++;
    const stage = this.#stage;
    await Promise.all([stage?.close(), this.lab.close(), this.workbook.close()]);
    await this.#work;
    // A stage or server that came to be meanwhile.
    await this.#stage?.close();
    await this.#server?.close();
  }

  /** One piece of work after another; what goes wrong becomes an event. */
  #do(work: () => Promise<void>): void {
    const generation = this.#generation;
    this.#work = this.#work.then(async () => {
      if (generation !== this.#generation) return;
      try {
        await work();
      } catch (error) {
        if (generation === this.#generation) this.#emit({ type: 'run-failed', message: withRemedy(error) });
      }
    });
  }

  async #start(): Promise<void> {
    const { lesson, openServer, startPage, startAfter = null } = this.#options;
    this.#server = await openServer();
    const { version, major, own } = this.#server.info;
    this.#emit({ type: 'run-started', lesson: lesson.id, postgres: { version, major, own } });
    this.#stage = new Stage(lesson, this.#server, this.#emit, () => this.#state.timeline);
    const first = lesson.pages[0]?.id ?? '';
    const page = startPage && pageIndex(lesson, startPage) > 0 ? startPage : first;
    if (page === first && startAfter === null) {
      await this.#stage.fresh('start');
      this.#emit({ type: 'page-entered', page });
    } else await this.#replay(page, startAfter);
  }

  async #next(): Promise<void> {
    if (this.#state.phase !== 'ready') return;
    const step = nextStep(this.#state);
    if (step) return this.#perform(step);
    // An exercise is done, its solution looked at, or it is skipped; not passed by.
    if (openExercise(this.#state)) return;
    const { lesson, page } = this.#state;
    const following = lesson.pages[pageIndex(lesson, page) + 1];
    if (following) return this.#emit({ type: 'page-entered', page: following.id });
    if (!isPageDone(this.#state)) return;
    this.#stage?.finish();
    this.#emit({ type: 'lesson-finished' });
  }

  async #perform(step: Step): Promise<void> {
    const question = openPrediction(this.#state);
    // A question must be answered or skipped before its step may run.
    if (question && !this.#state.predictions[question.id]) return;
    const stage = this.#stage;
    await stage?.perform(step);
    await stage?.check(step);
    if (question) await stage?.judge(question);
  }

  /** What was sent last and has not settled; when all has settled, the statements that still wait. */
  async #cancel(): Promise<void> {
    const open = this.#state.timeline.steps.filter((step) => step.endedAt === null);
    const running = open.findLast((step) => !step.settled);
    try {
      await this.#stage?.cancel(running?.step ?? null);
    } catch {
      // The control connection is gone: its own event says so.
    }
  }

  #restart(page: string): void {
    if (this.#state.phase === 'starting') return;
    this.#generation++;
    this.#emit({ type: 'replay-started', page });
    // Sessions that wait or run would keep the work before this one from ending.
    void this.#stage?.hush();
    this.#do(async () => {
      if (!this.#stage) return this.#start();
      await this.#replay(page);
    });
  }

  /** @param after the last step of the page to be replayed; null: none */
  async #replay(page: string, after: string | null = null): Promise<void> {
    const { lesson } = this.#options;
    await this.#stage?.fresh('replay');
    for (const before of lesson.pages.slice(0, pageIndex(lesson, page))) {
      this.#emit({ type: 'page-entered', page: before.id });
      for (const step of before.blocks.filter(isStep)) {
        if (appliesTo(step, this.#server?.info.major ?? 0)) await this.#stage?.perform(step);
      }
    }
    this.#emit({ type: 'page-entered', page });
    if (after !== null) await this.#replaySteps(page, after);
    this.#emit({ type: 'replay-finished', page });
  }

  async #replaySteps(page: string, after: string): Promise<void> {
    const { lesson, answers = {} } = this.#options;
    const blocks = lesson.pages[pageIndex(lesson, page)]?.blocks ?? [];
    const end = blocks.findIndex((block) => isStep(block) && block.id === after);
    for (const step of blocks.slice(0, end + 1).filter(isStep)) {
      if (!appliesTo(step, this.#server?.info.major ?? 0)) continue;
      const question = openPrediction(this.#state);
      const choice = question ? answers[question.id] : undefined;
      if (question && choice !== undefined)
        this.#emit({ type: 'prediction-made', prediction: question.id, choice });
      await this.#stage?.perform(step);
      if (question && choice !== undefined) await this.#stage?.judge(question);
    }
  }
}

const isExercise = (lesson: Lesson, id: string): boolean =>
  lesson.pages.some((page) => page.blocks.some((block) => block.kind === 'exercise' && block.id === id));

/** Opens a lesson; its state is `starting` until server and database are there. */
export const createPlayer = (options: PlayerOptions): Player => new LivePlayer(options);
