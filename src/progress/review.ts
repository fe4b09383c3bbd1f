import type { Answer, LessonProgress, Progress } from './types.ts';

/**
 * Days until a page comes back: the first after a wrong answer, the next after each right one; after the last it
 * comes back no more.
 */
const reviewDays = [1, 3, 7, 21] as const;

/** Midnight, local time, that begins the day `days` after the one of `since`: whoever learns in the evening may
 * review in the morning, and a day of 23 hours is a day. */
const dayAfter = (since: Date, days: number): Date =>
  new Date(since.getFullYear(), since.getMonth(), since.getDate() + days);

/** When what was wrong comes back. `step` counts from 0 along `reviewDays`. */
export type Schedule = { readonly step: number; readonly due: Date };

const scheduleFrom = (step: number, since: Date): Schedule | null => {
  const days = reviewDays[step];
  return days === undefined ? null : { step, due: dayAfter(since, days) };
};

/**
 * Where a prediction stands after these answers, the oldest first. A wrong answer begins (anew) at the first interval,
 * a right one on or after its day moves on; a right one before its day, and a skipped question, change nothing.
 * @returns null: nothing is to be reviewed
 */
export const scheduleOf = (answers: readonly Answer[]): Schedule | null => {
  let schedule: Schedule | null = null;
  for (const { at, right } of answers) {
    const when = new Date(at);
    if (right === false) schedule = scheduleFrom(0, when);
    else if (right && schedule && when >= schedule.due) schedule = scheduleFrom(schedule.step + 1, when);
  }
  return schedule;
};

export type Score = {
  /** Predictions answered at least once (skipped is not answered). */
  readonly answered: number;
  /** Of them, those whose last answer was right. */
  readonly right: number;
};

/** How these predictions went, by id; those the lesson no longer has are not asked for and do not count. */
export const scoreOf = (lesson: LessonProgress, predictions: readonly string[]): Score => {
  const last = predictions.flatMap(
    (id) => lesson.predictions[id]?.answers.findLast((answer) => answer.right !== null) ?? [],
  );
  return { answered: last.length, right: last.filter((answer) => answer.right).length };
};

type Outlined = {
  readonly id: string;
  readonly outline: readonly {
    readonly id: string;
    readonly title: string;
    readonly predictions: readonly string[];
  }[];
};

/** A page with a prediction that went wrong and has not come right since, interval by interval. */
export type WeakPage<L extends Outlined = Outlined> = {
  readonly lesson: L;
  readonly page: { readonly id: string; readonly title: string; readonly number: number };
  /** When it comes back: the earliest of its predictions. */
  readonly due: Date;
  readonly isDue: boolean;
};

/** The pages to review, those due first come first; within a day in the order of the lessons. */
export const weakPages = <L extends Outlined>(
  lessons: readonly L[],
  progress: Progress,
  now: Date,
): WeakPage<L>[] =>
  lessons
    .flatMap((lesson) => {
      const known = progress[lesson.id];
      if (!known) return [];
      return lesson.outline.flatMap(({ id, title, predictions }, index): WeakPage<L>[] => {
        const dues = predictions.flatMap(
          (prediction) => scheduleOf(known.predictions[prediction]?.answers ?? [])?.due ?? [],
        );
        if (dues.length === 0) return [];
        const due = new Date(Math.min(...dues.map(Number)));
        return [{ lesson, page: { id, title, number: index + 1 }, due, isDue: due <= now }];
      });
    })
    .sort((a, b) => a.due.getTime() - b.due.getTime());

/** `due`, `tomorrow`, `in 5 days`. */
export const dueInWords = (due: Date, now: Date): string => {
  if (due <= now) return 'due';
  const day = (date: Date): number => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  const days = Math.round((day(due) - day(now)) / 86_400_000);
  return days <= 1 ? 'tomorrow' : `in ${days} days`;
};

/** What there is to say when nothing is due. */
export const nothingDue = (weak: readonly WeakPage[], now: Date): string => {
  const [next] = weak;
  if (!next) return 'Nothing to review. A page comes here when you predicted it wrong.';
  return `Nothing is due for review. Next: ${next.lesson.id}, page ${next.page.number}, ${dueInWords(next.due, now)}.`;
};
