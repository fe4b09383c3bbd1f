import type { ExerciseCheck } from '../../lesson/types.ts';
import { reasonOf } from '../../text/error-words.ts';
import type { StepState, TimelineState } from '../../timeline/state.ts';
import type { Lane } from '../every-order.ts';
import { whyBusy } from '../orders.ts';
import type { Difference } from './compare-results.ts';
import { brokenExercise, type Ground } from './ground.ts';
import { Keeper } from './keeper.ts';

type InterleaveCheck = Extract<ExerciseCheck, { kind: 'interleave' }>;

/** A session and its statements. */
export type Player = { readonly session: string; readonly statements: readonly string[] };

export type LaneOptions = {
  readonly check: InterleaveCheck;
  readonly players: readonly Player[];
  /** Whether all that the players do is to change rows, so that those can be put back. */
  readonly rowsOnly: boolean;
  /** Told when an order does not keep the invariant. */
  readonly onBroken: (difference: Difference, order: readonly number[]) => void;
};

/**
 * A ring of waits is broken so soon: it is met in many orders, and each would take the usual second. And no commit waits for the
 * disk, since nobody misses these databases after a power cut.
 */
const settings = `
select set_config('synchronous_commit', 'off', false);
select set_config('deadlock_timeout', '40ms', false) from pg_roles where rolname = current_user and rolsuper`;

/** How often a session runs its transaction again. */
const retries = 3;

const inFailedTransaction = '25P02';

/** Plays orders of what several sessions do on one ground, over and over. */
export class OrderLane implements Lane {
  readonly #ground: Ground;
  readonly #options: LaneOptions;
  #keeper: Keeper | null = null;
  /** Whether the sessions are there and the state is as `ready` has made it but for rows. */
  #warm = false;
  /** Ids of this order's steps, for each player. */
  #sent: string[][] = [];
  #failed: (StepState | null)[] = [];
  #first = 0;

  constructor(ground: Ground, options: LaneOptions) {
    this.#ground = ground;
    this.#options = options;
  }

  readonly begin = async (): Promise<void> => {
    const { players, rowsOnly } = this.#options;
    if (this.#warm && !(await this.#putBack())) this.#warm = false;
    if (!this.#warm) {
      await this.#keeper?.close();
      this.#keeper = null;
      await this.#ground.ready(true);
      this.#ground.spoil();
      const { sessions } = this.#ground.bench.timeline;
      // What another session has locked cannot be put back.
      if (rowsOnly && sessions.every(({ transaction }) => transaction === 'idle'))
        this.#keeper = await Keeper.open(this.#ground.bench.run);
      for (const { session } of players)
        for (const sql of settings.split(';')) await this.#ground.ask(session, sql);
      this.#warm = true;
    }
    this.#sent = players.map(() => []);
    this.#failed = players.map(() => null);
    this.#first = this.#ground.bench.timeline.steps.length;
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
    const difference = (await this.#retry()) ?? this.#trouble(order) ?? (await this.#invariant());
    if (difference) this.#options.onBroken(difference, order);
    return difference === null;
  };

  async close(): Promise<void> {
    await this.#keeper?.close();
  }

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
  async #retry(): Promise<Difference | null> {
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
    return null;
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

  /** What has happened in this order alone, with the time that it began at taken for 0. */
  #timeline(): TimelineState {
    const { timeline } = this.#ground.bench;
    const steps = timeline.steps.slice(this.#first);
    const from = steps[0]?.sentAt ?? timeline.at;
    const names = this.#options.players.map(({ session }) => session);
    return {
      ...timeline,
      steps,
      sessions: timeline.sessions.filter(({ name }) => names.includes(name)),
      commits: timeline.commits.filter(({ at }) => at >= from),
      samples: timeline.samples.filter(({ at }) => at >= from),
    };
  }

  /** Ends what is open and brings the rows back. @returns false when another database is needed */
  async #putBack(): Promise<boolean> {
    const { players } = this.#options;
    if (!this.#keeper) return false;
    const { bench } = this.#ground;
    // An order that could not go on has left somebody waiting.
    if (players.some((_, list) => this.isBusy(list))) {
      await bench.cancel();
      await Promise.all(players.map(({ session }) => bench.run.ended(session)));
    }
    const { sessions } = bench.timeline;
    for (const { session } of players) {
      const known = sessions.find(({ name }) => name === session);
      if (!known || known.lost) return false;
      if (known.transaction !== 'idle') await this.#ground.ask(session, 'rollback');
    }
    return this.#keeper.restore();
  }
}
