import type { Exercise, Lesson } from '../lesson/types.ts';
import type { Server } from '../postgres/types.ts';
import { type ReadAnswer, readAnswer, readLoosely, statementsOf } from './judge/answer.ts';
import { Base } from './judge/base.ts';
import { checkOutcome, checkPlan, checkText, checkTrial } from './judge/checks.ts';
import type { Difference } from './judge/compare-results.ts';
import { brokenExercise, Ground, type Stop, timeLimit } from './judge/ground.ts';
import { checkInterleavings } from './judge/interleave.ts';
import { checkLocks } from './judge/lock-checks.ts';
import { type Outcome, observe } from './judge/observe.ts';
import { styleWarnings } from './judge/style.ts';
import type { DataSet, Judge, JudgeOptions, TryOut, Verdict } from './judge-state.ts';

export type JudgeSetup = {
  readonly lesson: Lesson;
  readonly exercise: Exercise;
  /** Stays open. */
  readonly server: Server;
  /** Whether to have a copy of the database ready for the next answer (the default): not where nobody waits for one. */
  readonly spare?: boolean;
  /** The state of the exercise, for several judges; whoever made it closes it after them. */
  readonly base?: Base;
};

type TryOptions = JudgeOptions & { readonly onChange?: (tryOut: TryOut) => void };

const sayStop = (stop: Stop | null): string | null => {
  if (stop === null) return null;
  if (stop.why === 'time') return `It was cancelled after ${timeLimit / 1000} seconds.`;
  if (stop.why === 'waits')
    return `It waits for ${stop.by.join(' and ') || 'a session'}, who will do nothing any more.`;
  return stop.why === 'lost' ? 'Its session lost its connection.' : 'It was cancelled.';
};

class LiveJudge implements Judge {
  readonly #setup: JudgeSetup;
  readonly #base: Base;
  readonly #grounds = new Map<DataSet, Ground>();
  readonly #expected = new Map<DataSet, Outcome>();
  #solution: Promise<ReadAnswer> | null = null;
  /** What the learner tries is kept apart, as it is shown while it goes on. */
  #trying: Ground | null = null;
  #onTry: () => void = () => {};
  #work: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | null = null;

  constructor(setup: JudgeSetup) {
    this.#setup = setup;
    this.#base = setup.base ?? new Base(setup);
  }

  warmUp(): void {
    void this.#inTurn(() => this.#tryGround().ready()).catch(() => {});
    void this.#inTurn(() => this.#expect('page')).catch(() => {});
  }

  tryOut(answer: string, options: TryOptions = {}): Promise<TryOut> {
    return this.#inTurn(() => this.#tryOut(answer, options));
  }

  judge(answer: string, options: JudgeOptions = {}): Promise<Verdict> {
    return this.#inTurn(() => this.#judge(answer, options));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const grounds = [...this.#grounds.values(), this.#trying];
    await Promise.all(grounds.map((ground) => ground?.close()));
    // It may have been getting a database ready.
    await this.#work;
    if (!this.#setup.base) await this.#base.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#work.then(() => {
      if (this.#closed) throw new Error('the judge was closed');
      return work();
    });
    this.#work = result.catch(() => {});
    return result;
  }

  #ground(data: DataSet): Ground {
    const known = this.#grounds.get(data);
    if (known) return known;
    const ground = new Ground(this.#setup, this.#base, data);
    this.#grounds.set(data, ground);
    return ground;
  }

  #tryGround(): Ground {
    this.#trying ??= new Ground(this.#setup, this.#base, 'page', () => this.#onTry());
    return this.#trying;
  }

  #readSolution(): Promise<ReadAnswer> {
    const { exercise } = this.#setup;
    const read = async (): Promise<ReadAnswer> => {
      const [solution] = exercise.solutions;
      const parsed = await readAnswer(solution?.sql ?? '', exercise.sessions);
      if ('turns' in parsed && parsed.turns.length > 0) return parsed;
      const why = 'message' in parsed ? parsed.message : 'it is empty';
      throw brokenExercise(solution?.position ?? exercise.position, `the solution: ${why}`);
    };
    this.#solution ??= read();
    return this.#solution;
  }

  /** What the solution comes to. @throws {EngineError} when the exercise asks for something else */
  async #expect(data: DataSet): Promise<Outcome> {
    const known = this.#expected.get(data);
    if (known) return known;
    const { exercise } = this.#setup;
    const outcome = await observe(this.#ground(data), exercise, await this.#readSolution());
    const error = exercise.checks.find((check) => check.kind === 'error');
    const wrong = checkTrial(outcome.trial, error?.kind === 'error' ? error.sqlstate : null);
    const on = data === 'hidden' ? ' on the hidden data' : '';
    if (wrong)
      throw brokenExercise(
        exercise.solutions[0]?.position ?? exercise.position,
        `the solution${on}: ${wrong.sentence}`,
      );
    this.#expected.set(data, outcome);
    return outcome;
  }

  async #tryOut(answer: string, { signal, onChange, onProgress }: TryOptions): Promise<TryOut> {
    const { exercise } = this.#setup;
    const ground = this.#tryGround();
    onProgress?.({ phase: 'preparing', done: 0, total: 0 });
    const now = (stopped: string | null): TryOut => ({ timeline: ground.bench.timeline, stopped });
    const parsed = await readAnswer(answer, exercise.sessions);
    const read = 'turns' in parsed ? parsed : await readLoosely(answer, exercise.sessions);
    await ground.ready();
    const refused =
      read.turns.length > 0 ? checkText({ ...exercise, checks: [] }, read, await this.#readSolution()) : null;
    if (refused) return now(refused.sentence);
    onProgress?.({ phase: 'running', done: 0, total: 0 });
    ground.spoil();
    this.#onTry = () => onChange?.(now(null));
    try {
      const { stop } = await ground.run(read.turns, signal, { look: true });
      return now(sayStop(stop));
    } finally {
      this.#onTry = () => {};
    }
  }

  async #judge(answer: string, options: JudgeOptions): Promise<Verdict> {
    const { exercise } = this.#setup;
    const { signal, onProgress } = options;
    const cancelled: Verdict = { outcome: 'cancelled' };
    const solution = await this.#readSolution();
    const read = await readAnswer(answer, exercise.sessions);
    if (!('turns' in read)) {
      const evidence = { kind: 'place', from: read.offset, to: read.offset + 1 } as const;
      const sentence = `PostgreSQL cannot read it: ${read.message}.`;
      return { outcome: 'failed', kind: 'syntax', sentence, evidence, data: 'page', warnings: [] };
    }
    const warnings = styleWarnings(answer, statementsOf(read));
    const failed = (difference: Difference, data: DataSet): Verdict => ({
      outcome: 'failed',
      ...difference,
      data,
      warnings,
    });
    const text = checkText(exercise, read, solution);
    if (text) return failed(text, 'page');

    const progress = (phase: 'preparing' | 'running' | 'hidden'): void =>
      onProgress?.({ phase, done: 0, total: 0 });
    for (const data of exercise.hidden === null ? (['page'] as const) : (['page', 'hidden'] as const)) {
      progress('preparing');
      const expected = await this.#expect(data);
      if (signal?.aborted) return cancelled;
      const ground = this.#ground(data);
      progress(data === 'page' ? 'running' : 'hidden');
      const got = await observe(ground, exercise, read, signal);
      if (signal?.aborted) return cancelled;
      const difference = checkOutcome(exercise, expected, got);
      if (difference) return failed(difference, data);
      if (data === 'hidden') continue;
      const planned = await checkPlan(exercise, ground, read, got, signal);
      if (signal?.aborted) return cancelled;
      if (planned) return failed(planned, data);
      const locked = await checkLocks(exercise, ground, read, signal);
      if (signal?.aborted) return cancelled;
      if (locked) return failed(locked, data);
    }
    const played = await checkInterleavings({
      exercise,
      answer: read,
      onProgress,
      signal,
      ground: this.#ground('page'),
    });
    if (signal?.aborted) return cancelled;
    if (played.difference) return failed(played.difference, 'page');
    return { outcome: 'passed', warnings, orders: played.orders };
  }
}

/** A judge of one exercise; it has no databases before it is asked for something. */
export const createJudge = (setup: JudgeSetup): Judge => new LiveJudge(setup);
