import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type PlainEnd, playPlain } from '../../src/plain/player.ts';
import { createTranscript, type TranscriptFormat } from '../../src/plain/transcript.ts';
import { unicodeGlyphs } from '../../src/text/glyphs.ts';
import { plainHighlighter } from '../../src/text/highlight.ts';
import type { EventBody, RunEvent } from '../../src/timeline/events.ts';
import { exerciseLesson } from '../support/exercise-lesson.ts';
import { PlayerWithWorkbook } from '../support/fake-workbook.ts';
import { Recorder } from '../support/recording.ts';

const lesson = exerciseLesson();
const settings = { width: 80, glyphs: unicodeGlyphs, highlight: plainHighlighter, style: false };

const atExercise = (): Recorder =>
  new Recorder().start(lesson).run('look', 'you', 'select * from orders', 'SELECT 2');

/** What the conversation comes to with these lines; whatever was run passes when it holds `right`. */
const converse = async (lines: readonly string[], draft: string | null = null) => {
  const { events } = atExercise();
  const player = new PlayerWithWorkbook(lesson, []);
  const { workbook } = player;
  const kept: string[] = [];
  let text = '';
  const answers = player.answer;
  const input = new PassThrough();
  const playing: Promise<PlainEnd> = playPlain({
    ...settings,
    lesson,
    drafts: { read: () => draft, write: (_lesson, _exercise, written) => kept.push(written) },
    input,
    write: (more) => {
      text += more;
    },
    signal: new AbortController().signal,
    onInterrupt: () => () => {},
    openPlayer: (onEvent) => {
      const tell = player.play.bind(player);
      player.play = (event: RunEvent) => {
        tell(event);
        onEvent(event);
      };
      for (const event of events) player.play(event);
      return player;
    },
  });
  player.answer = (intent, own) => {
    answers(intent, own);
    if (intent.type === 'next') player.emit({ type: 'page-entered', page: 'the-end' });
  };
  workbook.answer = (how, answer) => {
    if (how === 'trying') return { problem: 'No server.' };
    if (!answer.includes('right'))
      return {
        verdict: {
          outcome: 'failed',
          kind: 'extra-row',
          sentence: 'One row is extra.',
          evidence: null,
          data: 'page',
          warnings: [],
        },
      };
    queueMicrotask(() => player.pass('names', answer));
    return { verdict: { outcome: 'passed', warnings: [], orders: 0 } };
  };
  input.end(lines.map((line) => `${line}\n`).join(''));
  return { end: await playing, text, kept, workbook, player };
};

describe('an exercise in plain mode', () => {
  it('takes lines until a command, says the verdict, and goes on after a right answer', async () => {
    const { text, kept, workbook, end } = await converse(['select', '7 \\c', 'select right; \\c', '', 'q']);
    expect(workbook.asked).toEqual(['open names', 'checking: select\n7 ', 'checking: select right; ']);
    expect(kept).toEqual(['select', 'select\n7 ', 'select right; ']);
    expect(text).toContain('To start with:\n  select name\n  from product');
    expect(text).toContain('answer=> select\nanswer-> 7 \\c\n✗ One row is extra.');
    expect(text).toMatch(/✓ Right\.\n\nThe solution\n[\s\S]*Another way: with a join[\s\S]*NOT IN finds/);
    expect(text.indexOf('What comes behind')).toBeGreaterThan(text.indexOf('✓ Right.'));
    expect(text).toContain('Page 2 of 2.');
    expect(end).toBe('left');
  });

  it('gives hints one by one, and the solution to whoever says so', async () => {
    const { text, player } = await converse(['\\h', '\\h', '\\h', '\\s', 'no', '\\s', 'y', 'q']);
    expect(text).toMatch(/Hint 1 of 2\n {2}Which products[\s\S]*Hint 2 of 2\n {2}Look at not exists\./);
    expect(text.match(/Hint 1 of 2/g)).toHaveLength(1);
    expect(text).toContain('These were all the hints.');
    expect(player.intents).toEqual([{ type: 'show-solution', exercise: 'names' }]);
    expect(player.getState().exercises).toEqual({ names: 'shown' });
  });

  it('brings back what was written, says what went wrong, skips and leaves', async () => {
    const { text, workbook, end } = await converse(['\\g', '\\p', '\\r', '\\p', '\\?', '\\q'], 'select 茶碗');
    expect(text).toContain('You have written:\n  select 茶碗');
    expect(workbook.asked).toContain('trying: select 茶碗');
    expect(text).toContain('✗ No server.');
    expect(text).toContain('Nothing yet.');
    expect(text).toContain('go on without an answer (skip)');
    expect(end).toBe('left');
    const skipped = await converse(['\\k', 'q']);
    expect(skipped.text).toContain('Skipped.');
    expect(skipped.text).toContain('What comes behind');
    expect((await converse([])).end).toBe('input-ended');
  });
});

describe('an exercise in a transcript', () => {
  const judged: EventBody = {
    type: 'exercise-judged',
    exercise: 'names',
    answer: 'select name from product;\n',
    passed: true,
    sentence: null,
  };
  const tell = async (format: TranscriptFormat, ...bodies: EventBody[]): Promise<string> => {
    let text = '';
    const write = (more: string): void => {
      text += more;
    };
    const transcript = await createTranscript(format, lesson, { ...settings, write });
    const { events } = atExercise().add(...bodies, { type: 'page-entered', page: 'the-end' });
    for (const event of events) transcript.event(event);
    transcript.end({ checks: [], error: null });
    return text;
  };

  it('is a task, a solution and whether it passes', async () => {
    expect(await tell('text', judged)).toContain(`Your turn
The names of the products that nobody has ordered, 茶碗 among them.

The solution
  select name from product;
✓ It passes.
NOT EXISTS is true or false.

NOT IN finds nothing as soon as one product_id is NULL.

What comes behind the exercise.
`);
    const failed = { ...judged, passed: false, sentence: 'Two rows are missing.' };
    expect(await tell('text', failed)).toContain('✗ It does not pass: Two rows are missing.');
  });

  it('reads well as Markdown, and is in the JSON', async () => {
    expect(await tell('markdown', judged)).toContain(`**Your turn:**

The **names** of the products that nobody has ordered, 茶碗 among them.

A solution:

\`\`\`sql
select name from product;
\`\`\`

**It passes.**

NOT EXISTS is true or false.
`);
    expect(JSON.parse(await tell('json', judged))).toMatchObject({
      pages: [{ exercises: [{ id: 'names', passed: true }] }, { exercises: [] }],
    });
  });
});
