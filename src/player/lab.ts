import type { Lesson, Prediction } from '../lesson/types.ts';
import type { Server } from '../postgres/types.ts';
import { withRemedy } from '../text/error-words.ts';
import { emptyTimeline } from '../timeline/state.ts';
import { Bench } from './bench.ts';
import { defaultBound, explore } from './explore.ts';
import { type Choice, emptyLab, type Lab, type LabState, type Retry, type WhatIf } from './lab-state.ts';
import { type PageSteps, pageSteps, whyBusy } from './orders.ts';
import { pageIndex } from './state.ts';

const noSteps: PageSteps = { lists: [], tail: [], own: [] };

/** What a learner tries beside the lesson. One thing at a time; a new one gives up the one before. */
class LiveLab implements Lab {
  readonly #lesson: Lesson;
  readonly #server: () => Promise<Server>;
  readonly #listeners = new Set<() => void>();
  #state: LabState = emptyLab;
  /** Gives up what is under way. */
  #stop: () => void = () => {};
  #bench: Bench | null = null;
  #steps: PageSteps = noSteps;
  #work: Promise<void> = Promise.resolve();
  #generation = 0;
  #closed = false;

  constructor(lesson: Lesson, server: () => Promise<Server>) {
    this.#lesson = lesson;
    this.#server = server;
  }

  getState(): LabState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  startWhatIf(page: string): void {
    const generation = this.#restart({
      ...emptyLab,
      whatIf: {
        page,
        phase: 'starting',
        problem: null,
        timeline: emptyTimeline,
        order: [],
        choices: [],
        tables: [],
      },
    });
    this.#do(generation, async () => {
      const server = await this.#server();
      if (generation !== this.#generation) return;
      const onChange = (): void => {
        if (generation === this.#generation) this.#update({ timeline: bench.timeline });
      };
      const bench = new Bench(this.#lesson, server, { onChange });
      this.#bench = bench;
      this.#stop = () => void bench.hush().catch(() => {});
      const found = this.#lesson.pages[pageIndex(this.#lesson, page)];
      this.#steps = found ? pageSteps(found, server.info.major) : noSteps;
      await bench.begin(page);
      await this.#settled(generation);
    });
  }

  pick(session: string): void {
    const { whatIf } = this.#state;
    const bench = this.#bench;
    const choice = whatIf?.choices.find((one) => one.session === session);
    const step = this.#steps.own.find((one) => one.id === choice?.step);
    if (whatIf?.phase !== 'ready' || !bench || !step || choice?.why !== null) return;
    const generation = this.#generation;
    this.#update({ phase: 'running', order: [...whatIf.order, step.id] });
    this.#do(generation, async () => {
      await bench.send(step);
      await this.#settled(generation);
    });
  }

  cancel(): void {
    void this.#bench?.cancel();
  }

  explore(page: string): void {
    const abort = new AbortController();
    const generation = this.#restart({
      ...emptyLab,
      exploration: {
        page,
        total: 0,
        played: 0,
        impossible: 0,
        outcomes: [],
        phase: 'running',
        problem: null,
      },
    });
    this.#stop = () => abort.abort();
    this.#do(generation, async () => {
      const server = await this.#server();
      await explore({
        lesson: this.#lesson,
        server,
        page,
        bound: defaultBound,
        signal: abort.signal,
        onProgress: (exploration) => {
          if (generation === this.#generation) this.#set({ ...emptyLab, exploration });
        },
      });
    });
  }

  halt(): void {
    if (this.#state.exploration?.phase === 'running') this.#stop();
  }

  retry(page: string, step: string, sql: string, then: readonly string[]): void {
    const before = this.#state.retry;
    if (before?.phase === 'running') return;
    const retry: Retry = {
      page,
      step,
      phase: 'running',
      problem: null,
      sql,
      timeline: emptyTimeline,
      right: null,
    };
    // The database of the run before can be made fresh more quickly than another one can be had.
    const generation = this.#restart({ ...emptyLab, retry }, before?.phase === 'done');
    const found = this.#lesson.pages[pageIndex(this.#lesson, page)];
    this.#do(generation, async () => {
      const server = await this.#server();
      const bench: Bench =
        this.#bench ??
        new Bench(this.#lesson, server, { onChange: () => this.#retried({ timeline: bench.timeline }) });
      this.#bench = bench;
      this.#stop = () => void bench.hush().catch(() => {});
      const { own, tail } = found ? pageSteps(found, server.info.major) : noSteps;
      const steps = [...own, ...tail];
      const at = steps.findIndex((one) => one.id === step);
      await bench.begin(page);
      for (const one of steps.slice(0, at)) await bench.send(one);
      for (const one of steps.slice(at, at + 1)) await bench.send({ ...one, sql });
      const question = found?.blocks.find(
        (block): block is Prediction => block.kind === 'prediction' && block.step === step,
      );
      const right = question ? await bench.judge(question) : null;
      for (const one of steps.slice(at + 1)) {
        if (then.includes(one.id) && whyBusy(one.session, bench.timeline) === null) await bench.send(one);
      }
      if (generation === this.#generation) this.#retried({ phase: 'done', right, timeline: bench.timeline });
    });
  }

  stop(): void {
    this.#restart(emptyLab);
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#restart(emptyLab);
    }
    await this.#work;
  }

  /** Ends what was before, and closes its database once it has ended, unless it is kept. */
  #restart(state: LabState, keepBench = false): number {
    this.#generation += 1;
    this.#stop();
    this.#stop = () => {};
    const bench = keepBench ? null : this.#bench;
    if (!keepBench) this.#bench = null;
    if (bench) this.#work = this.#work.then(() => bench.close());
    this.#set(state);
    return this.#generation;
  }

  #do(generation: number, work: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (generation !== this.#generation || this.#closed) return;
      try {
        await work();
      } catch (error) {
        if (generation !== this.#generation) return;
        const problem = withRemedy(error);
        const { whatIf, exploration, retry } = this.#state;
        this.#set({
          retry: retry && { ...retry, phase: 'failed', problem },
          whatIf: whatIf && { ...whatIf, phase: 'failed', problem },
          exploration: exploration && { ...exploration, phase: 'failed', problem },
        });
      }
    });
  }

  /** After a step: who can go now. When nobody can or nothing is left, the looks at the end, and the tables. */
  async #settled(generation: number): Promise<void> {
    const { whatIf } = this.#state;
    const bench = this.#bench;
    if (generation !== this.#generation || !whatIf || !bench) return;
    const choices = this.#choices(whatIf.order, bench);
    if (choices.some((choice) => choice.why === null)) {
      this.#update({ phase: 'ready', choices, timeline: bench.timeline });
      return;
    }
    for (const step of this.#steps.tail) {
      if (whyBusy(step.session, bench.timeline) === null) await bench.send(step);
    }
    const tables = await bench.tables();
    if (generation === this.#generation)
      this.#update({ phase: 'done', choices, tables, timeline: bench.timeline });
  }

  #choices(order: readonly string[], bench: Bench): Choice[] {
    return this.#steps.lists.map((list): Choice => {
      const session = list[0]?.session ?? '';
      const step = list.find((one) => !order.includes(one.id));
      if (!step) return { session, step: null, sql: '', why: 'has no step left' };
      return { session, step: step.id, sql: step.sql, why: whyBusy(session, bench.timeline) };
    });
  }

  #update(change: Partial<WhatIf>): void {
    const { whatIf } = this.#state;
    if (whatIf) this.#set({ ...this.#state, whatIf: { ...whatIf, ...change } });
  }

  #retried(change: Partial<Retry>): void {
    const { retry } = this.#state;
    if (retry) this.#set({ ...this.#state, retry: { ...retry, ...change } });
  }

  #set(state: LabState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** @param server the lesson's, which stays open; asked for when something is tried */
export const createLab = (lesson: Lesson, server: () => Promise<Server>): Lab => new LiveLab(lesson, server);
