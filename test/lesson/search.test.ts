import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCatalog, loadTexts } from '../../src/lesson/catalog.ts';
import { closest, didYouMean } from '../../src/lesson/closest.ts';
import { readText } from '../../src/lesson/lesson-text.ts';
import { outlineOf } from '../../src/lesson/outline.ts';
import { makeSearchIndex, searchLessons } from '../../src/lesson/search.ts';
import { slugify } from '../../src/lesson/slug.ts';
import { parseVersionRange } from '../../src/lesson/versions.ts';
import { lessonOf, step } from './support.ts';

const lesson = (number: string, title: string, summary: string) => {
  const parsed = lessonOf(step);
  return { ...parsed, id: `m/${number}`, number, title, summary, outline: outlineOf(parsed) };
};
const catalog = {
  modules: [
    { lessons: [lesson('2.4', 'Time', 'Clocks go back; an update at night runs twice.')] },
    {
      lessons: [
        lesson('6.4', 'Lost updates', 'Two tellers at Café Zoë.'),
        lesson('6.10', 'A queue', 'SKIP LOCKED.'),
      ],
    },
  ],
};
const numbers = (query: string, texts: Parameters<typeof makeSearchIndex>[1] = null): string[] =>
  searchLessons(makeSearchIndex(catalog, texts), query).map((found) => found.lesson.number);

describe('searchLessons', () => {
  it.each<[string, string[]]>([
    ['', ['2.4', '6.4', '6.10']],
    ['update', ['6.4', '2.4']],
    ['UPDATE tellers', ['6.4']],
    ['cafe zoe', ['6.4']],
    ['skip', ['6.10']],
    ['6.1', ['6.10']],
    ['transactions', ['2.4', '6.4', '6.10']],
    ['nothing', []],
  ])('%j', (query, expected) => {
    expect(numbers(query)).toEqual(expected);
  });

  it('looks into prose and SQL, says where, and puts the better place first', () => {
    const page = lesson('1', '', '').outline[0];
    const texts = new Map([
      ['m/2.4', readText('## One\n\nRows wait.\n\n```sql\nselect * from job for update skip locked;\n```\n')],
      ['m/6.10', readText('## One\n\nA worker takes what is free with *skip  locked*.\n')],
      ['m/6.4', readText('## One\n\nThey skip it.\n\nThe row stays locked.\n')],
    ]);
    const index = makeSearchIndex(catalog, texts);
    const found = searchLessons(index, 'Skip  Locked');
    expect(found.map(({ lesson: { number }, where }) => [number, where])).toEqual([
      ['6.10', 'summary'],
      ['2.4', 'sql'],
      ['6.4', 'scattered'],
    ]);
    expect(found[1]).toMatchObject({
      page: { id: page?.id, number: 1 },
      excerpt: 'select * from job for update skip locked;',
    });
    expect(searchLessons(index, 'free')[0]).toMatchObject({ where: 'prose', page: { number: 1 } });
  });

  it('cuts a long passage around what was found', () => {
    const words = Array.from({ length: 200 }, (_, at) => `word${at}`).join(' ');
    const texts = new Map([['m/2.4', readText(`## One\n\n${words} needle ${words}\n`)]]);
    const [found] = searchLessons(makeSearchIndex(catalog, texts), 'needle');
    expect(found?.excerpt).toMatch(/^…word\d+ .*\bneedle word0 .*…$/);
    expect(found?.excerpt.length).toBeLessThanOrEqual(162);
  });
});

describe('readText', () => {
  it('gives the prose and SQL of each page, and neither claims nor answers nor notes', () => {
    const text = `---
title: T
---

\`\`\`sql setup
create table secret_of_setup ();
\`\`\`

## One \`code\`

A [link](https://example.com) and
**bold**.
<!-- notes: say nothing -->

\`\`\`predict
question: hidden?
\`\`\`

~~~sql bob #x
select 1
  from t;
~~~

\`\`\`expect
rows: [[42]]
\`\`\`

## Two

- item
`;
    expect(readText(text)).toEqual([
      {
        title: 'One code',
        passages: [
          { kind: 'sql', text: 'create table secret_of_setup ();' },
          { kind: 'prose', text: 'A link and bold.' },
          { kind: 'sql', text: 'select 1 from t;' },
        ],
      },
      { title: 'Two', passages: [{ kind: 'prose', text: 'item' }] },
    ]);
  });

  it('finds the pages that the parser finds, in every lesson', async () => {
    const catalog = await loadCatalog(path.resolve(import.meta.dirname, '../../lessons'));
    const texts = await loadTexts(catalog);
    for (const { id, outline } of catalog.modules.flatMap((module) => module.lessons)) {
      const titles = texts.get(id)?.map(({ title }) => title);
      expect(titles, id).toEqual(outline.map(({ title }) => title));
    }
  });
});

describe('closest', () => {
  it('finds slips of the finger, not other words', () => {
    expect(closest('rowcount', ['rows', 'rowCount'])).toEqual(['rowCount']);
    expect(closest('lokc', ['lock', 'locks'], 2)).toEqual(['lock']);
    expect(closest('blokedBy', ['blocks', 'blockedBy'])).toEqual(['blockedBy']);
    expect(closest('author', ['title', 'docs'])).toEqual([]);
    expect(didYouMean('x'.repeat(1e6), ['title'])).toBe('');
  });
});

describe('slugify', () => {
  it.each([
    ['Two tellers, one account', 'two-tellers-one-account'],
    ['  SELECT … FOR UPDATE! ', 'select-for-update'],
    ['Čeština', 'cestina'],
    ['日本語 10', '日本語-10'],
    ['—', ''],
  ])('%j', (title, slug) => expect(slugify(title)).toBe(slug));
});

describe('parseVersionRange', () => {
  it.each([
    ['>=15', { from: 15 }],
    ['>= 15', { from: 15 }],
    ['<18', { to: 17 }],
    ['>14, <=16', { from: 15, to: 16 }],
    ['=17', { from: 17, to: 17 }],
    ['=17 >=15', { from: 17, to: 17 }],
  ])('%j', (text, range) => expect(parseVersionRange(text)).toEqual({ range }));

  it.each(['', '15', '>=15.2', '>=fifteen', '=>15', '>=16 <16', '<14'])('refuses %j', (text) =>
    expect(parseVersionRange(text)).toHaveProperty('problem'),
  );
});
