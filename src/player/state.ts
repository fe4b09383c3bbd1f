import type { Block, Exercise, Lesson, Page, Prediction, Step } from '../lesson/types.ts';
import type { DatabaseCatalog } from '../timeline/database-catalog.ts';
import type { ClaimCheck, RunEvent } from '../timeline/events.ts';
import { reduceTimeline } from '../timeline/reduce.ts';
import { emptyTimeline, type TimelineState } from '../timeline/state.ts';
import type { Lab } from './lab-state.ts';
import type { Workbook } from './workbook-state.ts';

/** What the learner may ask for; the player turns it into work and events. */
export type Intent =
  /** Run the next step of the page; at its end, go to the next page; after the last, finish. */
  | { readonly type: 'next' }
  /** The previous page, as the learner first saw it: reset and silent replay. */
  | { readonly type: 'back' }
  | { readonly type: 'go'; readonly page: string }
  /** This page again from its start. */
  | { readonly type: 'reset' }
  /** Choice from 0; null skips. Changing one's mind before the step runs is allowed. */
  | { readonly type: 'predict'; readonly choice: number | null }
  /** The solution of an exercise. From then on it cannot be passed any more. */
  | { readonly type: 'show-solution'; readonly exercise: string }
  /** Go on without an answer. */
  | { readonly type: 'skip-exercise'; readonly exercise: string }
  /** Cancel what is running, as Ctrl+C in psql does. */
  | { readonly type: 'cancel' };

export type Phase =
  /** Server, database and setup are on their way. */
  | 'starting'
  | 'ready'
  /** A step was sent and has not settled. */
  | 'running'
  /** Reset and silent replay. */
  | 'replaying'
  /** The server or a session is gone, or setup failed: only reset and leaving make sense. */
  | 'broken'
  | 'finished';

export type PredictionState = {
  /** From 0; null: skipped. */
  readonly choice: number | null;
  /** Choices that match what happened; null: not judged yet. */
  readonly right: readonly number[] | null;
};

/** How an exercise stands once the learner is done with it. */
export type ExerciseStatus = 'passed' | 'shown' | 'skipped';

/** By exercise id; one that is not there is still to be done. */
export type Exercises = Readonly<Record<string, ExerciseStatus>>;

/** An answer that passes after the solution was shown is not the learner's own; what was passed stays so. */
export const exerciseStatus = (before: ExerciseStatus | undefined, now: ExerciseStatus): ExerciseStatus =>
  before === undefined || before === 'skipped' ? now : before;

export type PlayerState = {
  readonly lesson: Lesson;
  readonly phase: Phase;
  /** Why the phase is `broken`. */
  readonly problem: string | null;
  readonly server: { readonly version: string; readonly major: number; readonly own: boolean } | null;
  readonly database: string | null;
  readonly page: string;
  /** Ids of the steps of this page that have run, in order. */
  readonly ran: readonly string[];
  readonly predictions: Readonly<Record<string, PredictionState>>;
  readonly exercises: Exercises;
  readonly timeline: TimelineState;
  readonly checks: readonly (ClaimCheck & { readonly step: string })[];
  /** Ids of the pages played to their end since the lesson was opened. */
  readonly pagesDone: readonly string[];
};

/** @param exercises how they stood when the lesson was last left */
export const initialPlayerState = (lesson: Lesson, exercises: Exercises = {}): PlayerState => ({
  lesson,
  phase: 'starting',
  problem: null,
  server: null,
  database: null,
  page: lesson.pages[0]?.id ?? '',
  ran: [],
  predictions: {},
  exercises,
  timeline: emptyTimeline,
  checks: [],
  pagesDone: [],
});

/** The player's state after one more event. Pure. */
export const reducePlayer = (state: PlayerState, event: RunEvent): PlayerState => {
  const timeline = reduceTimeline(state.timeline, event, state.page);
  const next = { ...state, timeline };
  switch (event.type) {
    case 'run-started':
      return { ...next, server: event.postgres, phase: 'starting', problem: null };
    case 'database-ready':
      return {
        ...next,
        database: event.database,
        problem: null,
        ran: [],
        checks: [],
        phase: event.reason === 'replay' ? 'replaying' : 'ready',
      };
    case 'replay-started':
      return { ...next, phase: 'replaying', problem: null };
    case 'replay-finished':
      return { ...next, phase: 'ready' };
    case 'page-entered': {
      const forward = pageIndex(state.lesson, event.page) > pageIndex(state.lesson, state.page);
      const played = forward && state.phase !== 'replaying' && isPageDone(state);
      const done = played && !state.pagesDone.includes(state.page);
      return {
        ...next,
        page: event.page,
        ran: [],
        // A page entered again is as it was the first time.
        predictions: without(state.predictions, predictionsOf(state.lesson, event.page)),
        pagesDone: done ? [...state.pagesDone, state.page] : state.pagesDone,
      };
    }
    case 'step-sent':
      return {
        ...next,
        phase: state.phase === 'ready' ? 'running' : state.phase,
        ran: state.ran.includes(event.step) ? state.ran : [...state.ran, event.step],
      };
    case 'step-settled':
      return { ...next, phase: state.phase === 'running' ? 'ready' : state.phase };
    case 'prediction-made':
      return {
        ...next,
        predictions: { ...state.predictions, [event.prediction]: { choice: event.choice, right: null } },
      };
    case 'prediction-judged': {
      const made = state.predictions[event.prediction] ?? { choice: null, right: null };
      return {
        ...next,
        predictions: { ...state.predictions, [event.prediction]: { ...made, right: event.right } },
      };
    }
    case 'exercise-judged':
      return event.passed ? ended(next, event.exercise, 'passed') : next;
    case 'solution-shown':
      return ended(next, event.exercise, 'shown');
    case 'exercise-skipped':
      return ended(next, event.exercise, 'skipped');
    case 'claim-checked':
      return { ...next, checks: [...state.checks, { ...event.check, step: event.step }] };
    case 'session-lost':
      if (event.expected) return next;
      return { ...next, phase: 'broken', problem: `Session ${event.session} is lost: ${event.reason}` };
    case 'server-lost':
      return { ...next, phase: 'broken', problem: event.reason };
    case 'run-failed':
      return { ...next, phase: 'broken', problem: event.message };
    case 'lesson-finished':
      return {
        ...next,
        phase: state.phase === 'broken' ? 'broken' : 'finished',
        pagesDone: state.pagesDone.includes(state.page) ? state.pagesDone : [...state.pagesDone, state.page],
      };
    default:
      return next;
  }
};

const ended = (state: PlayerState, exercise: string, now: ExerciseStatus): PlayerState => ({
  ...state,
  exercises: { ...state.exercises, [exercise]: exerciseStatus(state.exercises[exercise], now) },
});

const predictionsOf = (lesson: Lesson, page: string): string[] =>
  (lesson.pages[pageIndex(lesson, page)]?.blocks ?? []).flatMap((block) =>
    block.kind === 'prediction' ? [block.id] : [],
  );

const without = <T>(
  record: Readonly<Record<string, T>>,
  keys: readonly string[],
): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));

export const pageIndex = (lesson: Lesson, id: string): number =>
  lesson.pages.findIndex((page) => page.id === id);

export const currentPage = (state: PlayerState): Page | undefined =>
  state.lesson.pages[pageIndex(state.lesson, state.page)];

/** Whether a step is left out on this major. */
export const appliesTo = (step: Step, major: number): boolean =>
  major >= (step.postgres.from ?? 0) && major <= (step.postgres.to ?? Number.POSITIVE_INFINITY);

export const isStep = (block: Block): block is Step => block.kind === 'sql' || block.kind === 'view';

/** What the page is about next: a step that has not run, or an exercise that is still to be done. */
const nextUp = (state: PlayerState): Step | Exercise | null =>
  (currentPage(state)?.blocks ?? []).find(
    (block): block is Step | Exercise =>
      (block.kind === 'exercise' && state.exercises[block.id] === undefined) ||
      (isStep(block) &&
        (state.server === null || appliesTo(block, state.server.major)) &&
        !state.ran.includes(block.id)),
  ) ?? null;

/** The step that `next` would run; null at the end of the page, and while an exercise stands before it. */
export const nextStep = (state: PlayerState): Step | null => {
  const next = nextUp(state);
  return next && isStep(next) ? next : null;
};

/** The exercise to be done (or skipped) before the page goes on. */
export const openExercise = (state: PlayerState): Exercise | null => {
  const next = nextUp(state);
  return next?.kind === 'exercise' ? next : null;
};

/** The question to be answered (or skipped) before the next step may run. */
export const openPrediction = (state: PlayerState): Prediction | null => {
  const step = nextStep(state);
  if (!step) return null;
  const question = currentPage(state)?.blocks.find(
    (block): block is Prediction => block.kind === 'prediction' && block.step === step.id,
  );
  return question ?? null;
};

export const isPageDone = (state: PlayerState): boolean => nextUp(state) === null;

/**
 * The blocks of the page that may be seen now: up to and with the next step that has not run or exercise that is not
 * done. What explains an
 * outcome stays hidden until the outcome is there.
 */
export const visibleBlocks = (state: PlayerState): readonly Block[] => {
  const blocks = currentPage(state)?.blocks ?? [];
  const next = nextUp(state);
  const shown = next ? blocks.slice(0, blocks.indexOf(next) + 1) : blocks;
  return shown.filter(
    (block) =>
      block.kind !== 'notes' &&
      !(isStep(block) && state.server !== null && !appliesTo(block, state.server.major)),
  );
};

export interface Player {
  /** Never changed in place; a new object after every event. */
  getState(): PlayerState;
  /** @returns a function that stops the calls */
  subscribe(listener: () => void): () => void;
  dispatch(intent: Intent): void;
  /** For trying other orders of a page's steps; a recording has none. */
  readonly lab?: Lab;
  /** For answering the lesson's exercises; a recording has none. */
  readonly workbook?: Workbook;
  /** What can be named in the lesson's database now, as far as it can be asked; a recording has none. */
  readonly catalog?: () => Promise<DatabaseCatalog>;
  /** Ends sessions and drops the scratch database. Idempotent. */
  close(): Promise<void>;
}
