import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { lessonSchema, schemaFile } from '../../scripts/lesson-schema.ts';
import { frontMatter, readFrontMatter } from '../../src/lesson/front-matter.ts';
import { collectProblems } from '../../src/lesson/problems.ts';

const written = readFileSync(schemaFile, 'utf8');
const schema = z.fromJSONSchema(JSON.parse(written));

const bySchema = (yaml: string): boolean => schema.safeParse(parse(yaml)).success;
const byParser = (yaml: string): boolean => {
  const problems = collectProblems();
  readFrontMatter('a.md', `---\n${yaml}\n---\n`.split('\n'), problems);
  return problems.list.length === 0;
};

const least = 'title: T\nsummary: S.\nminutes: 5';

describe('docs/lesson.schema.json', () => {
  it('is what npm run schema writes', () => {
    expect(written).toBe(lessonSchema());
  });

  it('knows the keys of the parser, and which of them are needed', () => {
    const { shape } = frontMatter.out;
    const { properties, required } = JSON.parse(written);
    expect(Object.keys(properties)).toEqual(Object.keys(shape));
    expect(required).toEqual(
      Object.entries(shape).flatMap(([key, one]) => (one.safeParse(undefined).success ? [] : [key])),
    );
    const { shape: needs } = shape.needs.unwrap().out;
    expect(Object.keys(properties.needs.properties)).toEqual(Object.keys(needs));
  });

  it.each([
    least,
    `${least}\nneeds: { postgres: ">=14" }`,
    `${least}\nneeds: { postgres: ">=15 <18", extensions: [pg_trgm], privileges: [superuser, createrole] }`,
    `${least}\nneeds: { postgres: "=17" }`,
    `${least}\ncovers: [S2-57, S1-1.1a, S1-T9]\ndocs: [mvcc, sql-select]`,
    `${least}\ncovers: [S9-99]`,
    `${least}\n# a comment\ncovers: []`,
  ])('takes what the parser takes: %j', (yaml) => {
    expect([byParser(yaml), bySchema(yaml)]).toEqual([true, true]);
  });

  it.each([
    'title: T\nsummary: S.',
    'title: T\nsummary: ""\nminutes: 5',
    'title: T\nsummary: S.\nminutes: 0',
    'title: T\nsummary: S.\nminutes: 121',
    'title: T\nsummary: S.\nminutes: 1.5',
    'title: T\nsummary: S.\nminutes: soon',
    'title: [T]\nsummary: S.\nminutes: 5',
    `${least}\nauthor: me`,
    `${least}\nneeds: [superuser]`,
    `${least}\nneeds: { postgres: new }`,
    `${least}\nneeds: { postgres: "14" }`,
    `${least}\nneeds: { servers: 2 }`,
    `${least}\nneeds: { privileges: [root] }`,
    `${least}\nneeds: { extensions: pg_trgm }`,
    `${least}\nneeds: { extensions: [PG] }`,
    `${least}\ncovers: S2-57`,
    `${least}\ncovers: [X1]`,
    `${least}\ndocs: [mvcc.html]`,
  ])('refuses what the parser refuses: %j', (yaml) => {
    expect([byParser(yaml), bySchema(yaml)]).toEqual([false, false]);
  });
});
