import { isDeepStrictEqual } from 'node:util';
import {
  type Answer,
  type ExerciseRecord,
  exerciseStatusOf,
  keptAnswers,
  type LessonProgress,
  noProgress,
  type PageRecord,
  type PredictionRecord,
  type Progress,
} from './types.ts';

/**
 * Merging is a join: every part of it is the later (or the union) of two values and depends on them alone. So it does
 * not matter which file is merged into which, how often, or in what order.
 */

type Fields = Readonly<Record<string, unknown>>;

const later = <T extends string | null>(a: T, b: T): T => ((a ?? '') >= (b ?? '') ? a : b);

/** The same text for the same value, whatever the order of its keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    isFields(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  ) ?? '';

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const timeOf = (value: unknown): string | null =>
  isFields(value) && typeof value.at === 'string' ? value.at : null;

const mergeRecords = <T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  merge: (a: T, b: T) => T,
): Record<string, T> => {
  const merged: Record<string, T> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const mine = Object.hasOwn(a, key) ? a[key] : undefined;
    merged[key] = mine === undefined ? value : merge(mine, value);
  }
  return merged;
};

/** What has an `at` is an entry, the later of two stays; other objects are merged field by field. */
const mergeAny = (a: unknown, b: unknown): unknown => {
  const [mine, theirs] = [timeOf(a), timeOf(b)];
  if (mine !== null && theirs !== null && mine !== theirs) return mine > theirs ? a : b;
  if (mine === null && theirs === null && isFields(a) && isFields(b)) return mergeRecords(a, b, mergeAny);
  return canonical(a) >= canonical(b) ? a : b;
};

const mergePages = (a: PageRecord, b: PageRecord): PageRecord => ({
  ...mergeRest(a, b),
  startedAt: later(a.startedAt, b.startedAt),
  doneAt: later(a.doneAt, b.doneAt),
});

/** Sorted by time, each once, the latest of them. */
const mergeAnswers = (a: readonly Answer[], b: readonly Answer[]): Answer[] => {
  const all = new Map([...a, ...b].map((answer) => [`${answer.at} ${canonical(answer)}`, answer]));
  return [...all.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, answer]) => answer)
    .slice(-keptAnswers);
};

const mergePredictions = (a: PredictionRecord, b: PredictionRecord): PredictionRecord => ({
  ...mergeRest(a, b),
  answers: mergeAnswers(a.answers, b.answers),
});

const mergeExercises = (a: ExerciseRecord, b: ExerciseRecord): ExerciseRecord => ({
  ...mergeRest(a, b),
  passedAt: later(a.passedAt, b.passedAt),
  shownAt: later(a.shownAt, b.shownAt),
  skippedAt: later(a.skippedAt, b.skippedAt),
});

/** Everything, also fields that only other versions know; known ones are then merged in their own way. */
const mergeRest = (a: Fields, b: Fields): Record<string, unknown> => mergeRecords(a, b, mergeAny);

/** Where one is: one entry of three fields. */
const placeOf = ({ page, step, pageAt }: LessonProgress) => ({ page, step, pageAt });

const laterPlace = (a: LessonProgress, b: LessonProgress): ReturnType<typeof placeOf> => {
  if (a.pageAt !== b.pageAt) return placeOf(a.pageAt > b.pageAt ? a : b);
  return placeOf(canonical(placeOf(a)) >= canonical(placeOf(b)) ? a : b);
};

/** What is left of a lesson that was forgotten at this time. */
const after = (resetAt: string | null, lesson: LessonProgress): LessonProgress => {
  if (resetAt === null) return lesson;
  const isNew = (time: string | null): boolean => time !== null && time > resetAt;
  const since = (time: string | null): string | null => (isNew(time) ? time : null);
  const pages = Object.entries(lesson.pages)
    .filter(([, { startedAt, doneAt }]) => isNew(startedAt) || isNew(doneAt))
    .map(([id, page]): [string, PageRecord] => [
      id,
      { ...page, startedAt: since(page.startedAt), doneAt: since(page.doneAt) },
    ]);
  const predictions = Object.entries(lesson.predictions).flatMap(
    ([id, record]): [string, PredictionRecord][] => {
      const answers = record.answers.filter(({ at }) => isNew(at));
      return answers.length > 0 ? [[id, { ...record, answers }]] : [];
    },
  );
  const exercises = Object.entries(lesson.exercises)
    .map(([id, { passedAt, shownAt, skippedAt, ...rest }]): [string, ExerciseRecord] => [
      id,
      { ...rest, passedAt: since(passedAt), shownAt: since(shownAt), skippedAt: since(skippedAt) },
    ])
    .filter(([, record]) => exerciseStatusOf(record) !== undefined);
  const others = Object.entries(lesson).map(([key, value]): [string, unknown] => [
    key,
    isFields(value)
      ? Object.fromEntries(Object.entries(value).filter(([, entry]) => isNew(timeOf(entry) ?? '\uffff')))
      : value,
  ]);
  return {
    ...Object.fromEntries(others),
    pages: Object.fromEntries(pages),
    ...(isNew(lesson.pageAt) ? placeOf(lesson) : placeOf(noProgress)),
    finishedAt: since(lesson.finishedAt),
    predictions: Object.fromEntries(predictions),
    exercises: Object.fromEntries(exercises),
    resetAt,
    updatedAt: lesson.updatedAt,
  };
};

const mergeLessons = (one: LessonProgress, other: LessonProgress): LessonProgress => {
  const resetAt = later(one.resetAt, other.resetAt);
  const [a, b] = [after(resetAt, one), after(resetAt, other)];
  const merged: LessonProgress = {
    ...mergeRest(a, b),
    pages: mergeRecords(a.pages, b.pages, mergePages),
    ...laterPlace(a, b),
    finishedAt: later(a.finishedAt, b.finishedAt),
    predictions: mergeRecords(a.predictions, b.predictions, mergePredictions),
    exercises: mergeRecords(a.exercises, b.exercises, mergeExercises),
    resetAt,
    updatedAt: later(a.updatedAt, b.updatedAt),
  };
  return isDeepStrictEqual(merged, one) ? one : merged;
};

/** All lessons of both. The same object when `other` knows nothing new. */
export const mergeProgress = (one: Progress, other: Progress): Progress => {
  const merged: Record<string, LessonProgress> = {};
  for (const id of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const mine = one[id] ?? other[id];
    const theirs = other[id] ?? mine;
    if (mine && theirs) merged[id] = mergeLessons(mine, theirs);
  }
  const same =
    Object.keys(merged).length === Object.keys(one).length &&
    Object.entries(merged).every(([id, lesson]) => lesson === one[id]);
  return same ? one : merged;
};
