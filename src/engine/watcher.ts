import type { Connection } from '../postgres/types.ts';
import type { LockTarget } from '../timeline/events.ts';
import { blockersSql, isolationBlockersSql, wantedLockSql } from './blocking.sql.ts';
import { lockTarget } from './lock-row.ts';

/** A backend that waits, and the backends of the run it waits for. `lock` is null when nobody asks for locks. */
export type Blocked = { readonly by: readonly number[]; readonly lock: LockTarget | null };

/** What one look at the server said: every watched pid that waits for another watched pid. */
export type Sighting = {
  /** Sends and ends counted when the look began; a sighting is stale when the count has moved on. */
  readonly epoch: number;
  readonly blocked: ReadonlyMap<number, Blocked>;
};

export type Watched = {
  /** All backends of the run. */
  readonly ours: () => readonly number[];
  /** Backends with a statement in flight. */
  readonly inFlight: () => readonly number[];
  /** Whether the run's progress depends on what is seen. */
  readonly awaited: () => boolean;
  /** Whether each wait is of interest by itself, with its lock: else nobody looks unless it is awaited. */
  readonly locks: boolean;
  /** Who counts as blocked: for a lesson, who waits for another session; for a spec, as isolationtester is told. */
  readonly rule: 'lesson' | 'spec';
};

/**
 * Milliseconds between two looks: growing while something runs, longer once all that is in flight waits, and longer
 * still when it has waited for so many looks (a sandbox that was left alone).
 */
const pause = { running: [1, 1, 2, 3, 5], waiting: 15, lasting: 60 } as const;
const lastingFrom = 200;

/**
 * Asks the server, over the control connection, who waits for whom, for as long as something is in flight.
 * Only backends of this run count, as waiters and as blockers.
 */
export class Watcher {
  readonly #control: Connection;
  readonly #watched: Watched;
  readonly #onSighting: (sighting: Sighting) => void;
  readonly #onFailure: (reason: string) => void;
  #epoch = 0;
  #last: ReadonlyMap<number, Blocked> = new Map();
  #looks = 0;
  #moment = 1;
  #timer: NodeJS.Timeout | null = null;
  #looking = false;
  #resting: (() => void)[] = [];
  #stopped = false;

  /** @param onFailure told when nothing will be seen any more */
  constructor(
    control: Connection,
    watched: Watched,
    onSighting: (sighting: Sighting) => void,
    onFailure: (reason: string) => void,
  ) {
    this.#control = control;
    this.#watched = watched;
    this.#onSighting = onSighting;
    this.#onFailure = onFailure;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Something has ended: what was seen before no longer counts, look at once. */
  ended(): void {
    this.#epoch++;
    this.#looks = 0;
    this.#clear();
    void this.#look();
  }

  /** A step was sent, and what was seen before no longer counts; most end within `moment` ms, before the first look. */
  sent(moment: number): void {
    this.#epoch++;
    this.#looks = 0;
    this.#moment = moment;
    this.#schedule(moment);
  }

  /** Somebody has begun to wait for what will be seen. */
  wanted(): void {
    if (!this.#timer) void this.#look();
  }

  /** Resolves when no look is under way, and so no snapshot of one is held. */
  async rested(): Promise<void> {
    if (this.#looking) await new Promise<void>((resolve) => this.#resting.push(resolve));
  }

  stop(): void {
    this.#stopped = true;
    this.#clear();
  }

  #clear(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(delay: number): void {
    this.#clear();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#look();
    }, delay);
  }

  async #look(): Promise<void> {
    if (this.#looking || this.#stopped) return;
    const pids = this.#watched.inFlight();
    if (pids.length === 0 || !(this.#watched.locks || this.#watched.awaited())) return;
    this.#looking = true;
    const epoch = this.#epoch;
    try {
      this.#last = await this.#ask(pids);
    } catch (error) {
      if (!this.#stopped) this.#onFailure(error instanceof Error ? error.message : String(error));
      this.#stopped = true;
    }
    this.#looking = false;
    for (const resolve of this.#resting.splice(0)) resolve();
    if (this.#stopped) return;
    this.#looks++;
    this.#onSighting({ epoch, blocked: this.#last });
    if (this.#timer) return;
    if (epoch !== this.#epoch) return void this.#look();
    const waiting = this.#watched.inFlight().every((pid) => this.#last.has(pid));
    const { running } = pause;
    if (waiting && !this.#watched.awaited())
      this.#schedule(this.#looks < lastingFrom ? pause.waiting : pause.lasting);
    else this.#schedule(Math.max(this.#moment, running[Math.min(this.#looks, running.length) - 1] ?? 1));
  }

  async #ask(pids: readonly number[]): Promise<ReadonlyMap<number, Blocked>> {
    const ours = this.#watched.ours();
    const { rule, locks } = this.#watched;
    const rows =
      rule === 'spec'
        ? await this.#control.rows(isolationBlockersSql, [pids, ours], 'isolation_blockers')
        : await this.#control.rows(blockersSql, [pids], 'blockers');
    const waiters = new Map<number, number[]>();
    for (const [pid, list, isBlocked] of rows) {
      const all = (list ?? '').split(',').filter(Boolean).map(Number);
      const by = [...new Set(all)].filter((other) => ours.includes(other));
      if (by.length > 0 || isBlocked === 't') waiters.set(Number(pid), by);
    }
    const blocked = new Map<number, Blocked>();
    if (waiters.size === 0) return blocked;
    if (!locks) return new Map([...waiters].map(([pid, by]) => [pid, { by, lock: null }]));
    // A waiter with no row here has been let go between the two questions.
    const wanted = await this.#control.rows(wantedLockSql, [[...waiters.keys()]], 'wanted_lock');
    for (const [pid, ...lock] of wanted) {
      const by = waiters.get(Number(pid));
      if (by) blocked.set(Number(pid), { by, lock: lockTarget(lock) });
    }
    return blocked;
  }
}
