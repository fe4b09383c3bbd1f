/** How a prediction went the last time it was judged. */
export type PredictionRecord = {
  /** From 0; null: skipped. */
  readonly choice: number | null;
  /** null: skipped. */
  readonly right: boolean | null;
  /** ISO time. */
  readonly at: string;
};

/** What the learner has done in one lesson. Ids, not numbers, so that a changed lesson keeps what still exists. */
export type LessonProgress = {
  /** Ids of the pages played to their end, in the order they were first finished. */
  readonly pagesDone: readonly string[];
  /** Id of the page last seen; null before the first. */
  readonly page: string | null;
  /** ISO time the lesson was first played to its end; null: not yet. */
  readonly finishedAt: string | null;
  /** By prediction id. */
  readonly predictions: Readonly<Record<string, PredictionRecord>>;
  /** ISO time of the last change; empty when nothing was ever recorded. */
  readonly updatedAt: string;
};

/** By lesson id. */
export type Progress = Readonly<Record<string, LessonProgress>>;

export const noProgress: LessonProgress = {
  pagesDone: [],
  page: null,
  finishedAt: null,
  predictions: {},
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
  /** Forgets everything. */
  forget(): void;
  /** Sentences the learner should see once (a damaged file set aside, a full disk); emptied by reading. */
  takeNotices(): readonly string[];
}

/** The lesson opened last that is not finished; null when there is none. */
export const lessonToContinue = (progress: Progress): string | null => {
  const open = Object.entries(progress).filter(([, lesson]) => lesson.page !== null && !lesson.finishedAt);
  const latest = open.sort(([, a], [, b]) => (a.updatedAt < b.updatedAt ? 1 : -1))[0];
  return latest ? latest[0] : null;
};
