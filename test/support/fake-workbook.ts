import type { Lesson } from '../../src/lesson/types.ts';
import { noWork, type Work, type Workbook, type Works } from '../../src/player/workbook-state.ts';
import type { RunEvent } from '../../src/timeline/events.ts';
import { FakePlayer } from './fake-player.ts';

/** A workbook that notes what it is asked for, and shows what it is given. */
export class FakeWorkbook implements Workbook {
  readonly asked: string[] = [];
  /** What becomes of an answer at once; without it, it runs on. */
  answer: (how: 'trying' | 'checking', answer: string) => Partial<Work> | null = () => null;
  #works: Works = {};
  readonly #listeners = new Set<() => void>();

  getState(): Works {
    return this.#works;
  }
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  show(exercise: string, change: Partial<Work>): void {
    this.#works = { ...this.#works, [exercise]: { ...(this.#works[exercise] ?? noWork), ...change } };
    for (const listener of this.#listeners) listener();
  }
  open(exercise: string): void {
    this.asked.push(`open ${exercise}`);
  }
  tryOut(exercise: string, answer: string): void {
    this.#begin('trying', exercise, answer);
  }
  judge(exercise: string, answer: string): void {
    this.#begin('checking', exercise, answer);
  }
  hint(exercise: string): void {
    this.show(exercise, { hints: (this.#works[exercise]?.hints ?? 0) + 1 });
  }
  cancel(): void {
    this.asked.push('cancel');
  }
  async close(): Promise<void> {}

  #begin(phase: 'trying' | 'checking', exercise: string, answer: string): void {
    this.asked.push(`${phase}: ${answer}`);
    this.show(exercise, { phase, answer, tryOut: null, verdict: null, progress: null, problem: null });
    const end = this.answer(phase, answer);
    if (end) this.show(exercise, { ...end, phase: 'idle' });
  }
}

/** A recording with a workbook beside it. Solutions and skipping are as with the real one. */
export class PlayerWithWorkbook extends FakePlayer {
  readonly workbook = new FakeWorkbook();

  constructor(lesson: Lesson, events: readonly RunEvent[]) {
    super(lesson, events);
    this.answer = (intent) => {
      if (intent.type === 'show-solution') this.emit({ type: 'solution-shown', exercise: intent.exercise });
      if (intent.type === 'skip-exercise') this.emit({ type: 'exercise-skipped', exercise: intent.exercise });
    };
  }

  /** The answer passes. */
  pass(exercise: string, answer: string): void {
    this.workbook.show(exercise, {
      phase: 'idle',
      verdict: { outcome: 'passed', warnings: [], orders: 0 },
    });
    this.emit({ type: 'exercise-judged', exercise, answer, passed: true, sentence: null });
  }
}
