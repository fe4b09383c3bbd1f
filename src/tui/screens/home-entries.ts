import type { Catalog } from '../../lesson/catalog.ts';
import type { ListedLesson } from '../../lesson/outline.ts';
import { type Found, type SearchIndex, searchLessons } from '../../lesson/search.ts';
import type { Problem } from '../../lesson/types.ts';
import { dueInWords, nothingDue, type WeakPage, weakPages } from '../../progress/review.ts';
import { type LessonProgress, lessonToContinue, noProgress, type Progress } from '../../progress/types.ts';

/** A lesson that can be opened, and how far it is. */
type Known = { readonly key: string; readonly lesson: ListedLesson; readonly progress: LessonProgress };

export type HomeEntry =
  | (Known & { readonly kind: 'continue' })
  /** `found`: where a search found it; null: nobody searches. */
  | (Known & { readonly kind: 'lesson'; readonly found: Found | null })
  /** A page that was mispredicted. */
  | (Known & { readonly kind: 'review'; readonly weak: WeakPage<ListedLesson>; readonly due: string })
  /** A file that cannot be played. */
  | {
      readonly kind: 'broken';
      readonly key: string;
      readonly file: string;
      readonly problems: readonly Problem[];
    };

export type HomeGroup = {
  readonly kind: 'module' | 'review' | 'found' | 'broken';
  readonly title: string;
  readonly number: number | null;
  readonly done: number;
  readonly entries: readonly HomeEntry[];
  /** Modules that are best done before this one. */
  readonly after: readonly { readonly title: string; readonly number: number; readonly done: boolean }[];
};

export type Home = {
  readonly resume: HomeEntry | null;
  /** Modules in order, what is to be reviewed, what is broken; one group of findings while one searches. */
  readonly groups: readonly HomeGroup[];
  readonly lessons: number;
  readonly done: number;
  /** Pages to review, those due first. */
  readonly weak: readonly WeakPage<ListedLesson>[];
  readonly due: number;
  /** What to say when none is due. */
  readonly nothingDue: string;
};

export type HomeFacts = {
  readonly catalog: Catalog;
  readonly progress: Progress;
  readonly now: Date;
  readonly query: string;
  /** Asked for when there is a query. */
  readonly index: () => SearchIndex<ListedLesson>;
};

export const listHome = ({ catalog, progress, now, query, index }: HomeFacts): Home => {
  const heads = catalog.modules.flatMap((module) => module.lessons);
  const of = (lesson: ListedLesson): LessonProgress => progress[lesson.id] ?? noProgress;
  const known = (lesson: ListedLesson): Known => ({ key: lesson.id, lesson, progress: of(lesson) });
  const finished = (lessons: readonly ListedLesson[]): number =>
    lessons.filter((lesson) => of(lesson).finishedAt).length;
  const weak = weakPages(heads, progress, now);
  const facts = {
    lessons: heads.length,
    done: finished(heads),
    weak,
    due: weak.filter(({ isDue }) => isDue).length,
    nothingDue: nothingDue(weak, now),
  };
  if (query !== '') {
    const found = searchLessons(index(), query);
    const entries = found.map((one): HomeEntry => ({ ...known(one.lesson), kind: 'lesson', found: one }));
    const done = finished(found.map(({ lesson }) => lesson));
    return {
      ...facts,
      resume: null,
      groups: [{ ...noGroup, kind: 'found', title: `“${query}”`, done, entries }],
    };
  }
  const modules = catalog.modules.map(
    ({ module, lessons, after }): HomeGroup => ({
      kind: 'module',
      title: module.title,
      number: module.number,
      done: finished(lessons),
      entries: lessons.map((lesson): HomeEntry => ({ ...known(lesson), kind: 'lesson', found: null })),
      after: catalog.modules
        .filter((other) => after.includes(other.module.slug))
        .map((other) => ({
          title: other.module.title,
          number: other.module.number,
          done: finished(other.lessons) === other.lessons.length,
        })),
    }),
  );
  const review: HomeGroup = {
    ...noGroup,
    kind: 'review',
    title: 'To review',
    entries: weak.map((one) => ({
      ...known(one.lesson),
      kind: 'review',
      key: `${one.lesson.id}:${one.page.id}`,
      weak: one,
      due: dueInWords(one.due, now),
    })),
  };
  const broken: HomeGroup = {
    ...noGroup,
    kind: 'broken',
    title: 'Cannot be played',
    entries: brokenFiles(catalog),
  };
  const open = heads.find((lesson) => lesson.id === lessonToContinue(progress));
  return {
    ...facts,
    resume: open ? { ...known(open), kind: 'continue', key: 'continue' } : null,
    groups: [...modules, review, broken].filter((group) => group.entries.length > 0),
  };
};

const noGroup = { number: null, done: 0, after: [] };

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
