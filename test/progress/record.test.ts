import { describe, expect, it } from 'vitest';
import type { Lesson, SqlStep } from '../../src/lesson/types.ts';
import { initialPlayerState, reducePlayer } from '../../src/player/state.ts';
import { createProgressRecorder, recordEvent } from '../../src/progress/record.ts';
import {
  donePages,
  exercisesOf,
  keptAnswers,
  type LessonProgress,
  noProgress,
  type ProgressStore,
  pageStatus,
} from '../../src/progress/types.ts';
import type { EventBody, RunEvent } from '../../src/timeline/events.ts';

const position = { file: 'lesson.md', line: 1, column: 1 };
const step = (id: string): SqlStep => ({
  kind: 'sql',
  id,
  session: 'you',
  sql: 'select 1;',
  send: 'statements',
  explain: false,
  wait: false,
  postgres: {},
  claims: [],
  position,
  sqlPosition: position,
});
const lesson: Lesson = {
  id: 'module/lesson',
  number: '1.1',
  file: 'lesson.md',
  module: { slug: 'module', number: 1, title: 'Module', summary: '' },
  title: 'Lesson',
  summary: '',
  minutes: 1,
  needs: { postgres: {}, extensions: [], privileges: [] },
  covers: [],
  docs: [],
  counts: { pages: 3, predictions: 1, exercises: 0, sessions: 1 },
  setup: [],
  sessions: ['you'],
  pages: ['one', 'two', 'three'].map((id) => ({ id, title: id, position, blocks: [step(`${id}-1`)] })),
};

const run: EventBody[] = [
  { type: 'run-started', lesson: lesson.id, postgres: { version: '18.4', major: 18, own: true } },
  { type: 'database-ready', database: 'd', reason: 'start' },
];
const sent = (id: string): EventBody[] => [
  { type: 'step-sent', step: id, session: 'you', sql: 'select 1;' },
  { type: 'step-finished', step: id },
  { type: 'step-settled', step: id },
];
const enter = (page: string): EventBody => ({ type: 'page-entered', page });

const play = (bodies: readonly EventBody[], from: LessonProgress = noProgress): LessonProgress => {
  let progress = from;
  let state = initialPlayerState(lesson);
  bodies.forEach((body, seq) => {
    const event: RunEvent = { ...body, seq, at: seq };
    progress = recordEvent(progress, event, state, `t${seq}`);
    state = reducePlayer(state, event);
  });
  return progress;
};

describe('recordEvent', () => {
  it('counts a page as done when its steps have run and the learner goes on', () => {
    const progress = play([...run, enter('one'), ...sent('one-1'), enter('two')]);
    expect(progress).toMatchObject({
      pages: { one: { startedAt: 't2', doneAt: 't6' }, two: { startedAt: 't6', doneAt: null } },
      page: 'two',
      step: null,
      pageAt: 't6',
      finishedAt: null,
      updatedAt: 't6',
    });
  });

  it('does not count a page that was jumped over, or left backwards', () => {
    const progress = play([...run, enter('one'), enter('three'), ...sent('three-1'), enter('two')]);
    expect(donePages(progress)).toEqual([]);
    expect(['one', 'two', 'three', 'four'].map((page) => pageStatus(progress, page))).toEqual([
      'started',
      'started',
      'started',
      'unseen',
    ]);
    expect(progress.page).toBe('two');
  });

  it('does not count pages again, nor what is replayed', () => {
    const before = play([...run, enter('one'), ...sent('one-1'), enter('two')]);
    const bodies: EventBody[] = [
      ...run,
      { type: 'replay-started', page: 'three' },
      enter('one'),
      ...sent('one-1'),
      enter('two'),
      ...sent('two-1'),
      enter('three'),
      { type: 'replay-finished', page: 'three' },
    ];
    const after = play(bodies, before);
    expect([donePages(after), after.page, after.step]).toEqual([['one'], 'three', null]);
  });

  it('finishes once', () => {
    const end: EventBody[] = [...run, enter('three'), ...sent('three-1'), { type: 'lesson-finished' }];
    const once = play(end);
    expect(once).toMatchObject({ pages: { three: { doneAt: 't6' } }, finishedAt: 't6' });
    expect(play([...run, ...end], once)).toMatchObject({
      pages: { three: { doneAt: 't6' } },
      finishedAt: 't6',
      updatedAt: 't8',
    });
  });

  it.each([
    { choice: 1, right: true },
    { choice: 0, right: false },
    { choice: null, right: null },
  ])('remembers how a prediction went: %j', ({ choice, right }) => {
    const progress = play([
      ...run,
      { type: 'prediction-made', prediction: 'p', choice },
      { type: 'prediction-judged', prediction: 'p', right: [1] },
    ]);
    expect(progress.predictions).toEqual({ p: { answers: [{ at: 't3', choice, right }] } });
  });

  it('keeps every answer, the last of them when there are many', () => {
    const judged: EventBody[] = [
      { type: 'prediction-made', prediction: 'p', choice: 0 },
      { type: 'prediction-judged', prediction: 'p', right: [0] },
    ];
    const { predictions } = play(Array.from({ length: 120 }, () => judged).flat());
    expect(predictions.p?.answers.length).toBe(keptAnswers);
    expect(predictions.p?.answers.at(-1)?.at).toBe('t239');
  });

  it('remembers the step that ran last, and forgets it when the page begins again', () => {
    const there = play([...run, enter('one'), ...sent('one-1')]);
    expect(there).toMatchObject({ page: 'one', step: 'one-1', pageAt: 't5' });
    const again: EventBody[] = [
      { type: 'replay-started', page: 'one' },
      { type: 'database-ready', database: 'd', reason: 'replay' },
      enter('one'),
      { type: 'replay-finished', page: 'one' },
    ];
    expect(play([...run, enter('one'), ...sent('one-1'), ...again]).step).toBeNull();
    // Opened where one left: the steps are replayed.
    const resumed = play(
      [...run, enter('one'), again[0], again[1], enter('one'), ...sent('one-1'), again[3]].flatMap(
        (body) => body ?? [],
      ),
      there,
    );
    expect(resumed.step).toBe('one-1');
  });

  it('records of a review the answers alone', () => {
    const before = play([...run, enter('one'), ...sent('one-1'), enter('two')]);
    let state = initialPlayerState(lesson);
    let after = before;
    const review: EventBody[] = [
      ...run,
      enter('three'),
      { type: 'prediction-made', prediction: 'p', choice: 0 },
      ...sent('three-1'),
      { type: 'prediction-judged', prediction: 'p', right: [1] },
      enter('one'),
    ];
    review.forEach((body, seq) => {
      const event: RunEvent = { ...body, seq, at: seq };
      after = recordEvent(after, event, state, `u${seq}`, 'answers');
      state = reducePlayer(state, event);
    });
    expect(after).toEqual({
      ...before,
      predictions: { p: { answers: [{ at: 'u7', choice: 0, right: false }] } },
      updatedAt: 'u7',
    });
  });

  it('never takes a solution that was shown for an answer, nor an answer back', () => {
    const judged = (exercise: string, passed: boolean): EventBody => ({
      type: 'exercise-judged',
      exercise,
      answer: 'select 1',
      passed,
      sentence: passed ? null : 'A row is missing.',
    });
    const shown = (exercise: string): EventBody => ({ type: 'solution-shown', exercise });
    const skipped = (exercise: string): EventBody => ({ type: 'exercise-skipped', exercise });
    const progress = play([
      judged('wrong', false),
      ...[shown('a'), judged('a', true)],
      ...[judged('b', true), shown('b'), skipped('b')],
      ...[skipped('c'), judged('c', true)],
      skipped('d'),
    ]);
    expect(exercisesOf(progress)).toEqual({ a: 'shown', b: 'passed', c: 'passed', d: 'skipped' });
    expect(progress.exercises.b).toEqual({ passedAt: 't3', shownAt: null, skippedAt: null });
  });

  it('gives back the same object when nothing about progress happened', () => {
    expect(play([...run])).toBe(noProgress);
  });
});

describe('createProgressRecorder', () => {
  it('saves only what matters, each time it happens', () => {
    let saved = noProgress;
    let updates = 0;
    const store: ProgressStore = {
      all: () => ({ [lesson.id]: saved }),
      lesson: () => saved,
      update: (id, change) => {
        expect(id).toBe(lesson.id);
        updates += 1;
        saved = change(saved);
        return saved;
      },
      merge: () => ({}),
      reset: () => {},
      forget: () => {},
      takeNotices: () => [],
    };
    const record = createProgressRecorder(store, lesson, { now: () => new Date('2025-11-21T00:00:00Z') });
    const bodies: EventBody[] = [...run, enter('one'), ...sent('one-1'), enter('two')];
    bodies.forEach((body, seq) => {
      record({ ...body, seq, at: seq });
    });
    expect(updates).toBe(3);
    expect(saved).toMatchObject({ page: 'two', updatedAt: '2025-11-21T00:00:00.000Z' });
  });
});
