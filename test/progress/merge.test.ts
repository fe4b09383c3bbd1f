import { describe, expect, it } from 'vitest';
import { mergeProgress } from '../../src/progress/merge.ts';
import { parseImport, parseProgress, printExport, printProgress } from '../../src/progress/schema.ts';
import { type LessonProgress, noProgress, type Progress } from '../../src/progress/types.ts';

const time = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

/** Numbers below `n`, the same for the same seed (mulberry32). */
const generator = (seed: number) => {
  let state = seed;
  return (n: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
};
type Random = ReturnType<typeof generator>;

const some = <T>(random: Random, names: readonly string[], make: () => T): Record<string, T> =>
  Object.fromEntries(names.filter(() => random(2) === 0).map((name) => [name, make()]));

const maybe = (random: Random): string | null => (random(2) === 0 ? null : time(random(6)));

/** Few times and few names, so that entries meet; also fields that this version does not know. */
const randomLesson = (random: Random): LessonProgress & { readonly drawings?: unknown } => ({
  pages: some(random, ['one', 'two'], () => ({ startedAt: time(random(6)), doneAt: maybe(random) })),
  page: random(3) === 0 ? null : `page-${random(3)}`,
  step: random(2) === 0 ? null : `step-${random(2)}`,
  pageAt: random(4) === 0 ? '' : time(random(6)),
  finishedAt: maybe(random),
  predictions: some(random, ['p', 'q'], () => ({
    answers: [...new Set(Array.from({ length: 1 + random(3) }, () => time(random(6))))]
      .sort()
      .map((at) => ({ at, choice: random(2), right: random(2) === 0 })),
  })),
  exercises: some(random, ['e', 'f'], () => ({
    passedAt: maybe(random),
    shownAt: maybe(random),
    skippedAt: maybe(random),
  })),
  resetAt: random(3) === 0 ? time(random(6)) : null,
  updatedAt: time(random(6)),
  ...(random(2) === 0
    ? { drawings: some(random, ['e', 'f'], () => ({ at: time(random(6)), status: `s${random(3)}` })) }
    : {}),
});
const randomProgress = (random: Random): Progress => some(random, ['a/b', 'c/d'], () => randomLesson(random));

describe('mergeProgress', () => {
  it('is commutative, associative and idempotent', () => {
    for (let seed = 0; seed < 1000; seed += 1) {
      const random = generator(seed);
      const [a, b, c] = [randomProgress(random), randomProgress(random), randomProgress(random)];
      const ab = mergeProgress(a, b);
      expect(mergeProgress(b, a), `seed ${seed}: b, a`).toEqual(ab);
      expect(mergeProgress(ab, b), `seed ${seed}: b again`).toEqual(ab);
      expect(mergeProgress(ab, a), `seed ${seed}: a again`).toBe(ab);
      expect(mergeProgress(mergeProgress(a, c), b), `seed ${seed}: c between`).toEqual(mergeProgress(ab, c));
    }
  });

  it('loses nothing of two machines that both went on', () => {
    const base: LessonProgress = {
      ...noProgress,
      pages: { one: { startedAt: time(1), doneAt: time(2) } },
      page: 'two',
      pageAt: time(2),
      updatedAt: time(2),
    };
    const answer = (at: number, right: boolean) => ({ at: time(at), choice: 0, right });
    const here = {
      ...base,
      pages: { ...base.pages, two: { startedAt: time(3), doneAt: time(4) } },
      page: 'three',
      pageAt: time(4),
      predictions: { p: { answers: [answer(3, false), answer(8, true)] } },
    };
    const there = {
      ...base,
      pages: { ...base.pages, two: { startedAt: time(5), doneAt: null } },
      page: 'two',
      pageAt: time(5),
      step: 'two-1',
      predictions: { p: { answers: [answer(6, false)] }, q: { answers: [answer(6, true)] } },
    };
    expect(mergeProgress({ l: here }, { l: there })).toEqual({
      l: {
        ...base,
        pages: { ...base.pages, two: { startedAt: time(5), doneAt: time(4) } },
        page: 'two',
        step: 'two-1',
        pageAt: time(5),
        predictions: {
          p: { answers: [answer(3, false), answer(6, false), answer(8, true)] },
          q: { answers: [answer(6, true)] },
        },
      },
    });
  });

  it('keeps what is newer than a reset and drops the rest', () => {
    const reset = { ...noProgress, resetAt: time(5), updatedAt: time(5) };
    const played: LessonProgress = {
      ...noProgress,
      pages: { one: { startedAt: time(1), doneAt: time(6) }, two: { startedAt: time(1), doneAt: time(2) } },
      page: 'one',
      pageAt: time(6),
      finishedAt: time(2),
      updatedAt: time(6),
    };
    expect(mergeProgress({ l: reset }, { l: played })).toEqual({
      l: {
        ...noProgress,
        pages: { one: { startedAt: null, doneAt: time(6) } },
        page: 'one',
        pageAt: time(6),
        resetAt: time(5),
        updatedAt: time(6),
      },
    });
  });
});

describe('export and import', () => {
  it('gives back what was exported, whatever it is', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const lessons = randomProgress(generator(seed));
      expect(parseImport(printExport(lessons))).toEqual({ ok: true, lessons });
      expect(parseProgress(printProgress({ lessons, rest: {} })).lessons).toEqual(lessons);
    }
  });

  it('takes the progress file of version 1', () => {
    const old = { pagesDone: ['one'], page: null, finishedAt: null, predictions: {}, updatedAt: time(1) };
    const read = parseImport(JSON.stringify({ version: 1, lessons: { 'a/b': old } }));
    expect(read).toMatchObject({ ok: true, lessons: { 'a/b': { pages: { one: { doneAt: time(1) } } } } });
  });

  it.each([
    ['', 'it is not JSON'],
    ['[]', 'expected object'],
    ['{"lessons":{}}', 'version: '],
    ['{"version":99,"lessons":{"a/b":1}}', 'it has version 99; this pg-tutor knows up to 2'],
    ['{"version":2,"lessons":{"a/b":{"pages":[]}}}', 'lessons.a/b.pages: '],
    [
      JSON.stringify({ version: 2, lessons: { 'a/b': { ...noProgress, finishedAt: 'soon' } } }),
      'lessons.a/b.finishedAt: expected a time',
    ],
  ])('refuses %j', (text, message) => {
    const read = parseImport(text);
    expect(read.ok ? '' : read.message.toLowerCase()).toContain(message.toLowerCase());
  });
});
