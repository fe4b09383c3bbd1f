import { describe, expect, it } from 'vitest';
import { drawPage } from '../../src/draw/page.ts';
import { drawRetry } from '../../src/draw/retry.ts';
import { drawSummary } from '../../src/draw/summary.ts';
import { drawTryOut } from '../../src/draw/try-out.ts';
import type { Retry } from '../../src/player/lab-state.ts';
import { initialPlayerState, reducePlayer } from '../../src/player/state.ts';
import { unicodeGlyphs } from '../../src/text/glyphs.ts';
import { plainHighlighter } from '../../src/text/highlight.ts';
import { type Line, lineText } from '../../src/text/line.ts';
import { lineWidth } from '../../src/text/width.ts';
import type { EventBody } from '../../src/timeline/events.ts';
import { reduceTimeline } from '../../src/timeline/reduce.ts';
import { emptyTimeline } from '../../src/timeline/state.ts';
import { exerciseLesson } from '../support/exercise-lesson.ts';
import { lostUpdate } from '../support/lost-update.ts';
import { onTransaction, playerStateOf, Recorder, rowsResult } from '../support/recording.ts';

const glyphs = unicodeGlyphs;
const text = (lines: readonly Line[]): string => lines.map((line) => lineText(line).trimEnd()).join('\n');
const lesson = exerciseLesson();

const after = (...bodies: EventBody[]) =>
  playerStateOf(
    lesson,
    new Recorder()
      .start(lesson)
      .run('look', 'you', 'select * from orders', 'SELECT 2')
      .add(...bodies).events,
  );
const page = (...bodies: EventBody[]): string =>
  text(
    drawPage(after(...bodies), {
      width: 78,
      glyphs,
      highlight: plainHighlighter,
      results: 'words',
      notes: false,
      now: 0,
    }).lines,
  );
const shown: EventBody = { type: 'solution-shown', exercise: 'names' };
const skipped: EventBody = { type: 'exercise-skipped', exercise: 'names' };
const passed: EventBody = {
  type: 'exercise-judged',
  exercise: 'names',
  answer: 'select 1',
  passed: true,
  sentence: null,
};

describe('an exercise on a page', () => {
  it('gives nothing away before it is done, and not when it is skipped', () => {
    expect(page()).toMatch(/▸ Your turn\nThe names of the products[\s\S]*among them\.$/);
    expect(page(skipped)).toContain('▸ Your turn   – skipped');
    expect(page(skipped)).not.toContain('not exists');
    expect(page(skipped)).toContain('What comes behind');
  });

  it('has the solutions and the reasons once it is passed or shown', () => {
    for (const state of [page(passed), page(shown)])
      for (const part of [
        'The solution',
        'Another way: with a join',
        'Why\nNOT IN finds',
        'What comes behind',
      ])
        expect(state).toContain(part);
    expect(page(shown, passed)).toContain('– solution shown');
    expect(page(passed, shown)).toContain('✓ passed');
  });

  it('is counted at the end as what it was', () => {
    const summary = (...bodies: EventBody[]) =>
      text(drawSummary(after(...bodies), null, { width: 78, glyphs }));
    expect(summary(passed)).toContain('exercises     1 of 1 passed');
    expect(summary(shown)).toContain('exercises     0 of 1 passed, 1 shown');
  });

  it('stays as it was when the page is entered again', () => {
    const state = [...new Recorder().start(lesson).events].reduce(
      reducePlayer,
      initialPlayerState(lesson, { names: 'passed' }),
    );
    expect(state.exercises).toEqual({ names: 'passed' });
  });
});

describe('drawTryOut', () => {
  it('shows the statements of an answer apart, and why it was stopped', () => {
    const recorder = new Recorder().run('a', 'you', 'begin', 'BEGIN').send('b', 'you', 'select 7 as 七');
    recorder
      .result('b', rowsResult(['七'], [['7']]))
      .finished('b')
      .settled('b');
    const timeline = recorder.events.reduce((state, event) => reduceTimeline(state, event), emptyTimeline);
    const lines = drawTryOut(
      { timeline, stopped: 'It was cancelled after 10 seconds.' },
      { width: 60, glyphs, sessions: ['you'], now: 0 },
    );
    expect(text(lines)).toBe(`you> begin
✓ BEGIN

you> select 7 as 七
七
──
 7
(1 row)
– It was cancelled after 10 seconds.`);
  });
});

describe('drawRetry', () => {
  const recorder = new Recorder().start(lostUpdate).add({ type: 'page-entered', page: 'bob-arrives' });
  recorder
    .run('alice-write', 'alice', 'update account set balance = 200 where id = 1', 'UPDATE 1')
    .send('bob-write', 'bob', 'select 1')
    .blocked('bob-write', ['alice'], onTransaction('749'))
    .settled('bob-write')
    .wait(1500);
  recorder.run('alice-commit', 'alice', 'commit', 'COMMIT');
  const state = playerStateOf(lostUpdate, recorder.events);
  const retry: Retry = {
    page: 'bob-arrives',
    step: 'bob-write',
    phase: 'done',
    problem: null,
    sql: 'select 1',
    timeline: state.timeline,
    right: [1],
  };

  it('tells the outcome, which choice comes true, what followed, and who waited for whom', () => {
    for (const width of [56, 100]) {
      const lines = drawRetry(retry, state, { width, glyphs, now: 1500 });
      const all = text(lines);
      expect(all).toMatch(/^░ waits for alice/);
      expect(all).toContain('→ With this SQL: waits for Alice');
      expect(all).toMatch(/Then the page went on\nalice> commit/);
      expect(all).toContain('Who did what when');
      expect(Math.max(...lines.map(lineWidth))).toBeLessThanOrEqual(width);
    }
  });

  it('says when none of the choices comes true, and what went wrong', () => {
    const none = text(drawRetry({ ...retry, right: [] }, state, { width: 80, glyphs, now: 0 }));
    expect(none).toContain('none of the choices comes true');
    const failed = drawRetry(
      { ...retry, timeline: emptyTimeline, right: null, phase: 'failed', problem: 'No server.' },
      state,
      { width: 80, glyphs, now: 0 },
    );
    expect(text(failed)).toBe('✗ No server.');
  });
});
