import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dueInWords, nothingDue, scheduleOf, scoreOf, weakPages } from '../../src/progress/review.ts';
import { type Answer, noProgress } from '../../src/progress/types.ts';

/** A moment of local time. */
const local = (day: number, hour = 12, month = 3): Date => new Date(2026, month - 1, day, hour);
const answer = (right: boolean | null, when: Date): Answer => ({
  at: when.toISOString(),
  choice: right === null ? null : 0,
  right,
});

let zone: string | undefined;
beforeEach(() => {
  zone = process.env.TZ;
});
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe.each(['UTC', 'America/New_York', 'Pacific/Auckland'])('the schedule in %s', (name) => {
  beforeEach(() => {
    process.env.TZ = name;
  });

  it('asks again after 1, 3, 7 and 21 days, and then no more', () => {
    const answers = [answer(false, local(2))];
    const dues: (string | undefined)[] = [];
    for (const day of [3, 6, 13, 34]) {
      const schedule = scheduleOf(answers);
      dues.push(schedule?.due.toString());
      answers.push(answer(true, local(day, 8)));
    }
    expect(dues).toEqual([3, 6, 13, 34].map((day) => local(day, 0).toString()));
    expect(scheduleOf(answers)).toBeNull();
  });

  it('is due from midnight on, however late the answer was', () => {
    const { due } = scheduleOf([answer(false, local(7, 23))]) ?? {};
    // In New York that night has 23 hours.
    expect(due).toEqual(local(8, 0));
  });

  it('goes back to the first interval when it is wrong again, at any time', () => {
    const answers = [answer(false, local(2)), answer(true, local(3)), answer(false, local(4))];
    expect(scheduleOf(answers)).toEqual({ step: 0, due: local(5, 0) });
  });

  it('does not count a right answer before its day, nor a skipped question', () => {
    const wrong = answer(false, local(2));
    const expected = { step: 0, due: local(3, 0) };
    expect(scheduleOf([wrong, answer(true, local(2, 13)), answer(null, local(9))])).toEqual(expected);
    expect(scheduleOf([answer(true, local(1)), answer(null, local(2))])).toBeNull();
  });
});

const outline = [
  { id: 'one', title: 'One', predictions: ['a', 'b'] },
  { id: 'two', title: 'Two', predictions: ['c'] },
  { id: 'three', title: 'Three', predictions: [] },
];
const lessons = [
  { id: 'm/first', outline },
  { id: 'm/second', outline },
];

describe('weakPages', () => {
  it('lists pages by the day they are due, and leaves out what is gone from a lesson', () => {
    const progress = {
      'm/first': {
        ...noProgress,
        predictions: {
          a: { answers: [answer(false, local(9))] },
          b: { answers: [answer(false, local(2)), answer(true, local(8))] },
          gone: { answers: [answer(false, local(1))] },
        },
      },
      'm/second': { ...noProgress, predictions: { c: { answers: [answer(false, local(2))] } } },
      'not/there': { ...noProgress, predictions: { a: { answers: [answer(false, local(2))] } } },
    };
    const pages = weakPages(lessons, progress, local(4));
    expect(pages.map(({ lesson, page, due, isDue }) => [lesson.id, page.number, due, isDue])).toEqual([
      ['m/second', 2, local(3, 0), true],
      ['m/first', 1, local(10, 0), false],
    ]);
    expect(nothingDue(pages.slice(1), local(9))).toBe(
      'Nothing is due for review. Next: m/first, page 1, tomorrow.',
    );
    expect(nothingDue([], local(9))).toContain('Nothing to review');
  });

  it.each([
    [local(5, 0), local(5, 1), 'due'],
    [local(6, 0), local(5, 23), 'tomorrow'],
    [local(9, 0), local(5, 1), 'in 4 days'],
    // 29 March 2026 has 23 hours in much of Europe.
    [local(30, 0), local(27, 23), 'in 3 days'],
  ])('says when: %s at %s', (due, now, words) => expect(dueInWords(due, now)).toBe(words));
});

describe('scoreOf', () => {
  it('counts the last answers that were given', () => {
    const lesson = {
      ...noProgress,
      predictions: {
        a: { answers: [answer(false, local(1)), answer(true, local(2)), answer(null, local(3))] },
        b: { answers: [answer(false, local(1))] },
        c: { answers: [answer(null, local(1))] },
      },
    };
    expect(scoreOf(lesson, ['a', 'b', 'c', 'd'])).toEqual({ answered: 2, right: 1 });
  });
});
