import type { Lesson } from '../../src/lesson/types.ts';
import {
  type Intent,
  initialPlayerState,
  type Player,
  type PlayerState,
  reducePlayer,
} from '../../src/player/state.ts';
import type { EventBody, RunEvent } from '../../src/timeline/events.ts';

/** A player that plays back events and writes down what it is asked for. */
export class FakePlayer implements Player {
  readonly intents: Intent[] = [];
  closed = false;
  #state: PlayerState;
  readonly #listeners = new Set<() => void>();
  #seq = 0;
  #at = 0;
  /** What follows an intent, by its type; without it nothing happens. */
  answer: (intent: Intent, player: FakePlayer) => void = () => {};

  constructor(lesson: Lesson, events: readonly RunEvent[] = []) {
    this.#state = initialPlayerState(lesson);
    for (const event of events) this.play(event);
  }

  getState(): PlayerState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispatch(intent: Intent): void {
    this.intents.push(intent);
    this.answer(intent, this);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  play(event: RunEvent): void {
    this.#seq = event.seq;
    this.#at = event.at;
    this.#state = reducePlayer(this.#state, event);
    for (const listener of this.#listeners) listener();
  }

  emit(...bodies: EventBody[]): void {
    for (const body of bodies) this.play({ seq: this.#seq + 1, at: this.#at + 1, ...body });
  }
}
