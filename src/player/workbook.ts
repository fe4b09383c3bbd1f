import type { Exercise, Lesson } from '../lesson/types.ts';
import type { Server } from '../postgres/types.ts';
import { withRemedy } from '../text/error-words.ts';
import type { EventBody } from '../timeline/events.ts';
import type { Judge } from './judge-state.ts';
import { noWork, type Work, type Workbook, type Works, workOn } from './workbook-state.ts';

/** The exercises of a lesson as one learner does them. One judge at a time is kept; with it, its databases. */
class LiveWorkbook implements Workbook {
  readonly #lesson: Lesson;
  readonly #server: () => Promise<Server>;
  readonly #emit: (body: EventBody) => void;
  readonly #listeners = new Set<() => void>();
  #works: Works = {};
  #judge: { readonly exercise: string; readonly judge: Promise<Judge> } | null = null;
  #abort: AbortController | null = null;
  #ending: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(lesson: Lesson, server: () => Promise<Server>, emit: (body: EventBody) => void) {
    this.#lesson = lesson;
    this.#server = server;
    this.#emit = emit;
  }

  getState(): Works {
    return this.#works;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  open(exercise: string): void {
    // Whoever turns to another exercise has left the one before.
    if (this.#judge?.exercise !== exercise) this.cancel();
    // What is wrong comes up when an answer is run.
    void this.#judgeOf(exercise)
      .then((judge) => judge.warmUp())
      .catch(() => {});
  }

  tryOut(exercise: string, answer: string): void {
    this.#work(exercise, answer, 'trying', async (judge, signal) => {
      const options = {
        signal,
        onChange: (tryOut: Work['tryOut']) => this.#change(exercise, { tryOut }),
      };
      const tryOut = await judge.tryOut(answer, options);
      this.#change(exercise, { tryOut });
    });
  }

  judge(exercise: string, answer: string): void {
    this.#work(exercise, answer, 'checking', async (judge, signal) => {
      const verdict = await judge.judge(answer, {
        signal,
        onProgress: (progress) => this.#change(exercise, { progress }),
      });
      this.#change(exercise, { verdict, phase: 'idle' });
      if (verdict.outcome === 'cancelled' || this.#closed) return;
      const passed = verdict.outcome === 'passed';
      const sentence = passed ? null : verdict.sentence;
      this.#emit({ type: 'exercise-judged', exercise, answer, passed, sentence });
    });
  }

  hint(exercise: string): void {
    const count = this.#exercise(exercise)?.hints.length ?? 0;
    const { hints } = workOn(this.#works, exercise);
    if (hints < count) this.#change(exercise, { hints: hints + 1 });
  }

  cancel(): void {
    this.#abort?.abort();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.cancel();
    this.#drop();
    await this.#ending;
  }

  #work(
    exercise: string,
    answer: string,
    phase: 'trying' | 'checking',
    work: (judge: Judge, signal: AbortSignal) => Promise<void>,
  ): void {
    if (this.#abort || this.#closed || !this.#exercise(exercise)) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#change(exercise, { phase, answer, tryOut: null, verdict: null, progress: null, problem: null });
    const known = this.#judge?.exercise === exercise;
    const attempt = async (): Promise<void> => work(await this.#judgeOf(exercise), abort.signal);
    const run = async (): Promise<void> => {
      try {
        await attempt().catch(async (error: unknown) => {
          this.#drop();
          // The server may have been gone since, and with it what the judge had made ready: it is revived.
          if (!known || abort.signal.aborted) throw error;
          await attempt();
        });
      } catch (error) {
        this.#drop();
        this.#change(exercise, { problem: withRemedy(error) });
      } finally {
        this.#abort = null;
        this.#change(exercise, { phase: 'idle', progress: null });
      }
    };
    void run();
  }

  async #judgeOf(exercise: string): Promise<Judge> {
    if (this.#judge?.exercise === exercise) return this.#judge.judge;
    this.#drop();
    const make = async (): Promise<Judge> => {
      const found = this.#exercise(exercise);
      if (!found) throw new Error(`there is no exercise ${exercise}`);
      const [{ createJudge }, server] = await Promise.all([import('./judge.ts'), this.#server()]);
      await server.revive();
      return createJudge({ lesson: this.#lesson, exercise: found, server });
    };
    const judge = make();
    this.#judge = { exercise, judge };
    // One that could not be made is not kept.
    judge.catch(() => {
      if (this.#judge?.judge === judge) this.#judge = null;
    });
    return judge;
  }

  #drop(): void {
    const old = this.#judge;
    this.#judge = null;
    if (old)
      this.#ending = this.#ending.then(async () => {
        await old.judge.then((judge) => judge.close()).catch(() => {});
      });
  }

  #exercise(id: string): Exercise | undefined {
    return this.#lesson.pages
      .flatMap((page) => page.blocks)
      .find((block): block is Exercise => block.kind === 'exercise' && block.id === id);
  }

  #change(exercise: string, change: Partial<Work>): void {
    this.#works = { ...this.#works, [exercise]: { ...(this.#works[exercise] ?? noWork), ...change } };
    for (const listener of this.#listeners) listener();
  }
}

/** @param server the lesson's, which stays open; asked for when something is run */
export const createWorkbook = (
  lesson: Lesson,
  server: () => Promise<Server>,
  emit: (body: EventBody) => void,
): Workbook => new LiveWorkbook(lesson, server, emit);
