import { EngineError } from './error.ts';

type Waiter = {
  readonly ready: () => boolean;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
  /** Whether it has to be known who is blocked. */
  readonly looks: boolean;
};

/** Those who wait for something to come true in a run, until it has, or cannot any more. */
export class Waiters {
  #waiting: readonly Waiter[] = [];
  /** Why nothing will come true any more. */
  #gone: string | null = null;

  /** Whether somebody has to know who is blocked. */
  get look(): boolean {
    return this.#waiting.some(({ looks }) => looks);
  }

  /** Resolves when `ready` says so, which is asked at once and with each `check`. @throws {EngineError} after `abort` */
  until(ready: () => boolean, looks: boolean): Promise<void> {
    return new Promise((done, fail) => {
      if (this.#gone !== null) return fail(new EngineError(this.#gone));
      this.#waiting = [...this.#waiting, { ready, done, fail, looks }];
      this.check();
    });
  }

  /** The same, but at most for `deadline` ms. */
  async within(deadline: number, ready: () => boolean, looks: boolean): Promise<void> {
    const began = performance.now();
    const timer = setTimeout(() => this.check(), deadline + 1);
    const late = (): boolean => performance.now() - began > deadline;
    await this.until(() => ready() || late(), looks).finally(() => clearTimeout(timer));
  }

  /** Wakes those who wait for something that has come true. */
  check(): void {
    const ready = this.#waiting.filter((waiter) => waiter.ready());
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((waiter) => !ready.includes(waiter));
    for (const { done } of ready) done();
  }

  abort(reason: string): void {
    this.#gone = reason;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { fail } of waiting) fail(new EngineError(reason));
  }
}
