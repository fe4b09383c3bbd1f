import * as z from 'zod/mini';
import type { Progress } from './types.ts';

/** Version of the file's shape. Raise it only when an older pg-tutor would misread the file. */
const fileVersion = 1;

// Loose: what a newer pg-tutor wrote beside what we know is written back untouched.
const predictionSchema = z.looseObject({
  choice: z.nullable(z.int()),
  right: z.nullable(z.boolean()),
  at: z.string(),
});

const lessonSchema = z.looseObject({
  pagesDone: z.array(z.string()),
  page: z.nullable(z.string()),
  finishedAt: z.nullable(z.string()),
  predictions: z.record(z.string(), predictionSchema),
  updatedAt: z.string(),
});

const fileSchema = z.looseObject({
  version: z.int().check(z.positive()),
  lessons: z.record(z.string(), z.unknown()),
});

export type ProgressFile = {
  readonly lessons: Progress;
  /** Every other field of the file, to be written back. */
  readonly rest: Readonly<Record<string, unknown>>;
  /** Part of it could not be understood and is not in `lessons`. */
  readonly damaged: boolean;
  /** Written by a pg-tutor that knows a later version: to be read at most. */
  readonly newer: boolean;
};

export const emptyFile: ProgressFile = { lessons: {}, rest: {}, damaged: false, newer: false };

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Reads as much of the file as makes sense: one damaged lesson does not take the others with it. */
export const parseProgress = (text: string): ProgressFile => {
  const file = fileSchema.safeParse(parseJson(text));
  if (!file.success) return { ...emptyFile, damaged: true };
  const { version, lessons: entries, ...rest } = file.data;
  const lessons: Record<string, Progress[string]> = {};
  let damaged = false;
  for (const [id, entry] of Object.entries(entries)) {
    const lesson = lessonSchema.safeParse(entry);
    if (lesson.success) lessons[id] = lesson.data;
    else damaged = true;
  }
  const newer = version > fileVersion;
  return { lessons, rest, damaged: damaged && !newer, newer };
};

export const printProgress = (file: Pick<ProgressFile, 'lessons' | 'rest'>): string =>
  `${JSON.stringify({ version: fileVersion, ...file.rest, lessons: file.lessons }, null, 1)}\n`;
