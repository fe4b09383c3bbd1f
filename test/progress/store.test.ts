import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProgress } from '../../src/progress/store.ts';
import type { LessonProgress } from '../../src/progress/types.ts';
import { lessonStatus, lessonToContinue, noProgress } from '../../src/progress/types.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pg-tutor-progress-'));
  file = path.join(folder, 'state', 'progress.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const visited = (page: string) => (lesson: LessonProgress) => ({
  ...lesson,
  page,
  pageAt: '2025-01-01T00:00:00.000Z',
  updatedAt: '2025-01-01T00:00:00.000Z',
});
const names = () => readdirSync(path.dirname(file)).sort();
const put = (text: string) => {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
};

const writers: ChildProcess[] = [];
const startWriter = (lesson: string, count: number) => {
  const script = path.join(import.meta.dirname, 'progress-writer.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, file, lesson, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  writers.push(child);
  return child;
};
afterEach(() => {
  for (const child of writers.splice(0)) child.kill('SIGKILL');
});

describe('openProgress', () => {
  it('starts with nothing and remembers what it was told', () => {
    const store = openProgress(file);
    expect(store.all()).toEqual({});
    expect(store.lesson('a/b')).toEqual(noProgress);
    store.update('a/b', visited('one'));
    expect(openProgress(file).lesson('a/b').page).toBe('one');
    expect(names()).toEqual(['progress.json']);
    expect(store.takeNotices()).toEqual([]);
  });

  it('does not write when nothing changed', () => {
    const store = openProgress(file);
    store.update('a/b', (same) => same);
    expect(names()).toEqual([]);
  });

  it('forgets', () => {
    const store = openProgress(file);
    store.update('a/b', visited('one'));
    store.forget();
    expect(store.all()).toEqual({});
    store.forget();
    expect(store.takeNotices()).toEqual([]);
  });

  it('keeps fields it does not know', () => {
    put(
      JSON.stringify({
        version: 1,
        theme: 'dark',
        lessons: {
          'a/b': {
            pagesDone: ['one'],
            page: 'two',
            finishedAt: null,
            predictions: { p: { choice: 1, right: true, at: '2025-01-01', seconds: 4 } },
            updatedAt: '2025-01-01',
            stars: 3,
          },
        },
      }),
    );
    openProgress(file).update('a/b', visited('three'));
    const after = JSON.parse(readFileSync(file, 'utf8'));
    expect(after).toMatchObject({
      version: 2,
      theme: 'dark',
      lessons: { 'a/b': { stars: 3, page: 'three', predictions: { p: { answers: [{ seconds: 4 }] } } } },
    });
  });

  it.each(['', '{"version":1,"lessons":', 'null', '[]', '\0\0\0', '{"version":"x","lessons":{}}'])(
    'sets a damaged file aside: %j',
    (text) => {
      put(text);
      const store = openProgress(file, () => new Date('2025-11-21T10:11:12Z'));
      expect(store.all()).toEqual({});
      expect(store.takeNotices()).toEqual([
        expect.stringContaining('progress.json.damaged-2025-11-21T10-11-12'),
      ]);
      expect(readFileSync(`${file}.damaged-2025-11-21T10-11-12`, 'utf8')).toBe(text);
      store.update('a/b', visited('one'));
      expect(openProgress(file).lesson('a/b').page).toBe('one');
      expect(store.takeNotices()).toEqual([]);
    },
  );

  it('keeps the good lessons of a damaged file', () => {
    const good = { ...noProgress, page: 'one', updatedAt: '2025-01-01T00:00:00.000Z' };
    put(JSON.stringify({ version: 2, lessons: { good, bad: { page: 4 } } }));
    const store = openProgress(file);
    expect(store.all()).toEqual({ good });
    expect(store.takeNotices()).toHaveLength(1);
    expect(openProgress(file).all()).toEqual({ good });
    expect(names()).toHaveLength(2);
  });

  it('takes over what version 1 wrote', () => {
    const at = '2025-01-02T10:00:00.000Z';
    const old = {
      pagesDone: ['one', 'two'],
      page: 'three',
      finishedAt: null,
      predictions: { p: { choice: 1, right: false, at } },
      updatedAt: '2025-01-02T11:00:00+01:00',
    };
    put(
      JSON.stringify({
        version: 1,
        lessons: { 'a/b': old, untouched: { ...old, page: null, pagesDone: [] } },
      }),
    );
    const store = openProgress(file);
    expect(store.lesson('a/b')).toEqual({
      ...noProgress,
      pages: {
        one: { startedAt: at, doneAt: at },
        two: { startedAt: at, doneAt: at },
        three: { startedAt: at, doneAt: null },
      },
      page: 'three',
      pageAt: at,
      predictions: { p: { answers: [{ choice: 1, right: false, at }] } },
      updatedAt: at,
    });
    expect(lessonToContinue(store.all())).toBe('a/b');
    store.update('a/b', visited('one'));
    expect(JSON.parse(readFileSync(file, 'utf8')).version).toBe(2);
    expect(openProgress(file).lesson('a/b')).toMatchObject({ page: 'one', pages: { two: { doneAt: at } } });
    expect(store.takeNotices()).toEqual([]);
  });

  it('forgets one lesson, and an older file does not bring it back', () => {
    let clock = '2025-01-01T10:00:00.000Z';
    const store = openProgress(file, () => new Date(clock));
    store.update('a/b', visited('one'));
    store.update('c/d', visited('one'));
    const copy = store.all();
    clock = '2025-01-02T10:00:00.000Z';
    store.reset('a/b');
    expect(store.lesson('a/b')).toEqual({ ...noProgress, resetAt: clock, updatedAt: clock });
    expect(lessonStatus(store.lesson('a/b'))).toBe('unseen');
    store.merge(copy);
    expect(store.lesson('a/b').page).toBeNull();
    expect(store.lesson('c/d').page).toBe('one');
  });

  it('never writes over the file of a newer version', () => {
    const text = JSON.stringify({ version: 99, lessons: { good: { ...noProgress, page: 'one' }, odd: 7 } });
    put(text);
    const store = openProgress(file);
    expect(store.lesson('good').page).toBe('one');
    store.update('good', visited('two'));
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(store.takeNotices()).toEqual([expect.stringContaining('newer pg-tutor')]);
  });

  it('says so, and goes on, when saving is impossible', () => {
    writeFileSync(path.join(folder, 'state'), 'a file where the folder should be');
    const store = openProgress(file);
    store.update('a/b', visited('one'));
    expect(store.takeNotices()).toEqual([expect.stringContaining('could not be saved')]);
  });

  it('does not replace a file that it cannot read', () => {
    mkdirSync(file, { recursive: true });
    const store = openProgress(file);
    store.update('a/b', visited('one'));
    expect(store.takeNotices()[0]).toContain('could not be saved');
    expect(store.all()).toEqual({});
    expect(store.takeNotices()[0]).toContain('could not be read');
  });

  it('takes over the lock of a dead process and waits for one that lives', async () => {
    const dead = spawn(process.execPath, ['-e', '0']);
    await once(dead, 'exit');
    put('{"version":1,"lessons":{}}');
    writeFileSync(`${file}.lock`, `${dead.pid} token`);
    openProgress(file).update('a/b', visited('one'));
    // Had it given up waiting, the lock would still be there.
    expect(names()).toEqual(['progress.json']);

    writeFileSync(`${file}.lock`, `${process.ppid} token`);
    openProgress(file).update('a/b', visited('two'));
    expect(readFileSync(`${file}.lock`, 'utf8')).toBe(`${process.ppid} token`);
    expect(openProgress(file).lesson('a/b').page).toBe('two');
  });

  it('keeps the file private', () => {
    openProgress(file).update('a/b', visited('one'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('loses nothing of two processes that write at once', async () => {
    const children = ['a', 'b'].map((lesson) => startWriter(lesson, 40));
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual([0, 0]);
    const all = openProgress(file).all();
    for (const lesson of ['a', 'b']) {
      expect(Object.keys(all[lesson]?.pages ?? {}).map((page) => page.replace(/^\d+-/, ''))).toEqual(
        Array.from({ length: 40 }, (_, index) => `page-${index + 1}`),
      );
    }
  });

  it('loses nothing of two processes that write the same lesson', async () => {
    const children = ['same', 'same'].map((lesson) => startWriter(lesson, 40));
    await Promise.all(children.map((child) => once(child, 'exit')));
    expect(Object.keys(openProgress(file).lesson('same').pages)).toHaveLength(80);
  });

  it('is whole after kill -9 at any moment', async () => {
    for (let round = 0; round < 4; round += 1) {
      const children = ['a', 'b'].map((lesson) => startWriter(`${lesson}${round}`, 0));
      const last = await Promise.all(
        children.map(async (child, index) => {
          let seen = '';
          child.stdout?.setEncoding('utf8').on('data', (text: string) => {
            seen += text;
          });
          const exited = once(child, 'exit');
          await expect
            .poll(() => seen.split('\n').length, { timeout: 20_000 })
            .toBeGreaterThan(5 + round * 3 + index);
          child.kill('SIGKILL');
          await exited;
          return Number(seen.split('\n').at(-2));
        }),
      );
      const store = openProgress(file);
      const all = store.all();
      expect(store.takeNotices()).toEqual([]);
      // What a process said it had saved is there; at most the one it was saving is there as well.
      for (const [index, lesson] of ['a', 'b'].entries()) {
        const saved = Number(all[`${lesson}${round}`]?.page?.slice('page-'.length));
        expect(saved - (last[index] ?? 0)).toBeGreaterThanOrEqual(0);
        expect(saved - (last[index] ?? 0)).toBeLessThanOrEqual(1);
      }
      store.update('after', visited(`round-${round}`));
      expect(store.lesson('after').page).toBe(`round-${round}`);
    }
  });
});

describe('lessonToContinue', () => {
  it('is the one touched last that is not finished', () => {
    const lesson = (pageAt: string, finishedAt: string | null = null) => ({
      ...noProgress,
      page: 'p',
      pageAt,
      finishedAt,
    });
    expect(lessonToContinue({})).toBeNull();
    expect(
      lessonToContinue({ a: lesson('2025-01-02'), b: lesson('2025-01-03'), c: lesson('2025-01-01') }),
    ).toBe('b');
    expect(lessonToContinue({ a: lesson('2025-01-02'), b: lesson('2025-01-03', '2025-01-03') })).toBe('a');
  });
});
