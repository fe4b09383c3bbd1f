import type { Catalog } from '../../lesson/catalog.ts';
import { searchLessons } from '../../lesson/search.ts';
import type { LessonHead, Problem } from '../../lesson/types.ts';
import { type LessonProgress, lessonToContinue, noProgress, type Progress } from '../../progress/types.ts';

export type HomeEntry =
  | {
      readonly kind: 'continue';
      readonly key: 'continue';
      readonly lesson: LessonHead;
      readonly progress: LessonProgress;
    }
  | {
      readonly kind: 'lesson';
      readonly key: string;
      readonly lesson: LessonHead;
      readonly progress: LessonProgress;
    }
  /** A file that cannot be played. */
  | {
      readonly kind: 'broken';
      readonly key: string;
      readonly file: string;
      readonly problems: readonly Problem[];
    };

export type HomeGroup = {
  readonly title: string;
  readonly number: number | null;
  readonly done: number;
  readonly entries: readonly HomeEntry[];
};

export type Home = {
  readonly resume: HomeEntry | null;
  /** Modules in order, and what is broken last; one group of findings while one searches. */
  readonly groups: readonly HomeGroup[];
  readonly lessons: number;
  readonly done: number;
};

export const listHome = (catalog: Catalog, progress: Progress, query: string): Home => {
  const heads = catalog.modules.flatMap((module) => module.lessons);
  const of = (lesson: LessonHead): LessonProgress => progress[lesson.id] ?? noProgress;
  const entry = (lesson: LessonHead): HomeEntry => ({
    kind: 'lesson',
    key: lesson.id,
    lesson,
    progress: of(lesson),
  });
  const finished = (lessons: readonly LessonHead[]): number =>
    lessons.filter((lesson) => of(lesson).finishedAt).length;
  const counts = { lessons: heads.length, done: finished(heads) };
  if (query !== '') {
    const found = searchLessons(catalog, query);
    const group = { title: `“${query}”`, number: null, done: finished(found), entries: found.map(entry) };
    return { ...counts, resume: null, groups: [group] };
  }
  const groups = catalog.modules.map(({ module, lessons }) => ({
    title: module.title,
    number: module.number,
    done: finished(lessons),
    entries: lessons.map(entry),
  }));
  const broken = brokenFiles(catalog);
  const open = heads.find((lesson) => lesson.id === lessonToContinue(progress));
  return {
    ...counts,
    resume: open ? { kind: 'continue', key: 'continue', lesson: open, progress: of(open) } : null,
    groups: [
      ...groups.filter((group) => group.entries.length > 0),
      ...(broken.length > 0 ? [{ title: 'Cannot be played', number: null, done: 0, entries: broken }] : []),
    ],
  };
};

const brokenFiles = (catalog: Catalog): HomeEntry[] => {
  const playable = new Set(catalog.modules.flatMap((module) => module.lessons.map((lesson) => lesson.file)));
  const errors = catalog.problems.filter(
    (problem) => problem.severity === 'error' && !playable.has(problem.position.file),
  );
  return [...new Set(errors.map((problem) => problem.position.file))].map((file) => ({
    kind: 'broken',
    key: file,
    file,
    problems: errors.filter((problem) => problem.position.file === file),
  }));
};

/** Everything that can be chosen, from top to bottom. */
export const choices = (home: Home): readonly HomeEntry[] => [
  ...(home.resume ? [home.resume] : []),
  ...home.groups.flatMap((group) => group.entries),
];

/** The chosen entry; the first when nothing (or something that is gone) was chosen. */
export const chosenEntry = (home: Home, selected: string | null): HomeEntry | null => {
  const all = choices(home);
  return all.find((entry) => entry.key === selected) ?? all[0] ?? null;
};

export const groupOf = (home: Home, entry: HomeEntry | null): HomeGroup | null => {
  const key = entry?.kind === 'continue' ? entry.lesson.id : entry?.key;
  return (
    home.groups.find((group) => group.entries.some((candidate) => candidate.key === key)) ??
    home.groups[0] ??
    null
  );
};
