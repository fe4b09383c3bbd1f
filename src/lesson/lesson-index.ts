import type { ListedLesson } from './outline.ts';
import type { Problem } from './types.ts';

/**
 * What reading the lesson files gave at build time, so that a list of lessons needs no Markdown parser. An entry is
 * true of a file as long as the file's SHA-1 is the same. Paths are relative to the folder of lessons.
 */
export type LessonIndex = {
  readonly format: typeof format;
  readonly modules: Readonly<Record<string, ModuleEntry>>;
  readonly lessons: Readonly<Record<string, LessonEntry>>;
};

export type ModuleEntry = {
  readonly sha1: string;
  /** Null when the README has no heading. */
  readonly title: string | null;
  readonly summary: string;
  /** Slugs of the modules that are best done before it. */
  readonly after: readonly string[];
  readonly problems: readonly Problem[];
};

export type LessonEntry = {
  readonly sha1: string;
  /** Null when an error stands in the way. */
  readonly head: HeadEntry | null;
  readonly problems: readonly Problem[];
};

/** What a file says itself; the rest follows from its path. */
export type HeadEntry = Omit<ListedLesson, 'id' | 'number' | 'file' | 'module'>;

const format = 2;

export const makeIndex = (
  modules: Readonly<Record<string, ModuleEntry>>,
  lessons: Readonly<Record<string, LessonEntry>>,
): LessonIndex => ({ format, modules, lessons });

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The index comes from our own build, of which it is as much a part as the code that reads it: looking at its outline
 * is enough, and zod would cost more than all the rest of a list.
 */
export const isLessonIndex = (value: unknown): value is LessonIndex =>
  isRecord(value) &&
  value.format === format &&
  [value.modules, value.lessons].every(
    (entries) =>
      isRecord(entries) &&
      Object.values(entries).every(
        (entry) => isRecord(entry) && typeof entry.sha1 === 'string' && Array.isArray(entry.problems),
      ),
  );
