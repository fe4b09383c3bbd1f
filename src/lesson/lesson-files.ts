import type { Problems } from './problems.ts';
import { lessonNumber, splitNumber } from './slug.ts';

/** Paths are relative to the folder of lessons, with `/`. */
export type LessonFile = { readonly file: string; readonly id: string; readonly number: string };
export type ModuleFolder = {
  readonly slug: string;
  readonly number: number;
  readonly readme: string;
  readonly lessons: readonly LessonFile[];
};

/** What has a number before its name, in order; the others are reported. */
const numbered = <T extends { readonly name: string }>(items: readonly T[], onOther: (item: T) => void) =>
  items
    .flatMap((item) => {
      const split = splitNumber(item.name.replace(/\.md$/, ''));
      if (!split) onOther(item);
      return split ? [{ item, ...split }] : [];
    })
    .sort((a, b) => a.number - b.number || (a.item.name < b.item.name ? -1 : 1));

/** Modules and lessons by the names of their folders and files. A second lesson of the same id or number is left out. */
export const arrangeFiles = (
  folders: readonly { readonly name: string; readonly files: readonly string[] }[],
  problems: Problems,
): ModuleFolder[] => {
  const taken = new Map<string, string>();
  const modules = numbered(folders, ({ name }) =>
    problems.warning(
      { file: name, line: 1, column: 1 },
      'not a module: its folder should be called like 06-transactions',
    ),
  );
  return modules.map(({ item: folder, number, slug }) => {
    const files = folder.files
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .map((name) => ({ name, file: `${folder.name}/${name}` }));
    const lessons = numbered(files, ({ file }) =>
      problems.warning(
        { file, line: 1, column: 1 },
        'not a lesson: its file should be called like 04-lost-updates.md',
      ),
    ).flatMap((lesson): LessonFile[] => {
      const { file } = lesson.item;
      const id = `${slug}/${lesson.slug}`;
      const label = lessonNumber(number, lesson.number);
      const clash = taken.has(id) ? id : taken.has(label) ? label : null;
      if (clash) {
        const message = `a lesson called ${clash} exists already: ${taken.get(clash)}`;
        problems.error({ file, line: 1, column: 1 }, message);
        return [];
      }
      taken.set(id, file).set(label, file);
      return [{ file, id, number: label }];
    });
    return { slug, number, readme: `${folder.name}/README.md`, lessons };
  });
};
