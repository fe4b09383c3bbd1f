import { releaseInWords } from '../draw/words.ts';
import type { Block, Exercise, Lesson, Prediction, ViewStep } from '../lesson/types.ts';
import {
  currentPage,
  type Exercises,
  initialPlayerState,
  isStep,
  nextStep,
  type PlayerState,
  pageIndex,
  reducePlayer,
  visibleBlocks,
} from '../player/state.ts';
import type { RunEvent } from '../timeline/events.ts';
import type { StepState, Wait } from '../timeline/state.ts';
import type { Item } from './items.ts';

const stepState = (state: PlayerState, id: string): StepState | undefined =>
  state.timeline.steps.findLast((step) => step.step === id);

const openWait = (step: StepState | undefined): Wait | undefined =>
  step?.waits.find((wait) => wait.to === null);

/** A step has ended, or whatever it released has been released. */
const ends: ReadonlySet<RunEvent['type']> = new Set([
  'step-finished',
  'step-failed',
  'step-cancelled',
  'step-blocked',
  'step-settled',
]);

const failedSql = (step: StepState): string => step.statements[(step.error?.statement ?? 1) - 1] ?? step.sql;

/**
 * Tells a run as it happens: each event gives what there is to append. Nothing said is ever changed, so what the
 * learner should read next (prose, a question) is told when the step before it has been dealt with.
 */
export class Narrator {
  #state: PlayerState;
  #told = new Set<Block>();
  /** Waits whose end was told. */
  #toldWaits = new Set<string>();
  #titled = false;
  /** The page the state is on has been announced. */
  #onPage = false;
  /** The step sent last, until it has ended or waits. */
  #current: string | null = null;
  /** What it released by then. */
  #released: Item[] = [];

  /** @param exercises how they stood when the lesson was last left */
  constructor(lesson: Lesson, exercises: Exercises = {}) {
    this.#state = initialPlayerState(lesson, exercises);
  }

  get state(): PlayerState {
    return this.#state;
  }

  /** Whether the learner knows where they are; between opening or resetting and that, there is nothing to ask. */
  get onPage(): boolean {
    return this.#onPage;
  }

  /** What to append for one more event. */
  take(event: RunEvent): readonly Item[] {
    const before = this.#state;
    // What stands before a step on the page is told before the step; after the reduction it would be too late.
    const first = before.phase === 'replaying' ? [] : this.#before(event);
    this.#state = reducePlayer(before, event);
    if (event.type === 'run-started' || event.type === 'replay-started') this.#onPage = false;
    if (before.phase === 'replaying' && event.type !== 'replay-finished') return this.#duringReplay(event);
    return this.#inOrder(event, [...first, ...this.#tell(event, before)]);
  }

  /**
   * A step and the one that it releases may end in either order, within a millisecond. What was done is told before
   * what came of it, so that a run reads the same each time.
   */
  #inOrder(event: RunEvent, items: readonly Item[]): readonly Item[] {
    if (event.type === 'step-sent') {
      const released = this.#release();
      this.#current = event.step;
      return [...released, ...items];
    }
    const step = 'step' in event ? event.step : null;
    if (step === null) return items.length === 0 ? [] : [...this.#release(), ...items];
    if (step === this.#current) return ends.has(event.type) ? [...items, ...this.#release()] : items;
    const hasWaited = (stepState(this.#state, step)?.waits.length ?? 0) > 0;
    if (this.#current === null || !hasWaited) return items;
    this.#released.push(...items);
    return [];
  }

  #release(): readonly Item[] {
    const released = this.#released;
    this.#released = [];
    this.#current = null;
    return released;
  }

  /** The blocks of the page that may be seen by now and were not told. */
  reveal(): readonly Item[] {
    if (!this.#onPage || !['ready', 'running'].includes(this.#state.phase)) return [];
    const next = nextStep(this.#state);
    return visibleBlocks(this.#state).flatMap((block): Item[] => {
      if (this.#told.has(block) || isStep(block)) return [];
      this.#told.add(block);
      if (block.kind === 'compare') return [{ kind: 'compare', block, steps: this.#state.timeline.steps }];
      if (block.kind === 'exercise') {
        const status = this.#state.exercises[block.id] ?? null;
        return [{ kind: 'exercise', exercise: block, status }];
      }
      if (block.kind === 'prose') return [{ kind: 'prose', nodes: block.nodes }];
      // A question whose step has run is no question any more.
      if (block.kind === 'prediction' && block.step === next?.id)
        return [{ kind: 'question', prediction: block }];
      return [];
    });
  }

  #before(event: RunEvent): readonly Item[] {
    if (['step-sent', 'exercise-judged', 'lesson-finished'].includes(event.type)) return this.reveal();
    if (event.type === 'page-entered' && event.page !== this.#state.page) {
      return [...this.reveal(), ...this.#pageEnd()];
    }
    return [];
  }

  #duringReplay(event: RunEvent): readonly Item[] {
    switch (event.type) {
      case 'session-lost':
      case 'server-lost':
      case 'run-failed':
        return this.#state.phase === 'broken' ? [{ kind: 'broken', reason: this.#state.problem ?? '' }] : [];
      default:
        return [];
    }
  }

  #page(): readonly Item[] {
    const { lesson } = this.#state;
    const page = currentPage(this.#state);
    this.#told.clear();
    if (!page) return [];
    this.#onPage = true;
    return [{ kind: 'page', page, number: pageIndex(lesson, page.id) + 1, total: lesson.pages.length }];
  }

  #pageEnd(): readonly Item[] {
    const { timeline, page } = this.#state;
    const views = new Set(
      currentPage(this.#state)?.blocks.flatMap((block) => (block.kind === 'view' ? block.id : [])),
    );
    const steps = timeline.steps.filter((step) => step.page === page && !views.has(step.step));
    const sessions = this.#state.lesson.sessions.filter((name) =>
      steps.some((step) => step.session === name),
    );
    return sessions.length < 2 ? [] : [{ kind: 'timeline', timeline: { ...timeline, steps }, sessions }];
  }

  #block<T extends Block>(test: (block: Block) => block is T): T | undefined {
    return this.#state.lesson.pages.flatMap((page) => page.blocks).find(test);
  }

  #tell(event: RunEvent, before: PlayerState): readonly Item[] {
    const state = this.#state;
    switch (event.type) {
      case 'run-started': {
        if (this.#titled) return [];
        this.#titled = true;
        return [{ kind: 'title', lesson: state.lesson, server: state.server }];
      }
      case 'database-ready':
        return event.reason === 'reset' ? [{ kind: 'fresh-database' }, ...this.#page()] : [];
      case 'replay-finished':
      case 'page-entered':
        return state.phase === 'replaying' ? [] : this.#page();
      case 'step-sent': {
        const view = this.#view(event.step);
        return view ? [] : [{ kind: 'step', session: event.session, sql: event.sql }];
      }
      case 'prediction-judged': {
        const prediction = this.#block(
          (block): block is Prediction => block.kind === 'prediction' && block.id === event.prediction,
        );
        const choice = state.predictions[event.prediction]?.choice ?? null;
        return prediction ? [{ kind: 'verdict', prediction, choice, right: event.right }] : [];
      }
      case 'exercise-judged': {
        const exercise = this.#block(
          (block): block is Exercise => block.kind === 'exercise' && block.id === event.exercise,
        );
        const { answer, sentence } = event;
        return exercise ? [{ kind: 'judged', exercise, answer, sentence }] : [];
      }
      case 'exercise-skipped':
        return [{ kind: 'exercise-skipped' }];
      case 'claim-checked':
        return event.check.ok ? [] : [{ kind: 'false-claim', check: event.check }];
      case 'notification': {
        const { session, channel, payload, pid } = event;
        return [{ kind: 'notification', session, channel, payload, pid }];
      }
      case 'notice':
        return [{ kind: 'notice', session: event.session, notice: event.notice }];
      case 'session-lost':
        return [{ kind: 'lost', session: event.session, reason: event.reason }];
      case 'server-lost':
        return [{ kind: 'broken', reason: event.reason }];
      case 'run-failed':
        return [{ kind: 'broken', reason: event.message }];
      case 'lesson-finished':
        return [...this.#pageEnd(), { kind: 'end', lesson: state.lesson }];
      default:
        return 'step' in event ? this.#tellStep(event, before) : [];
    }
  }

  #view(id: string): ViewStep | undefined {
    return this.#block((block): block is ViewStep => block.kind === 'view' && block.id === id);
  }

  #tellStep(event: RunEvent & { readonly step: string | null }, before: PlayerState): readonly Item[] {
    if (event.step === null) return [];
    const step = stepState(this.#state, event.step);
    const earlier = stepState(before, event.step);
    if (!step) return [];
    const { session } = step;
    switch (event.type) {
      case 'statement-sent':
        return [{ kind: 'statement', session, sql: event.sql }];
      case 'step-blocked':
        return [
          { kind: 'waits', session, by: event.by, lock: event.lock, again: openWait(earlier) !== undefined },
        ];
      case 'step-unblocked':
        return this.#waited(step, event);
      case 'statement-finished': {
        const isPlan = step.plan !== null && event.result.rows[0]?.[0] === step.plan;
        const result: Item = isPlan
          ? { kind: 'plan', plan: step.plan }
          : { kind: 'result', session, result: event.result };
        return [...this.#waited(step, event), result];
      }
      case 'step-failed':
        return [
          ...this.#waited(step, event),
          { kind: 'error', session, error: event.error, sql: failedSql(step) },
        ];
      case 'step-cancelled':
        return [...this.#waited(step, event), { kind: 'cancelled', session }];
      case 'step-finished': {
        const view = this.#view(step.step);
        const picture: readonly Item[] =
          view && step.view ? [{ kind: 'view', step: view, view: step.view }] : [];
        return [...this.#waited(step, event), ...picture];
      }
      default:
        return [];
    }
  }

  /**
   * That a wait is over, if this event shows it. A result shows it too: it may come before the server was asked
   * again who waits.
   */
  #waited(step: StepState, event: RunEvent): readonly Item[] {
    const wait = step.waits.at(-1);
    if (!wait) return [];
    const key = `${step.step} ${step.sentAt} ${wait.from}`;
    if (this.#toldWaits.has(key)) return [];
    this.#toldWaits.add(key);
    const last = this.#state.timeline.steps.at(-1);
    const endedDuring = wait.to === null && last !== step ? (last?.step ?? null) : wait.endedDuring;
    const release = releaseInWords({ ...wait, endedDuring }, step, this.#state.timeline);
    return [
      { kind: 'waited', session: step.session, by: wait.by, ms: (wait.to ?? event.at) - wait.from, release },
    ];
  }
}
