import type { ExerciseStatus, Exercises } from '../player/state.ts';

/** One answer to a prediction, as it was judged. */
export type Answer = {
  /** ISO time. */
  readonly at: string;
  /** From 0; null: skipped. */
  readonly choice: number | null;
  /** null: skipped. */
  readonly right: boolean | null;
};

/** What is known of a prediction: the last answers (at most `keptAnswers`), the oldest first. Never empty. */
export type PredictionRecord = { readonly answers: readonly Answer[] };

export const keptAnswers = 50;

/** A page that was entered. */
export type PageRecord = {
  /** ISO time it was first entered; null: before the lesson was forgotten on another machine. */
  readonly startedAt: string | null;
  /** ISO time it was first played to its end; null: not yet. */
  readonly doneAt: string | null;
};

/** When an exercise was passed, its solution shown, or it was skipped: ISO times; null: it was not. */
export type ExerciseRecord = {
  readonly passedAt: string | null;
  readonly shownAt: string | null;
  readonly skippedAt: string | null;
};

/** What the learner has done in one lesson. Ids, not numbers, so that a changed lesson keeps what still exists. */
export type LessonProgress = {
  /** By page id. */
  readonly pages: Readonly<Record<string, PageRecord>>;
  /** Id of the page last seen; null before the first. */
  readonly page: string | null;
  /** Id of the last step that ran on it; null: none has. */
  readonly step: string | null;
  /** ISO time `page` and `step` are from; empty before the first. */
  readonly pageAt: string;
  /** ISO time the lesson was first played to its end; null: not yet. */
  readonly finishedAt: string | null;
  /** By prediction id. */
  readonly predictions: Readonly<Record<string, PredictionRecord>>;
  /** By exercise id; those that are still to be done are not there. */
  readonly exercises: Readonly<Record<string, ExerciseRecord>>;
  /** ISO time the lesson was forgotten: nothing from before it counts, on no machine. null: never. */
  readonly resetAt: string | null;
  /** ISO time of the last change; empty when nothing was ever recorded. */
  readonly updatedAt: string;
};

/** By lesson id. */
export type Progress = Readonly<Record<string, LessonProgress>>;

export const noProgress: LessonProgress = {
  pages: {},
  page: null,
  step: null,
  pageAt: '',
  finishedAt: null,
  predictions: {},
  exercises: {},
  resetAt: null,
  updatedAt: '',
};

/** Never throws for the sake of the file: a lesson goes on when its progress cannot be saved. */
export interface ProgressStore {
  /** All lessons, read from the file now. */
  all(): Progress;
  /** One lesson, `noProgress` when it was never opened. */
  lesson(id: string): LessonProgress;
  /** Reads, changes and writes one lesson in one go; when this returns, it is on disk. */
  update(id: string, change: (lesson: LessonProgress) => LessonProgress): LessonProgress;
  /** Takes in what another machine knows, entry by entry. @returns the progress after it */
  merge(other: Progress): Progress;
  /** Forgets one lesson, for machines it is merged with later too. */
  reset(id: string): void;
  /** Forgets everything. */
  forget(): void;
  /** Sentences the learner should see once (a damaged file set aside, a full disk); emptied by reading. */
  takeNotices(): readonly string[];
}

export type Status = 'unseen' | 'started' | 'done';

export const lessonStatus = (lesson: LessonProgress): Status => {
  if (lesson.finishedAt !== null) return 'done';
  return lesson.page !== null || Object.keys(lesson.pages).length > 0 ? 'started' : 'unseen';
};

export const pageStatus = (lesson: LessonProgress, page: string): Status => {
  const record = lesson.pages[page];
  if (!record) return 'unseen';
  return record.doneAt === null ? 'started' : 'done';
};

/** Passed is who answered before seeing the solution, whichever machine knows of what. */
export const exerciseStatusOf = (record: ExerciseRecord | undefined): ExerciseStatus | undefined => {
  if (!record) return undefined;
  const { passedAt, shownAt, skippedAt } = record;
  if (passedAt !== null && (shownAt === null || passedAt <= shownAt)) return 'passed';
  if (shownAt !== null) return 'shown';
  return skippedAt === null ? undefined : 'skipped';
};

/** How the exercises of the lesson stand, for a player to begin with. */
export const exercisesOf = (lesson: LessonProgress): Exercises =>
  Object.fromEntries(
    Object.entries(lesson.exercises).flatMap(([id, record]) => {
      const status = exerciseStatusOf(record);
      return status ? [[id, status]] : [];
    }),
  );

/** Ids of the pages played to their end. */
export const donePages = (lesson: LessonProgress): readonly string[] =>
  Object.keys(lesson.pages).filter((page) => pageStatus(lesson, page) === 'done');

/** The lesson seen last that is not finished; null when there is none. */
export const lessonToContinue = (progress: Progress): string | null => {
  const open = Object.entries(progress).filter(([, lesson]) => lesson.page !== null && !lesson.finishedAt);
  const latest = open.sort(([, a], [, b]) => (a.pageAt < b.pageAt ? 1 : -1))[0];
  return latest ? latest[0] : null;
};
