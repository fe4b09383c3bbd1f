import { checkClaim, type Facts, holds, inRange } from '../engine/claims.ts';
import { EngineError } from '../engine/error.ts';
import { Run } from '../engine/run.ts';
import { applySettings } from '../engine/settings.ts';
import { runView } from '../engine/views/run-view.ts';
import type { Claim, ClaimSet, Lesson, Position, Prediction, SqlStep, Step } from '../lesson/types.ts';
import { createScratch, type Scratch, type ScratchOptions } from '../postgres/scratch.ts';
import type { Connection, QueryValue, Server } from '../postgres/types.ts';
import { splitStatements } from '../text/statements.ts';
import type { EventBody } from '../timeline/events.ts';
import type { TimelineState } from '../timeline/state.ts';

type PendingClaim = {
  readonly claim: Claim;
  readonly set: ClaimSet;
  readonly owner: string;
  readonly subject: string;
};

export type StageOptions = Pick<ScratchOptions, 'once' | 'spare'> & {
  /** A database to copy instead of running the setup; null: there is none. */
  readonly from?: () => Promise<string | null>;
};

const closed = 'the lesson was closed';

const at = ({ file, line, column }: Position): string => `${file}:${line}:${column}`;

/** Runs the lesson's setup blocks; the database after them is what a reset goes back to. @throws {EngineError} */
export const prepare = async (lesson: Lesson, major: number, connection: Connection): Promise<void> => {
  await applySettings(connection);
  for (const step of lesson.setup.filter((one) => inRange(one.postgres, major))) {
    for (const { text, copyData } of splitStatements(step.sql)) {
      const end = await connection.run(text, 1, { onResult: () => {} }, copyData);
      if (end.type === 'finished') continue;
      const why =
        end.type === 'failed' ? `${end.error.sqlstate} ${end.error.message}` : 'the connection was lost';
      throw new EngineError(`${at(step.position)}: the setup failed: ${why}`);
    }
  }
};

/** A lesson on a server: its database, its sessions, its steps, and whether its claims hold. */
export class Stage {
  readonly #lesson: Lesson;
  readonly #server: Server;
  readonly #emit: (body: EventBody) => void;
  readonly #timeline: () => TimelineState;
  readonly #scratchOptions: Pick<ScratchOptions, 'once' | 'spare'>;
  readonly #from: () => Promise<string | null>;
  #scratch: Scratch | null = null;
  #run: Run | null = null;
  #pending: PendingClaim[] = [];
  #closed = false;
  #closing: Promise<void> = Promise.resolve();

  /**
   * @param timeline the state after every event emitted so far
   */
  constructor(
    lesson: Lesson,
    server: Server,
    emit: (body: EventBody) => void,
    timeline: () => TimelineState,
    { once = false, spare = true, from = async () => null }: StageOptions = {},
  ) {
    this.#lesson = lesson;
    this.#from = from;
    this.#scratchOptions = { once, spare };
    this.#server = server;
    this.#emit = (body) => {
      emit(body);
      // Who held what when the wait began; a ring of waits is over before its step has settled.
      if (body.type === 'step-blocked') void this.#run?.sampleLocks().catch(() => {});
    };
    this.#timeline = timeline;
  }

  /** A fresh copy of the prepared database with no session in it. @throws {PostgresError | EngineError} */
  async fresh(reason: 'start' | 'reset' | 'replay'): Promise<void> {
    if (this.#closed) throw new EngineError(closed);
    this.#pending = [];
    await this.#run?.close();
    this.#run = null;
    if (this.#scratch) {
      try {
        await this.#scratch.reset();
        this.#run = await Run.open(this.#server, this.#scratch, this.#emit);
      } catch {
        // The server may have been gone meanwhile, and the prepared state with it.
        await this.#scratch.drop();
        this.#scratch = null;
      }
    }
    if (!this.#scratch) {
      await this.#server.revive();
      const from = await this.#from();
      this.#scratch = await createScratch(this.#server, {
        lesson: this.#lesson.id,
        ...(from !== null && { from }),
        prepare: (connection) => prepare(this.#lesson, this.#server.info.major, connection),
        ...this.#scratchOptions,
      });
      this.#run = await Run.open(this.#server, this.#scratch, this.#emit);
    }
    if (this.#closed) {
      // What came to be meanwhile.
      await this.close();
      throw new EngineError(closed);
    }
    this.#emit({ type: 'database-ready', database: this.#scratch.name, reason });
  }

  /** Runs a step until all has settled. Claims are not looked at. @throws {EngineError | PostgresError} */
  async perform(step: Step, look = true): Promise<void> {
    const run = this.#open();
    if (step.kind === 'view') await runView(run, step, this.#emit);
    else await run.runStep(step, expectedLosses(step));
    if (look) await run.sampleLocks();
    this.#emit({ type: 'step-settled', step: step.id });
  }

  /** Checks the claims of a step that was performed, and those that had to wait for an end. */
  async check(step: Step): Promise<void> {
    const sets = step.claims.filter((set) => inRange(set.postgres, this.#server.info.major));
    for (const set of sets) {
      for (const claim of set.claims) {
        this.#pending.push({ claim, set, owner: step.id, subject: set.step ?? step.id });
      }
    }
    const pending = this.#pending;
    this.#pending = [];
    for (const one of pending) {
      const check = await checkClaim(one.claim, one.set, one.subject, this.#facts());
      if (check) this.#emit({ type: 'claim-checked', step: one.owner, check });
      else this.#pending.push(one);
    }
  }

  /** Tells which choices came true. @returns their numbers, from 0 */
  async judge(prediction: Prediction): Promise<readonly number[]> {
    const right: number[] = [];
    for (const [index, choice] of prediction.choices.entries()) {
      if (await holds(choice.when, prediction.step, this.#facts())) right.push(index);
    }
    this.#emit({ type: 'prediction-judged', prediction: prediction.id, right });
    return right;
  }

  /** Its sessions, for what is no step of the lesson. @throws {EngineError} */
  get run(): Run {
    return this.#open();
  }

  /** At the end of the lesson: claims about steps that never ended do not hold. */
  finish(): void {
    for (const { claim, owner, subject } of this.#pending) {
      const { file, line, column } = claim.position;
      const check = {
        file,
        line,
        column,
        ok: false,
        claimed: claim.kind,
        happened: `step ${subject} never ended`,
      };
      this.#emit({ type: 'claim-checked', step: owner, check });
    }
    this.#pending = [];
  }

  /** Asks over a connection that is no session of the lesson. @throws {PostgresError} */
  observe(sql: string, values: readonly QueryValue[] = []): Promise<(string | null)[][]> {
    return this.#open().observe(sql, values);
  }

  /** Cancels one step, or with null all that are in flight. */
  async cancel(step: string | null): Promise<void> {
    await this.#run?.cancel(step);
  }

  /** Ends the sessions, so that work under way comes to its end; `fresh` brings the stage back. */
  async hush(): Promise<void> {
    await this.#run?.close();
  }

  /** Ends the sessions and drops the database. Idempotent, never rejects. */
  close(): Promise<void> {
    this.#closed = true;
    const [run, scratch] = [this.#run, this.#scratch];
    this.#run = null;
    this.#scratch = null;
    // Whoever closes waits for all of it, also for what an earlier call is still busy with.
    this.#closing = this.#closing.then(async () => {
      await run?.close().catch(() => {});
      await scratch?.drop().catch(() => {});
    });
    return this.#closing;
  }

  #open(): Run {
    if (!this.#run) throw new EngineError('the lesson has no database');
    return this.#run;
  }

  #facts(): Facts {
    const run = this.#open();
    return {
      timeline: this.#timeline(),
      major: this.#server.info.major,
      observe: (sql) => run.observe(sql),
    };
  }
}

/** Sessions whose loss a step claims, in any of its sets. */
export const expectedLosses = (step: SqlStep): string[] =>
  step.claims.flatMap((set) => set.claims.flatMap((claim) => (claim.kind === 'lost' ? claim.sessions : [])));
