import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from '../../src/lesson/closest.ts';
import { searchLessons } from '../../src/lesson/search.ts';
import { slugify } from '../../src/lesson/slug.ts';
import { parseVersionRange } from '../../src/lesson/versions.ts';
import { lessonOf, step } from './support.ts';

const lesson = (number: string, title: string, summary: string) => ({
  ...lessonOf(step),
  number,
  title,
  summary,
});
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
  ])('%j', (query, numbers) => {
    expect(searchLessons(catalog, query).map(({ number }) => number)).toEqual(numbers);
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
