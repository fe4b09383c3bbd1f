import type { JudgeProgress, TryOut, Verdict } from './judge-state.ts';

/** What the learner does at one exercise. */
export type Work = {
  readonly phase: 'idle' | 'trying' | 'checking';
  /** The answer that was run or judged last; empty before the first. */
  readonly answer: string;
  /** What it came to; null: it was judged, or nothing has been run. */
  readonly tryOut: TryOut | null;
  /** null: it was only run, or nothing has been judged. */
  readonly verdict: Verdict | null;
  readonly progress: JudgeProgress | null;
  /** Why it could be neither run nor judged (no server, a broken exercise); null: it could. */
  readonly problem: string | null;
  /** How many of the hints have been opened. */
  readonly hints: number;
};

export const noWork: Work = {
  phase: 'idle',
  answer: '',
  tryOut: null,
  verdict: null,
  progress: null,
  problem: null,
  hints: 0,
};

/** By exercise id. */
export type Works = Readonly<Record<string, Work>>;

/** What the learner writes for the exercises of a lesson: run and judged on databases of its own, one thing at a time. */
export interface Workbook {
  getState(): Works;
  /** @returns a function that stops the calls */
  subscribe(listener: () => void): () => void;
  /** The learner turns to an exercise: its databases are made ready. */
  open(exercise: string): void;
  /** Runs an answer. Not while one is run or judged. */
  tryOut(exercise: string, answer: string): void;
  /** Judges an answer. Not while one is run or judged. */
  judge(exercise: string, answer: string): void;
  /** One more hint. */
  hint(exercise: string): void;
  /** Ends what is run or judged. */
  cancel(): void;
  close(): Promise<void>;
}

export const workOn = (works: Works, exercise: string): Work => works[exercise] ?? noWork;
