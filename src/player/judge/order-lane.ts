import type { ExerciseCheck } from '../../lesson/types.ts';
import { reasonOf } from '../../text/error-words.ts';
import type { StepState, TimelineState } from '../../timeline/state.ts';
import type { Orders } from '../every-order.ts';
import { whyBusy } from '../orders.ts';
import type { ReadAnswer } from './answer.ts';
import type { Difference } from './compare-results.ts';
import { brokenExercise, type Ground } from './ground.ts';

type InterleaveCheck = Extract<ExerciseCheck, { kind: 'interleave' }>;

/** A session and its statements. */
export type Player = { readonly session: string; readonly statements: readonly string[] };

export type LaneOptions = {
  readonly check: InterleaveCheck;
  readonly players: readonly Player[];
  /** What they run, without doubles. */
  readonly answers: readonly ReadAnswer[];
};

/**
 * A ring of waits is broken so soon: it is met in many orders, and each would take the usual second. And no commit waits for the
 * disk, since nobody misses these databases after a power cut.
 */
const settings = [
  `select set_config('synchronous_commit', 'off', false)`,
  `select set_config('deadlock_timeout', '40ms', false) from pg_roles where rolname = current_user and rolsuper`,
];

/** How often a session runs its transaction again. */
const retries = 3;

const inFailedTransaction = '25P02';

/** Plays orders of what several sessions do on one ground, over and over. */
export class OrderLane implements Orders {
  readonly #ground: Ground;
  readonly #options: LaneOptions;
  /** Backends in which the settings above were made. */
  #set: ReadonlySet<number> = new Set();
  /** Ids of this order's steps, for each player. */
  #sent: string[][] = [];
  #failed: (StepState | null)[] = [];
  /** How the last order that was played breaks the invariant. */
  difference: Difference | null = null;

  constructor(ground: Ground, options: LaneOptions) {
    this.#ground = ground;
    this.#options = options;
  }

  readonly begin = async (): Promise<void> => {
    const { players, answers } = this.#options;
    await this.#ground.ready();
    for (const answer of answers) await this.#ground.spoilBy(answer);
    const { run, timeline } = this.#ground.bench;
    for (const { session } of players) {
      const pid = timeline.sessions.find(({ name }) => name === session)?.pid;
      if (pid !== undefined && this.#set.has(pid)) continue;
      for (const sql of settings) await run.ask(session, sql);
    }
    this.#set = new Set(this.#ground.bench.timeline.sessions.map(({ pid: one }) => one));
    this.#sent = players.map(() => []);
    this.#failed = players.map(() => null);
  };

  readonly isBusy = (list: number): boolean => {
    const session = this.#options.players[list]?.session ?? '';
    return whyBusy(session, this.#ground.bench.timeline) !== null;
  };

  readonly send = async (list: number, index: number): Promise<void> => {
    const player = this.#options.players[list];
    const sql = player?.statements[index];
    if (!player || sql === undefined || this.#failure(list)) return;
    const { step } = await this.#ground.send(player.session, sql);
    this.#sent[list]?.push(step);
    // Others may have ended meanwhile.
    for (const other of this.#sent.keys()) await this.#giveUp(other);
  };

  readonly conclude = async (order: readonly number[]): Promise<boolean> => {
    await this.#retry();
    this.difference = this.#trouble(order) ?? (await this.#invariant());
    return this.difference === null;
  };

  #failure(list: number): StepState | null {
    return this.#failed[list] ?? null;
  }

  /** A session whose statement has failed rolls back, as an application does, and sends no more. */
  async #giveUp(list: number): Promise<void> {
    const player = this.#options.players[list];
    if (!player || this.#failure(list)) return;
    const failed = (this.#sent[list] ?? [])
      .map((id) => this.#ground.step(id))
      .find((step) => step?.error && step.error.sqlstate !== inFailedTransaction);
    if (!failed) return;
    this.#failed[list] = failed;
    const { sessions } = this.#ground.bench.timeline;
    const open = sessions.some(({ name, transaction }) => name === player.session && transaction !== 'idle');
    if (open) await this.#ground.send(player.session, 'rollback');
  }

  /** Those that failed in a way that is worth another try have one, one after the other. */
  async #retry(): Promise<void> {
    const { players, check } = this.#options;
    for (const list of players.keys()) await this.#giveUp(list);
    for (const [list, player] of players.entries()) {
      for (let count = 0; count < retries; count += 1) {
        const failed = this.#failure(list);
        if (!failed?.error || !check.retry.includes(failed.error.sqlstate) || this.isBusy(list)) break;
        this.#failed[list] = null;
        this.#sent[list] = [];
        for (const index of player.statements.keys()) {
          if (this.isBusy(list)) break;
          await this.send(list, index);
        }
      }
    }
  }

  /** An error that may not be, or a session that waits for good. */
  #trouble(order: readonly number[]): Difference | null {
    const { players, check } = this.#options;
    const evidence = { kind: 'timeline', timeline: this.#timeline(), invariant: null } as const;
    for (const [list, { session }] of players.entries()) {
      const error = this.#failure(list)?.error;
      if (error && ![...check.allow, ...check.retry].includes(error.sqlstate))
        return {
          kind: 'interleave',
          sentence: `In one order of the statements ${session} fails with ${error.sqlstate}: ${error.message}`,
          evidence,
        };
      if (error && check.retry.includes(error.sqlstate) && !check.allow.includes(error.sqlstate))
        return {
          kind: 'interleave',
          sentence: `In one order of the statements ${session} fails with ${error.sqlstate} however often it tries again.`,
          evidence,
        };
      if (this.isBusy(list))
        return {
          kind: 'interleave',
          sentence: `In one order of the statements ${session} waits for somebody who does nothing any more.`,
          evidence,
        };
    }
    const total = players.reduce((sum, { statements }) => sum + statements.length, 0);
    return order.length < total
      ? { kind: 'interleave', sentence: 'In one order of the statements nobody can go on.', evidence }
      : null;
  }

  async #invariant(): Promise<Difference | null> {
    const { check, players } = this.#options;
    const sql = check.invariant.trim().replace(/;$/, '');
    let got: string | null;
    try {
      const rows = await this.#ground.bench.run.observe(sql);
      got = rows.length === 1 ? (rows[0]?.[0] ?? null) : `${rows.length} rows`;
    } catch (error) {
      throw brokenExercise(check.position, `invariant: ${reasonOf(error)}`);
    }
    if (got === 't') return null;
    const timeline = this.#timeline();
    const open = timeline.sessions.some(
      ({ name, transaction }) => players.some(({ session }) => session === name) && transaction !== 'idle',
    );
    const still = open ? ' A transaction is still open: it has to be committed.' : '';
    return {
      kind: 'interleave',
      sentence: `In one order of the statements this is not true at the end: ${sql}.${still}`,
      evidence: { kind: 'timeline', timeline, invariant: { sql, got } },
    };
  }

  /** What has happened in this order alone. */
  #timeline(): TimelineState {
    const { timeline } = this.#ground.bench;
    const names = this.#options.players.map(({ session }) => session);
    const steps = timeline.steps.filter(({ page }) => page === null);
    const from = steps[0]?.sentAt ?? timeline.at;
    return {
      ...timeline,
      steps,
      sessions: timeline.sessions.filter(({ name }) => names.includes(name)),
      commits: timeline.commits.filter(({ at }) => at >= from),
      samples: timeline.samples.filter(({ at }) => at >= from),
    };
  }
}
