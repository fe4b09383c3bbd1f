import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildIndex, type Catalog, loadCatalog, loadLesson } from '../../src/lesson/catalog.ts';
import { LessonError } from '../../src/lesson/error.ts';
import { step } from './support.ts';

const titled = (title: string): string => step.replace('title: T', `title: ${title}`);

let folder = '';
const write = (file: string, content: string | Uint8Array): void => {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), content);
};
const ids = (catalog: Catalog): string[] =>
  catalog.modules.flatMap(({ lessons }) =>
    lessons.map(({ number, id, title }) => `${number} ${id} ${title}`),
  );
const problems = ({ problems: list }: Catalog): string[] =>
  list.map(
    ({ position, severity, message }) =>
      `${path.relative(folder, position.file)}:${position.line}:${position.column} ${severity} ${message}`,
  );

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lessons ü '));
  write('02-types/README.md', '# Types and schema\n\nWhat a *type*\ndecides.\n\nMore.\n');
  write('02-types/03-numbers.md', titled('Numbers'));
  write('10-last/README.md', '# Last\n\nThe end.\n');
  write('10-last/01-end.md', titled('End'));
  write('06-transactions/README.md', '# Transactions\n\nWho waits.\n');
  write('06-transactions/04-lost-updates.md', titled('Lost updates'));
  write('06-transactions/10-queue.md', titled('A queue'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('loadCatalog', () => {
  it('lists modules and lessons by their numbers', async () => {
    const catalog = await loadCatalog(folder);
    expect(problems(catalog)).toEqual([]);
    expect(ids(catalog)).toEqual([
      '2.3 types/numbers Numbers',
      '6.4 transactions/lost-updates Lost updates',
      '6.10 transactions/queue A queue',
      '10.1 last/end End',
    ]);
    expect(catalog.modules[0]?.module).toEqual({
      slug: 'types',
      number: 2,
      title: 'Types and schema',
      summary: 'What a type decides.',
    });
    expect(catalog.modules[0]?.lessons[0]).toMatchObject({
      file: path.join(folder, '02-types/03-numbers.md'),
      module: { slug: 'types' },
      counts: { pages: 1 },
    });
  });

  it('lists the good lessons whatever the others are', async () => {
    write('06-transactions/01-empty.md', '');
    write('06-transactions/02-huge.md', 'a'.repeat(5_000_000));
    write('06-transactions/03-binary.md', Buffer.from([0x61, 0x0a, 0x62, 0xff, 0xfe]));
    write('06-transactions/05-nul.md', 'a\0');
    write('06-transactions/06-half.md', step.slice(0, -6));
    mkdirSync(path.join(folder, '06-transactions/07-folder.md'));
    write('06-transactions/08-lost-updates.md', step);
    write('06-transactions/10-other.md', step);
    write('06-transactions/notes.md', 'x');
    write('06-transactions/picture.png', 'x');
    write('06-transactions/.hidden.md', 'x');
    write('drafts/01-x.md', step);
    write('07-storage/01-vacuum.md', titled('Vacuum'));
    write('08-empty/README.md', '');
    write('README.md', 'All lessons.');
    const catalog = await loadCatalog(folder);
    expect(ids(catalog)).toEqual([
      '2.3 types/numbers Numbers',
      '6.4 transactions/lost-updates Lost updates',
      '6.10 transactions/other T',
      '7.1 storage/vacuum Vacuum',
      '10.1 last/end End',
    ]);
    expect(problems(catalog)).toEqual([
      '06-transactions/01-empty.md:1:1 error the file is empty',
      '06-transactions/02-huge.md:1:1 error the file is too large: more than 256 KB',
      '06-transactions/03-binary.md:2:2 error not a text file: it is not valid UTF-8',
      '06-transactions/05-nul.md:1:2 error not a text file: it contains a NUL byte',
      '06-transactions/06-half.md:7:1 error the block that begins here is not closed by a line of backticks',
      '06-transactions/07-folder.md:1:1 error the file cannot be read: EISDIR',
      '06-transactions/08-lost-updates.md:1:1 error a lesson called transactions/lost-updates exists already: 06-transactions/04-lost-updates.md',
      '06-transactions/10-queue.md:1:1 error a lesson called 6.10 exists already: 06-transactions/10-other.md',
      '06-transactions/notes.md:1:1 warning not a lesson: its file should be called like 04-lost-updates.md',
      '07-storage/README.md:1:1 warning the module has no README.md',
      '08-empty/README.md:1:1 warning a module README begins with a heading: the title of the module',
      '08-empty/README.md:1:1 warning a module README has a paragraph: the summary of the module',
      'drafts:1:1 warning not a module: its folder should be called like 06-transactions',
    ]);
    expect(catalog.modules.map(({ module }) => module.title)).toEqual([
      'Types and schema',
      'Transactions',
      'Storage',
      'Empty',
      'Last',
    ]);
  });

  it('reads which modules a module comes after', async () => {
    write('06-transactions/README.md', '---\nafter: [types, lsat]\n---\n\n# Transactions\n\nWho waits.\n');
    write('10-last/README.md', '---\nafter: types\n---\n\n# Last\n\nThe end.\n');
    const catalog = await loadCatalog(folder);
    expect(catalog.modules.map(({ module, after }) => [module.title, after])).toEqual([
      ['Types and schema', []],
      ['Transactions', ['types']],
      ['Last', []],
    ]);
    expect(problems(catalog)).toEqual([
      '06-transactions/README.md:1:1 warning after: there is no module "lsat"; did you mean "last"?',
      '10-last/README.md:2:8 error after: expected a list of modules such as [types, querying], found "types"',
    ]);
  });

  it('says when there is no folder', async () => {
    await expect(loadCatalog(path.join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'no-lessons' });
  });

  it('uses the index as long as a file is the same', async () => {
    write('06-transactions/05-broken.md', '');
    const parsed = await loadCatalog(folder);
    const index = await buildIndex(folder);
    expect(JSON.stringify(index)).not.toContain(folder);
    // What only the index says shows that it is used.
    const marked = JSON.stringify(index)
      .replaceAll('Numbers', 'N')
      .replaceAll('Lost updates', 'L')
      .replaceAll('End', 'E');
    const indexFile = path.join(folder, 'index.json');
    writeFileSync(indexFile, JSON.stringify(index));
    expect(await loadCatalog(folder, { indexFile })).toEqual(parsed);

    writeFileSync(indexFile, marked);
    write('02-types/03-numbers.md', titled('New numbers'));
    write('06-transactions/README.md', '# Changed\n\nYes.\n');
    rmSync(path.join(folder, '10-last/01-end.md'));
    const catalog = await loadCatalog(folder, { indexFile });
    expect(ids(catalog)).toEqual([
      '2.3 types/numbers New numbers',
      '6.4 transactions/lost-updates L',
      '6.10 transactions/queue A queue',
    ]);
    expect(catalog.modules[1]?.module.title).toBe('Changed');
    expect(problems(catalog)).toEqual(['06-transactions/05-broken.md:1:1 error the file is empty']);
  });

  it.each(['', '{', 'null', '{"format":0}', '{"format":1,"modules":[],"lessons":{}}'])(
    'does without an index that is %j',
    async (content) => {
      const indexFile = path.join(folder, 'index.json');
      writeFileSync(indexFile, content);
      expect(ids(await loadCatalog(folder, { indexFile }))).toHaveLength(4);
    },
  );
});

describe('loadLesson', () => {
  it.each(['transactions/lost-updates', 'lost-updates', '6.4', ' Lost-Updates '])(
    'finds %j',
    async (wanted) => {
      const { lesson } = await loadLesson(folder, wanted);
      expect(lesson).toMatchObject({
        id: 'transactions/lost-updates',
        number: '6.4',
        file: path.join(folder, '06-transactions/04-lost-updates.md'),
        module: { title: 'Transactions' },
        pages: [{ position: { file: path.join(folder, '06-transactions/04-lost-updates.md') } }],
      });
    },
  );

  it('opens a file anywhere', async () => {
    const file = path.join(folder, '06-transactions/10-queue.md');
    expect((await loadLesson('/nowhere', file)).lesson?.id).toBe('transactions/queue');
    const alone = path.join(folder, 'My own.md');
    copyFileSync(file, alone);
    expect((await loadLesson('/nowhere', alone)).lesson).toMatchObject({ id: 'files/my-own', number: '0.0' });
    for (const wanted of ['06-transactions/11-nothing.md', 'x.md'])
      await expect(loadLesson(folder, path.join(folder, wanted))).rejects.toMatchObject({
        code: 'unknown-lesson',
      });
  });

  it('gives the problems of a broken one', async () => {
    write('06-transactions/05-broken.md', '');
    expect(await loadLesson(folder, '6.5')).toMatchObject({
      lesson: null,
      problems: [{ position: { file: path.join(folder, '06-transactions/05-broken.md') } }],
    });
  });

  it('asks which when a name is not enough', async () => {
    write('10-last/02-queue.md', titled('Another'));
    await expect(loadLesson(folder, 'queue')).rejects.toMatchObject({
      code: 'ambiguous-lesson',
      suggestions: ['transactions/queue', 'last/queue'],
    });
  });

  it.each<[string, string[]]>([
    ['lost-update', ['transactions/lost-updates']],
    ['lst-updates', ['transactions/lost-updates']],
    ['transaction/queue', ['transactions/queue']],
    ['transactions', ['transactions/lost-updates', 'transactions/queue']],
    ['9.9', []],
    ['', []],
  ])('suggests what %j may mean', async (wanted, suggestions) => {
    const error = await loadLesson(folder, wanted).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LessonError);
    expect(error).toMatchObject({ code: 'unknown-lesson', suggestions });
  });
});
