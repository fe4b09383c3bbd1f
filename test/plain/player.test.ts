import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type PlainEnd, playPlain } from '../../src/plain/player.ts';
import type { Intent } from '../../src/player/state.ts';
import { unicodeGlyphs } from '../../src/text/glyphs.ts';
import { plainHighlighter } from '../../src/text/highlight.ts';
import type { EventBody, RunEvent } from '../../src/timeline/events.ts';
import { FakePlayer } from '../support/fake-player.ts';
import { lessonOf, prediction, prose, sqlStep } from '../support/recording.ts';

const lesson = lessonOf(
  ['you'],
  [
    {
      id: 'one',
      title: 'First',
      blocks: [
        prose('Hello.'),
        prediction('ask', 'How many?', ['none', 'one'], 'Because.'),
        sqlStep('you', 'ask', 'select 1;'),
      ],
    },
    { id: 'two', title: 'Second', blocks: [prose('Bye.'), sqlStep('you', 'last', 'select 2;')] },
  ],
);

const opening: EventBody[] = [
  { type: 'run-started', lesson: lesson.id, postgres: { version: '18.4', major: 18, own: true } },
  { type: 'database-ready', database: 'd', reason: 'start' },
  { type: 'page-entered', page: 'one' },
];

const ran = (step: string): EventBody[] => [
  { type: 'step-sent', step, session: 'you', sql: 'select 1;' },
  { type: 'statement-sent', step, statement: 1, sql: 'select 1' },
  { type: 'step-finished', step },
  { type: 'step-settled', step },
];

/** What the real player would tell after an intent, for this lesson. */
const answerTo = (intent: Intent, player: FakePlayer): EventBody[] => {
  const { page, ran: done, phase } = player.getState();
  switch (intent.type) {
    case 'show-solution':
      return [{ type: 'solution-shown', exercise: intent.exercise }];
    case 'skip-exercise':
      return [{ type: 'exercise-skipped', exercise: intent.exercise }];
    case 'predict':
      return [{ type: 'prediction-made', prediction: 'ask-guess', choice: intent.choice }];
    case 'next':
      if (phase === 'broken') return [];
      if (page === 'one' && !done.includes('ask')) {
        return [...ran('ask'), { type: 'prediction-judged', prediction: 'ask-guess', right: [1] }];
      }
      if (page === 'one') return [{ type: 'page-entered', page: 'two' }];
      return done.includes('last') ? [{ type: 'lesson-finished' }] : ran('last');
    case 'reset':
    case 'back':
    case 'go': {
      const to = intent.type === 'go' ? intent.page : intent.type === 'back' ? 'one' : page;
      return [
        { type: 'replay-started', page: to },
        { type: 'database-ready', database: 'e', reason: 'replay' },
        { type: 'page-entered', page: to },
        { type: 'replay-finished', page: to },
      ];
    }
    case 'cancel':
      return [];
  }
};

/** Plays with these lines as the whole input, or with a live input when `lines` is null. */
const play = (lines: readonly string[] | null) => {
  const input = new PassThrough();
  const player = new FakePlayer(lesson);
  const abort = new AbortController();
  let interrupt: () => void = () => {};
  const session = {
    text: '',
    input,
    player,
    abort,
    interrupt: () => interrupt(),
    end: Promise.resolve<PlainEnd>('left'),
  };
  session.end = playPlain({
    lesson,
    openPlayer: (onEvent: (event: RunEvent) => void) => {
      // The real player tells its events before its listeners hear of them, and never while it is being made.
      const told = player.play.bind(player);
      player.play = (event) => {
        onEvent(event);
        told(event);
      };
      player.answer = (intent, one) => queueMicrotask(() => one.emit(...answerTo(intent, one)));
      queueMicrotask(() => player.emit(...opening));
      return player;
    },
    input,
    write: (more) => {
      session.text += more;
    },
    width: 80,
    glyphs: unicodeGlyphs,
    highlight: plainHighlighter,
    style: false,
    signal: abort.signal,
    onInterrupt: (listener) => {
      interrupt = listener;
      return () => {};
    },
  });
  if (lines) input.end(lines.map((line) => `${line}\n`).join(''));
  return session;
};

const intentsOf = (session: { player: FakePlayer }) => session.player.intents.map(({ type }) => type);

describe('playPlain', () => {
  it('plays a lesson to its end', async () => {
    const session = play(['2', '', '', '']);
    expect(await session.end).toBe('finished');
    expect(intentsOf(session)).toEqual(['predict', 'next', 'next', 'next', 'next']);
    expect(session.text).toContain('Your answer [1-2, s to skip]: 2\n');
    expect(session.text).toContain('Right: 2) one.\nBecause.');
    expect(session.text).toContain('You predicted 1 of 1 right.\n');
    expect(session.player.closed).toBe(true);
  });

  it('tells the page before it asks, once', async () => {
    const session = play(['q']);
    expect(await session.end).toBe('left');
    expect(session.text.match(/Hello\./g)).toHaveLength(1);
    expect(session.text.indexOf('Page 1 of 2')).toBeLessThan(session.text.indexOf('Hello.'));
    expect(session.text.indexOf('Hello.')).toBeLessThan(session.text.indexOf('Predict:'));
  });

  it('does not run a step before its question was answered or skipped', async () => {
    const session = play(['', 'maybe', '3', 's', 'q']);
    expect(await session.end).toBe('left');
    expect(intentsOf(session)).toEqual(['predict', 'next']);
    expect(session.text.match(/Answer with a number from 1 to 2, or s to skip\./g)).toHaveLength(3);
    expect(session.text).toContain('What happened: 2) one.');
  });

  it('says what was right after a wrong answer', async () => {
    const session = play(['1', 'q']);
    await session.end;
    expect(session.text).toContain('Not this time. What happened: 2) one.');
  });

  it('goes back, jumps and starts again', async () => {
    const session = play(['b', 'g2', 'b', 'r', 'g 7', 'q']);
    expect(await session.end).toBe('left');
    expect(intentsOf(session)).toEqual(['go', 'back', 'reset']);
    expect(session.text).toContain('This is the first page.');
    expect(session.text).toContain('There are pages 1 to 2.');
    expect(session.text.match(/^Page \d/gm)).toEqual(['Page 1', 'Page 2', 'Page 1', 'Page 1']);
  });

  it('ends politely with its input', async () => {
    const session = play(['1']);
    expect(await session.end).toBe('input-ended');
    expect(session.text.endsWith('\n')).toBe(true);
    expect(session.player.closed).toBe(true);
  });

  it('says at once what happens while it waits, and offers the way on', async () => {
    const session = play(null);
    await expect.poll(() => session.text).toContain('Your answer');
    session.player.emit({
      type: 'session-lost',
      session: 'you',
      reason: 'killed',
      sqlstate: null,
      expected: false,
    });
    await expect.poll(() => session.text).toContain('[r to start this page again, q to leave]');
    session.input.write('1\n');
    await expect
      .poll(() => session.text)
      .toContain('Only r (start this page again) and q (leave) make sense now.');
    session.input.write('r\n');
    await expect.poll(() => session.text.match(/Page 1 of 2/g)?.length).toBe(2);
    await expect.poll(() => session.text.slice(session.text.lastIndexOf('Page 1'))).toContain('Your answer');
    session.input.write('q\n');
    expect(await session.end).toBe('left');
  });

  it('cancels what runs at the first Ctrl+C and leaves at the second', async () => {
    const session = play(null);
    await expect.poll(() => session.text).toContain('Your answer');
    session.player.emit(...ran('ask').slice(0, 2));
    session.interrupt();
    expect(intentsOf(session)).toEqual(['cancel']);
    session.interrupt();
    expect(await session.end).toBe('interrupted');
    expect(session.player.closed).toBe(true);
  });

  it('leaves at the first Ctrl+C when nothing runs, and when the process is asked to end', async () => {
    const first = play(null);
    await expect.poll(() => first.text).toContain('Your answer');
    first.interrupt();
    expect(await first.end).toBe('interrupted');
    const second = play(null);
    await expect.poll(() => second.text).toContain('Your answer');
    second.abort.abort();
    expect(await second.end).toBe('aborted');
  });
});
