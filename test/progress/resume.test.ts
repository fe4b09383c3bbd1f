import { describe, expect, it } from 'vitest';
import { resumePlace, startOf } from '../../src/progress/resume.ts';
import { noProgress } from '../../src/progress/types.ts';
import { lostUpdate } from '../support/lost-update.ts';

const at = '2026-01-01T00:00:00.000Z';
const there = {
  ...noProgress,
  page: 'bob-arrives',
  step: 'bob-write',
  pageAt: at,
  predictions: {
    'bob-write-guess': {
      answers: [
        { at, choice: 0, right: false },
        { at, choice: null, right: null },
      ],
    },
    elsewhere: { answers: [{ at, choice: 0, right: true }] },
  },
};

describe('resumePlace', () => {
  it('is the page, the step that ran last, and the last answers of that page', () => {
    expect(resumePlace(lostUpdate, there)).toEqual({
      page: 'bob-arrives',
      after: 'bob-write',
      answers: { 'bob-write-guess': null },
    });
  });

  it.each([
    ['never opened', noProgress, startOf(null)],
    ['finished', { ...there, finishedAt: at }, startOf(null)],
    ['a page that is gone', { ...there, page: 'gone' }, startOf(null)],
    ['a step that is gone', { ...there, step: 'gone' }, startOf('bob-arrives')],
    ['a step of another page', { ...there, step: 'bob-read' }, startOf('bob-arrives')],
    ['no step yet', { ...there, step: null }, startOf('bob-arrives')],
  ])('begins where it can: %s', (_, progress, place) => {
    expect(resumePlace(lostUpdate, progress)).toEqual(place);
  });
});
