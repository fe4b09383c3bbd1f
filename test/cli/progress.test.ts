import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseImport } from '../../src/progress/schema.ts';
import { type LessonProgress, noProgress, type Progress } from '../../src/progress/types.ts';
import {
  type CliOptions,
  type CliResult,
  type Home,
  makeHome,
  runCli,
  tinyLesson,
  writeLessons,
} from '../support/cli.ts';

let home: Home;
let lessons: string;
beforeEach(() => {
  home = makeHome();
  lessons = writeLessons(home, { '01-tiny.md': tinyLesson(), '02-other.md': tinyLesson() });
});
afterEach(() => home.remove());

const run = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
  runCli(home, [...args, '--lessons', lessons], options);
const file = () => path.join(home.folder, 'state/pg-tutor/progress.json');
const put = (progress: Progress): string =>
  home.write('state/pg-tutor/progress.json', JSON.stringify({ version: 2, lessons: progress }));
const saved = (): Progress => {
  const read = parseImport(readFileSync(file(), 'utf8'));
  if (!read.ok) throw new Error(read.message);
  return read.lessons;
};

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
const begun = (days: number, page = 'who-waits'): LessonProgress => ({
  ...noProgress,
  pages: { [page]: { startedAt: daysAgo(days), doneAt: null } },
  page,
  pageAt: daysAgo(days),
  updatedAt: daysAgo(days),
});
const mispredicted = (days: number): LessonProgress => ({
  ...begun(days),
  predictions: { 'second-prediction': { answers: [{ at: daysAgo(days), choice: 1, right: false }] } },
});

describe('progress export and import', () => {
  it('take progress to another machine and lose nothing there', async () => {
    put({ 'first/tiny': begun(2) });
    const out = await run(['progress', 'export']);
    expect([out.code, out.stderr]).toEqual([0, '']);
    expect(JSON.parse(out.stdout)).toMatchObject({ format: 'pg-tutor progress', version: 2 });

    put({ 'first/other': begun(1, 'the-end') });
    const taken = await run(['progress', 'import', '-'], { input: out.stdout });
    expect([taken.code, taken.stdout]).toEqual([0, '']);
    expect(taken.stderr).toBe('Taken in from the input: 1 lesson (first/tiny).\n');
    expect(Object.keys(saved()).sort()).toEqual(['first/other', 'first/tiny']);
    const again = await run(['progress', 'import', '-'], { input: out.stdout });
    expect([again.code, again.stderr]).toEqual([0, 'You had all of the input already.\n']);
  });

  it('write a file, and not over one that is there', async () => {
    put({ 'first/tiny': begun(2) });
    const target = path.join(home.folder, 'mine.json');
    expect((await run(['progress', 'export', target])).stderr).toContain(`progress import ${target}`);
    const text = readFileSync(target, 'utf8');
    put({});
    const refused = await run(['progress', 'export', target]);
    expect([refused.code, readFileSync(target, 'utf8')]).toEqual([1, text]);
    expect(refused.stderr).toContain('--force');
    expect((await run(['progress', 'export', target, '--force'])).code).toBe(0);
    expect(readFileSync(target, 'utf8')).not.toBe(text);
  });

  it.each([
    ['{"version":2,"lessons":{"a/b":{"pages":3}}}', 'lessons.a/b.pages: expected'],
    ['{"version":99,"lessons":{}}', 'version 99'],
    ['hello', 'it is not JSON'],
  ])('refuse %s and change nothing', async (text, message) => {
    put({ 'first/tiny': begun(2) });
    const before = readFileSync(file(), 'utf8');
    const bad = home.write('bad.json', text);
    const { code, stderr } = await run(['progress', 'import', bad]);
    expect(code).toBe(1);
    expect(stderr).toContain(`nothing was imported from ${bad}: `);
    expect(stderr).toContain(message);
    expect(readFileSync(file(), 'utf8')).toBe(before);
  });

  it('leave a file of a newer version as it is', async () => {
    const other = home.write(
      'other.json',
      JSON.stringify({ version: 2, lessons: { 'first/tiny': begun(1) } }),
    );
    const newer = JSON.stringify({ version: 99, lessons: {} });
    home.write('state/pg-tutor/progress.json', newer);
    const { code, stderr } = await run(['progress', 'import', other]);
    expect([code, readFileSync(file(), 'utf8')]).toEqual([1, newer]);
    expect(stderr).toContain('newer pg-tutor');
  });

  it.each([
    [['progress'], 'progress needs one of export, import, reset'],
    [['progress', 'imprt', 'x'], 'did you mean "import"'],
    [['progress', 'import'], 'which file?'],
    [['progress', 'reset'], 'which lesson?'],
  ])('%j is a wrong command line', async (args, message) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('forgetting one lesson', () => {
  it.each([[['progress', 'reset', 'tiny']], [['reset', '--lesson', '1.1']]])('%j', async (args) => {
    put({ 'first/tiny': begun(2), 'first/other': begun(1) });
    const asked = await run(args);
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain('Add --yes');
    expect(saved()['first/tiny']?.page).toBe('who-waits');
    const done = await run([...args, '--yes']);
    expect([done.code, done.stderr]).toEqual([
      0,
      '1.1 One row, two sessions is as if you had never opened it.\n',
    ]);
    expect(saved()['first/tiny']).toMatchObject({ page: null, pages: {} });
    expect(saved()['first/other']?.page).toBe('who-waits');
    expect((await run(args)).stderr).toContain('nothing to forget');
  });

  it('names what is near when there is no such lesson', async () => {
    const { code, stderr } = await run(['progress', 'reset', 'tiney', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('Did you mean first/tiny?');
    expect(existsSync(file())).toBe(false);
  });
});

describe('list --search', () => {
  it('finds words in prose and SQL and says on which page', async () => {
    const { code, stdout } = await run(['list', '--search', 'only alice']);
    expect(code).toBe(0);
    expect(stdout).toContain('1.1:1 Who waits: Only Alice can end it.');
    const json = JSON.parse((await run(['list', '--search', 'BALANCE + 100', '--json'])).stdout);
    expect(json.found[0]).toMatchObject({
      lesson: 'first/tiny',
      where: 'sql',
      page: { id: 'who-waits', number: 1 },
    });
  });

  it('does not give claims and answers away, and says when nothing is found', async () => {
    const { code, stdout, stderr } = await run(['list', '--search', 'succeeds at once']);
    expect([code, stdout, stderr]).toEqual([1, '', 'Nothing found for "succeeds at once".\n']);
  });
});

describe('review', () => {
  it('lists pages with their days and says when nothing is due', async () => {
    expect((await run(['review'])).stderr).toContain('Nothing to review.');
    put({ 'first/tiny': mispredicted(0) });
    const later = await run(['review', '--list']);
    expect([later.code, later.stdout]).toEqual([
      0,
      'tomorrow    1.1:1    Who waits (One row, two sessions)\n',
    ]);
    expect((await run(['review'])).stderr).toBe(
      'Nothing is due for review. Next: first/tiny, page 1, tomorrow.\n',
    );
    put({ 'first/tiny': mispredicted(2) });
    expect((await run(['review', '--list'])).stdout).toMatch(/^due +1\.1:1 /);
    const { pages } = JSON.parse((await run(['review', '--list', '--json'])).stdout);
    expect(pages).toMatchObject([{ lesson: 'first/tiny', page: 'who-waits', pageNumber: 1, isDue: true }]);
  });

  it('plays what is due in plain text, one page after the other, and keeps the place in the lessons', async () => {
    put({ 'first/tiny': { ...mispredicted(2), page: 'the-end' }, 'first/other': mispredicted(2) });
    // Each page: run, answer, run, run.
    const { code, stdout } = await run(['review', '--plain'], { input: '\n1\n\n\n\n2\n\n\n' });
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(
      /Review, 1 of 2\.[\s\S]*Right[\s\S]*You predicted 1 of 1 right\.[\s\S]*Review, 2 of 2\./,
    );
    // The reason stands there for the wrong answer as for the right one.
    expect(stdout.match(/The row is locked until Alice's transaction ends\./g)).toHaveLength(2);
    expect(stdout).not.toContain('That is all.');
    const { 'first/tiny': tiny, 'first/other': other } = saved();
    expect(tiny?.page).toBe('the-end');
    expect(tiny?.predictions['second-prediction']?.answers.map(({ right }) => right)).toEqual([false, true]);
    expect(other?.predictions['second-prediction']?.answers.map(({ right }) => right)).toEqual([
      false,
      false,
    ]);
    expect((await run(['review', '--list'])).stdout).toMatch(/^tomorrow .*1\.2:1[\s\S]*in 3 days .*1\.1:1/);
  });
});

describe('learn at a place', () => {
  it('begins before a step, and goes on where one left', async () => {
    const first = await run(['learn', 'tiny:commit', '--plain'], { input: '\nq\n' });
    expect(first.stdout).not.toContain('alice> begin');
    expect(first.stdout).toContain('alice> commit');
    expect(saved()['first/tiny']).toMatchObject({ page: 'who-waits', step: 'commit' });
    const second = await run(['learn', 'tiny', '--plain'], { input: '\nq\n' });
    expect(second.stdout).not.toContain('alice> commit');
    expect(second.stdout).toContain('you> select balance');
    const again = await run(['learn', 'tiny:1', '--plain'], { input: '\nq\n' });
    expect(again.stdout).toContain('alice> begin');
  });

  it('names the pages and steps there are', async () => {
    const { code, stderr } = await run(['learn', 'tiny:comit']);
    expect(code).toBe(2);
    expect(stderr).toContain('has no page comit; it has pages 1 to 2; did you mean "commit"?');
    expect(stderr).toContain('1  who-waits; steps: first, second, commit, look');
  });
});
