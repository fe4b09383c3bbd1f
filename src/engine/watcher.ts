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

/** How long a statement that was just sent gets before the first look, ms; most have ended by then. */
const firstLook = 1;
/** Milliseconds between two looks: growing while something runs, longer once all that is in flight waits. */
const pause = { running: [1, 1, 2, 2, 3], waiting: 15 } as const;

/**
 * Asks the server, over the control connection, who waits for whom, for as long as something is in flight.
 * Only backends of this run count, as waiters and as blockers.
 */
export class Watcher {
  readonly #control: Connection;
  readonly #watched: Watched;
  readonly #onSighting: (sighting: Sighting) => void;
  #epoch = 0;
  #last: ReadonlyMap<number, Blocked> = new Map();
  #looks = 0;
  #timer: NodeJS.Timeout | null = null;
  #looking = false;
  #stopped = false;

  constructor(control: Connection, watched: Watched, onSighting: (sighting: Sighting) => void) {
    this.#control = control;
    this.#watched = watched;
    this.#onSighting = onSighting;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** What was seen before no longer counts: a step was sent (it gets a moment), or something has ended (look at once). */
  changed(what: 'sent' | 'ended'): void {
    this.#epoch++;
    this.#looks = 0;
    if (what === 'sent') this.#schedule(firstLook);
    else {
      this.#clear();
      void this.#look();
    }
  }

  /** Somebody has begun to wait for what will be seen. */
  wanted(): void {
    if (!this.#timer) void this.#look();
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
    } catch {
      // A control connection that is gone is reported by its own listener.
      this.#stopped = true;
    }
    this.#looking = false;
    if (this.#stopped) return;
    this.#looks++;
    this.#onSighting({ epoch, blocked: this.#last });
    if (this.#timer) return;
    if (epoch !== this.#epoch) return void this.#look();
    const waiting = this.#watched.inFlight().every((pid) => this.#last.has(pid));
    const { running } = pause;
    this.#schedule(
      waiting && !this.#watched.awaited()
        ? pause.waiting
        : (running[Math.min(this.#looks, running.length) - 1] ?? 1),
    );
  }

  async #ask(pids: readonly number[]): Promise<ReadonlyMap<number, Blocked>> {
    const ours = this.#watched.ours();
    const { rule, locks } = this.#watched;
    const rows =
      rule === 'spec'
        ? await this.#control.rows(isolationBlockersSql, [pids, ours])
        : await this.#control.rows(blockersSql, [pids]);
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
    for (const [pid, ...lock] of await this.#control.rows(wantedLockSql, [[...waiters.keys()]])) {
      const by = waiters.get(Number(pid));
      if (by) blocked.set(Number(pid), { by, lock: lockTarget(lock) });
    }
    return blocked;
  }
}
