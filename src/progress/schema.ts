import * as z from 'zod/mini';
import type { LessonProgress, Progress } from './types.ts';

/** Version of the file's shape. Raise it only when an older pg-tutor would misread the file. */
const fileVersion = 2;

/** Any way to write a time becomes the one that can be compared as text. */
const time = z.pipe(
  z.string().check(z.refine((text) => Number.isFinite(Date.parse(text)), 'expected a time')),
  z.transform((text: string) => new Date(text).toISOString()),
);
/** Or nothing, for never. */
const maybeTime = z.union([z.literal(''), time]);

// Loose: what a newer pg-tutor wrote beside what we know is written back untouched.
const answerSchema = z.looseObject({
  at: time,
  choice: z.nullable(z.int()),
  right: z.nullable(z.boolean()),
});

const exerciseSchema = z.looseObject({
  passedAt: z.nullable(time),
  shownAt: z.nullable(time),
  skippedAt: z.nullable(time),
});

const lessonSchema = z.looseObject({
  pages: z.record(z.string(), z.looseObject({ startedAt: z.nullable(time), doneAt: z.nullable(time) })),
  page: z.nullable(z.string()),
  step: z.nullable(z.string()),
  pageAt: maybeTime,
  finishedAt: z.nullable(time),
  predictions: z.record(z.string(), z.looseObject({ answers: z.array(answerSchema).check(z.minLength(1)) })),
  exercises: z._default(z.record(z.string(), exerciseSchema), {}),
  resetAt: z.nullable(time),
  updatedAt: maybeTime,
});

/** Version 1 knew the pages that were done and the last answers. */
const lessonSchema1 = z.looseObject({
  pagesDone: z.array(z.string()),
  page: z.nullable(z.string()),
  finishedAt: z.nullable(time),
  predictions: z.record(z.string(), answerSchema),
  updatedAt: maybeTime,
});

const migrate1 = (lesson: z.output<typeof lessonSchema1>): LessonProgress => {
  const { pagesDone, page, finishedAt, predictions, updatedAt, ...rest } = lesson;
  const at = updatedAt === '' ? new Date(0).toISOString() : updatedAt;
  const done = pagesDone.map((id) => [id, { startedAt: at, doneAt: at }] as const);
  const here =
    page === null || pagesDone.includes(page) ? [] : [[page, { startedAt: at, doneAt: null }] as const];
  return {
    ...rest,
    pages: Object.fromEntries([...done, ...here]),
    page,
    step: null,
    pageAt: page === null ? '' : at,
    finishedAt,
    predictions: Object.fromEntries(
      Object.entries(predictions).map(([id, answer]) => [id, { answers: [answer] }]),
    ),
    exercises: {},
    resetAt: null,
    updatedAt,
  };
};

const readLesson = (version: number, value: unknown) => {
  if (version > 1) return lessonSchema.safeParse(value);
  const old = lessonSchema1.safeParse(value);
  return old.success ? { success: true as const, data: migrate1(old.data) } : old;
};

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
    const lesson = readLesson(version, entry);
    if (lesson.success) lessons[id] = lesson.data;
    else damaged = true;
  }
  const newer = version > fileVersion;
  return { lessons, rest, damaged: damaged && !newer, newer };
};

export const printProgress = (file: Pick<ProgressFile, 'lessons' | 'rest'>): string =>
  `${JSON.stringify({ version: fileVersion, ...file.rest, lessons: file.lessons }, null, 1)}\n`;

/** What `progress export` writes: progress alone, without anything that is this machine's. */
export const printExport = (lessons: Progress): string =>
  `${JSON.stringify({ format: exportFormat, version: fileVersion, lessons }, null, 1)}\n`;

const exportFormat = 'pg-tutor progress';

export type Import =
  | { readonly ok: true; readonly lessons: Progress }
  /** `version`: written by a newer pg-tutor. */
  | { readonly ok: false; readonly why: 'version' | 'content'; readonly message: string };

/** zod/mini brings no sentences of its own. */
const issueInWords = (error: z.core.$ZodError, before: readonly string[] = []): string => {
  const [issue] = error.issues;
  const path = [...before, ...(issue?.path ?? [])].map(String).join('.');
  const words =
    issue?.code === 'invalid_type'
      ? `expected ${issue.expected}`
      : issue?.code === 'custom'
        ? issue.message
        : 'not what pg-tutor writes there';
  return `${path === '' ? '' : `${path}: `}${words}`;
};

/** Reads a file of `progress export`, or a progress file itself; all of it or nothing. */
export const parseImport = (text: string): Import => {
  const refuse = (message: string, why: 'version' | 'content' = 'content'): Import => ({
    ok: false,
    why,
    message,
  });
  const value = parseJson(text);
  if (value === undefined) return refuse('it is not JSON');
  const file = fileSchema.safeParse(value);
  if (!file.success) return refuse(issueInWords(file.error));
  const { version, lessons: entries } = file.data;
  if (version > fileVersion)
    return refuse(`it has version ${version}; this pg-tutor knows up to ${fileVersion}`, 'version');
  const lessons: Record<string, LessonProgress> = {};
  for (const [id, entry] of Object.entries(entries)) {
    const lesson = readLesson(version, entry);
    if (!lesson.success) return refuse(issueInWords(lesson.error, ['lessons', id]));
    lessons[id] = lesson.data;
  }
  return { ok: true, lessons };
};
