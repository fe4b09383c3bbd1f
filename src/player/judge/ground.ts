import { EngineError } from '../../engine/error.ts';
import type { Exercise, Lesson, SqlStep } from '../../lesson/types.ts';
import { anyVersion } from '../../lesson/versions.ts';
import type { Server } from '../../postgres/types.ts';
import { splitStatements } from '../../text/statements.ts';
import type { ServerMessage } from '../../timeline/events.ts';
import type { StepState } from '../../timeline/state.ts';
import { Bench } from '../bench.ts';
import type { DataSet } from '../judge-state.ts';
import { type ReadAnswer, sourceOf, type Turn } from './answer.ts';
import type { Base } from './base.ts';
import { Keeper, sequencesSql } from './keeper.ts';
import { tracesOf } from './kinds-of-answer.ts';

/** How long an answer may run, ms; then it is cancelled. */
export const timeLimit = 10_000;
/** How long it may take to obey, ms; then its sessions are ended. */
const grace = 2_000;

/** In a transaction that has failed, every other statement fails as well. */
const inFailedTransaction = '25P02';

/** Advisory locks may belong to a session, which is used again. */
const unlockAll = 'pg_advisory_unlock_all()';

/** `look`: whether to look who holds which locks afterwards. */
export type How = { readonly explain?: boolean; readonly look?: boolean };

export type Stop =
  | { readonly why: 'time' | 'cancelled' | 'lost' }
  /** Waits for sessions that do nothing any more. */
  | { readonly why: 'waits'; readonly by: readonly string[] };

/** What came of running an answer. */
export type Trial = {
  /** One a statement that was sent. */
  readonly steps: readonly StepState[];
  readonly error: ServerMessage | null;
  readonly stop: Stop | null;
};

export const stepOf = (id: string, session: string, sql: string, explain = false): SqlStep => ({
  kind: 'sql',
  id,
  session,
  sql,
  send: 'statements',
  explain,
  wait: false,
  postgres: anyVersion,
  claims: [],
  position: { file: '', line: 1, column: 1 },
  sqlPosition: { file: '', line: 1, column: 1 },
});

/** Databases at the state of an exercise's page, with or without the hidden data, one after the other. */
export class Ground {
  readonly bench: Bench;
  readonly data: DataSet;
  readonly #exercise: Exercise;
  /** What `ready` has to do: nothing, bring rows back, or have another copy made. */
  #state: 'clean' | 'rows' | 'spoiled' = 'spoiled';
  /** Whether rows were written and taken back: pages and visibility are not as a fresh copy has them. */
  #written = false;
  #sequences: string | null = null;
  /** Null: rows cannot be brought back in this copy. Undefined: nobody has tried yet. */
  #keeper: Keeper | null | undefined;
  /** Whether sessions are not to be used again. */
  #endSessions = false;
  #count = 0;

  constructor(
    {
      lesson,
      exercise,
      server,
      spare = true,
    }: { lesson: Lesson; exercise: Exercise; server: Server; spare?: boolean },
    base: Base,
    data: DataSet,
    onChange?: () => void,
  ) {
    this.#exercise = exercise;
    this.data = data;
    this.bench = new Bench(lesson, server, { onChange, base: () => base.beginning(), spare });
  }

  /**
   * A state that nobody has touched. @param pristine also in its pages, as plans show them
   * @throws {PostgresError | EngineError}
   */
  async ready(pristine = false): Promise<void> {
    if (this.#state === 'rows' && !pristine && (await this.#putBack())) this.#state = 'clean';
    if (this.#state === 'clean' && !(pristine && this.#written)) {
      // What was run and rolled back is no part of what comes.
      this.bench.forget();
      return;
    }
    await this.#keeper?.close();
    this.#keeper = undefined;
    this.#written = false;
    this.#endSessions = false;
    await this.bench.beginAt(this.#exercise);
    if (this.data === 'hidden') await this.#hide();
    const [row] = await this.bench.run.observe(sequencesSql);
    this.#sequences = row?.[0] ?? null;
    this.#state = 'clean';
  }

  /** From now on `ready` makes another database. */
  spoil(): void {
    this.#state = 'spoiled';
  }

  /** Before an answer is run for good: `ready` brings rows back where nothing else remains, and makes another database where more does. */
  async spoilBy(answer: ReadAnswer): Promise<void> {
    const traces = tracesOf(answer);
    if (traces === 'more') this.spoil();
    else await this.spoilRows(traces === 'session');
  }

  /** Before something that leaves rows; with `sessions`, something in its session as well. */
  async spoilRows(sessions = false): Promise<void> {
    this.#endSessions ||= sessions;
    if (this.#state !== 'clean') return;
    // What another session has locked cannot be put back.
    const idle = this.bench.timeline.sessions.every(({ transaction }) => transaction === 'idle');
    if (this.#keeper === undefined)
      this.#keeper = idle ? await Keeper.open(this.bench.run, this.#sequences) : null;
    // It may have been spoiled meanwhile.
    if (this.#state === 'clean') this.#state = this.#keeper ? 'rows' : 'spoiled';
  }

  /** Ends what is open in any session and brings the rows back. @returns whether that worked */
  async #putBack(): Promise<boolean> {
    const { run, timeline } = this.bench;
    const names = timeline.sessions.map(({ name }) => name);
    if (timeline.steps.some(({ endedAt }) => endedAt === null)) {
      await this.bench.cancel();
      await Promise.all(names.map((name) => run.ended(name)));
    }
    const { sessions } = this.bench.timeline;
    if (!this.#keeper || sessions.some(({ lost }) => lost)) return false;
    for (const { name, transaction } of sessions) {
      if (this.#endSessions) {
        await run.closeSession(name);
        continue;
      }
      if (transaction !== 'idle') await run.ask(name, 'rollback');
      await run.ask(name, `select ${unlockAll}`);
    }
    this.#endSessions = false;
    this.bench.forget();
    this.#written = true;
    return this.#keeper.restore();
  }

  async #hide(): Promise<void> {
    const { hidden } = this.#exercise;
    if (!hidden) return;
    const connection = await this.bench.run.connect('pg-tutor hidden data', { lock_timeout: '2s' });
    try {
      for (const { text, copyData } of splitStatements(hidden.sql)) {
        const end = await connection.run(text, 1, { onResult: () => {} }, copyData);
        if (end.type === 'failed')
          throw brokenExercise(hidden.position, `hidden: ${end.error.sqlstate} ${end.error.message}`);
      }
    } finally {
      await connection.end();
    }
  }

  /** Whether a transaction of ours can stand around what this session does. */
  canWrap(session: string): boolean {
    const known = this.bench.timeline.sessions.find(({ name }) => name === session);
    return known === undefined || known.transaction === 'idle';
  }

  /** Something that is no part of the answer, in a session's own transaction. @throws {PostgresError | EngineError} */
  async ask(session: string, sql: string): Promise<void> {
    await this.bench.run.ask(session, sql);
  }

  /** Undoes what was done since `begin`. @param wrote whether rows may have been written */
  async rollBack(session: string, wrote: boolean): Promise<void> {
    this.#written ||= wrote;
    await this.ask(session, 'rollback');
    // Neither goes back with the transaction.
    await this.ask(
      session,
      `select ${[unlockAll, ...(this.#sequences === null ? [] : [this.#sequences])].join(', ')}`,
    );
  }

  /** Sends one more statement, and waits until all has settled. */
  async send(session: string, sql: string, how: How = {}): Promise<StepState> {
    this.#count += 1;
    const id = `answer-${this.#count}`;
    await this.bench.send(stepOf(id, session, sql, how.explain), how.look ?? false);
    const step = this.step(id);
    if (!step) throw new EngineError('the answer could not be sent');
    return step;
  }

  step(id: string): StepState | undefined {
    return this.bench.timeline.steps.findLast((one) => one.step === id);
  }

  /**
   * Runs statements one after the other, as psql does: those after an error as well. Never longer than the time limit.
   * @throws {PostgresError | EngineError}
   */
  async run(turns: readonly Turn[], signal?: AbortSignal, how: How = {}): Promise<Trial> {
    return this.within(signal, async (stopped) => {
      const ids: string[] = [];
      for (const { session, statement } of turns) {
        if (stopped() !== null) break;
        const busy = ids
          .map((id) => this.step(id))
          .find((one) => one?.session === session && one.endedAt === null);
        if (busy) break;
        ids.push((await this.send(session, sourceOf(statement), how)).step);
      }
      return this.trial(ids, stopped());
    });
  }

  trial(ids: readonly string[], stopped: Stop | null): Trial {
    const steps = ids.flatMap((id) => this.step(id) ?? []);
    const waiting = steps.find((step) => step.endedAt === null);
    const lost = steps.some(({ status }) => status === 'lost');
    const by = waiting?.waits.at(-1)?.by ?? [];
    const stop =
      stopped ?? (waiting ? { why: 'waits' as const, by } : lost ? { why: 'lost' as const } : null);
    const error = steps
      .map((step) => step.error)
      .find((one) => one !== null && one.sqlstate !== inFailedTransaction);
    return { steps, error: error ?? null, stop };
  }

  /** Work that is cancelled after the time limit, or when the learner asks for it; and ended when that does not help. */
  async within<T>(
    signal: AbortSignal | undefined,
    work: (stopped: () => Stop | null) => Promise<T>,
  ): Promise<T> {
    let stop: Stop | null = null;
    let killer: NodeJS.Timeout | undefined;
    const end = (why: 'time' | 'cancelled'): void => {
      stop ??= { why };
      this.spoil();
      void this.bench.cancel();
      killer ??= setTimeout(() => void this.bench.hush().catch(() => {}), grace);
    };
    const cancel = (): void => end('cancelled');
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel);
    const timer = setTimeout(() => end('time'), timeLimit);
    try {
      return await work(() => stop);
    } finally {
      clearTimeout(timer);
      clearTimeout(killer);
      signal?.removeEventListener('abort', cancel);
    }
  }

  async close(): Promise<void> {
    await this.#keeper?.close();
    await this.bench.close();
  }
}

export const brokenExercise = (
  { file, line, column }: { readonly file: string; readonly line: number; readonly column: number },
  what: string,
): EngineError => new EngineError(`${file}:${line}:${column}: the exercise cannot be judged: ${what}`);
