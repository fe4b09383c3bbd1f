import type { Connection } from '../postgres/types.ts';
import type { LockTarget } from '../timeline/events.ts';
import { blockersSql, wantedLockSql } from './blocking.sql.ts';
import { lockTarget } from './lock-row.ts';

/** A backend that waits, and the backends it waits for. */
export type Blocked = { readonly by: readonly number[]; readonly lock: LockTarget };

/** What one look at the server said: every watched pid that waits for another watched pid. */
export type Sighting = {
  /** Sends and ends counted when the look began; a sighting is stale when the count has moved on. */
  readonly epoch: number;
  readonly blocked: ReadonlyMap<number, Blocked>;
};

/** Milliseconds between two looks: short while something runs, longer once all that is in flight waits. */
const pause = { running: 3, waiting: 15 } as const;

/**
 * Asks the server, over the control connection, who waits for whom, for as long as something is in flight.
 * Only backends of this run count, as waiters and as blockers.
 */
export class Watcher {
  readonly #control: Connection;
  /** All backends of the run. */
  readonly #ours: () => readonly number[];
  /** Backends with a statement in flight. */
  readonly #inFlight: () => readonly number[];
  readonly #onSighting: (sighting: Sighting) => void;
  #epoch = 0;
  #last: ReadonlyMap<number, Blocked> = new Map();
  #timer: NodeJS.Timeout | null = null;
  #looking = false;
  #stopped = false;

  constructor(
    control: Connection,
    ours: () => readonly number[],
    inFlight: () => readonly number[],
    onSighting: (sighting: Sighting) => void,
  ) {
    this.#control = control;
    this.#ours = ours;
    this.#inFlight = inFlight;
    this.#onSighting = onSighting;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Something was sent or has ended: what was seen before no longer counts, look again at once. */
  changed(): void {
    this.#epoch++;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking || this.#stopped) return;
    const pids = this.#inFlight();
    if (pids.length === 0) return;
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
    this.#onSighting({ epoch, blocked: this.#last });
    if (epoch !== this.#epoch) return void this.#look();
    const waiting = this.#inFlight().every((pid) => this.#last.has(pid));
    this.#timer = setTimeout(() => void this.#look(), waiting ? pause.waiting : pause.running);
  }

  async #ask(pids: readonly number[]): Promise<ReadonlyMap<number, Blocked>> {
    const ours = new Set(this.#ours());
    const waiters = new Map<number, number[]>();
    for (const [pid, list] of await this.#control.rows(blockersSql, [pids])) {
      const all = (list ?? '').split(',').filter(Boolean).map(Number);
      const by = [...new Set(all)].filter((other) => ours.has(other));
      if (by.length > 0) waiters.set(Number(pid), by);
    }
    const blocked = new Map<number, Blocked>();
    if (waiters.size === 0) return blocked;
    // A waiter with no row here has been let go between the two questions.
    for (const [pid, ...lock] of await this.#control.rows(wantedLockSql, [[...waiters.keys()]])) {
      const by = waiters.get(Number(pid));
      if (by) blocked.set(Number(pid), { by, lock: lockTarget(lock) });
    }
    return blocked;
  }
}
