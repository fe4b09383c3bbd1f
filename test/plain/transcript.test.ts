import { describe, expect, it } from 'vitest';
import type { Block, Lesson } from '../../src/lesson/types.ts';
import { createTranscript, isTranscriptFormat, type TranscriptFormat } from '../../src/plain/transcript.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/text/glyphs.ts';
import { plainHighlighter } from '../../src/text/highlight.ts';
import type { RunEvent } from '../../src/timeline/events.ts';
import { lostUpdate, untilReleased } from '../support/lost-update.ts';
import {
  lessonOf,
  prediction,
  prose,
  Recorder,
  rowsResult,
  sqlStep,
  viewStep,
} from '../support/recording.ts';

const tell = async (
  format: TranscriptFormat,
  lesson: Lesson,
  events: readonly RunEvent[],
  { glyphs = unicodeGlyphs, style = false } = {},
): Promise<string> => {
  let text = '';
  const transcript = await createTranscript(format, lesson, {
    width: 80,
    glyphs,
    highlight: plainHighlighter,
    style,
    write: (more) => {
      text += more;
    },
  });
  for (const event of events) transcript.event(event);
  transcript.end({ checks: [], error: null });
  return text;
};

const whole = untilReleased().add({ type: 'page-entered', page: 'end' }, { type: 'lesson-finished' }).events;

/** One page, one session, and what happened in it. */
const onePage = (record: (recorder: Recorder) => Recorder, steps = [sqlStep('you', 'one', 'select 1;')]) => {
  const lesson = lessonOf(['you'], [{ id: 'p', title: 'A page', blocks: [prose('Before.'), ...steps] }]);
  return { lesson, events: record(new Recorder().start(lesson)).events };
};

describe('text', () => {
  it('tells a wait and its end in the order they happened', async () => {
    const text = await tell('text', lostUpdate, whole);
    expect(text.slice(text.indexOf('Page 2'))).toBe(`Page 2 of 3. Bob arrives while Alice is still thinking.

Alice has read the balance and changed it, but has not committed. Bob withdraws
100 from the same account.

alice> update account set balance = 200 where id = 1
  UPDATE 1

Predict: Bob's UPDATE…
  1) succeeds at once
  2) waits for Alice
  3) fails: could not serialize access

bob> update account set balance = 200 where id = 1
  waits for alice (ShareLock on transaction 749).

What happened: 2) waits for Alice.
READ COMMITTED locks the row it updates until the transaction ends. The second
writer has to wait.

Nothing moves until Alice decides.

alice> commit
  COMMIT
bob waited 4.2 s for alice; alice committed.
  UPDATE 1

 t       alice  pid 812  =#                 bob  pid 813  in a transaction
────────────────────────────────────────────────────────────────────────────────
  0.000  update account set balance = 200
         where id = 1  ✓ 1 row
  1.203                                     update account set balance = 200
                                            where id = 1
         │ ←─────────────────────────────── ░ waits for alice
         │                                  ░ ShareLock on transaction 749
         │                                  ░ waited 4.2 s
  5.422  commit  ✓  ──────────────────────→ ✓ 1 row
                                            released: alice committed

Page 3 of 3. What is left.

One withdrawal is gone.

The end of the lesson.
`);
  });

  it('tells the end of a wait once, also when the result comes before the server was asked again', async () => {
    const order = untilReleased().events;
    const unblocked = order.findIndex((event) => event.type === 'step-unblocked');
    const late = order.filter((_, index) => index !== unblocked);
    const text = await tell('text', lostUpdate, late);
    expect(text).toContain('bob waited 4.2 s for alice; alice committed.\n  UPDATE 1\n');
    expect(text.match(/bob waited/g)).toHaveLength(1);
  });

  it('tells a step before what it released, whichever ended first', async () => {
    const order = untilReleased().events;
    const commit = order.findIndex((event) => event.type === 'step-sent' && event.step === 'alice-commit');
    const isBobs = (event: RunEvent) => 'step' in event && event.step === 'bob-write';
    const after = order.slice(commit + 2);
    const bobFirst = [
      ...order.slice(0, commit + 2),
      ...after.filter(isBobs),
      ...after.filter((event) => !isBobs(event)),
    ];
    for (const format of ['text', 'markdown'] as const)
      expect(await tell(format, lostUpdate, bobFirst)).toBe(await tell(format, lostUpdate, order));
  });

  it('says whose result it is when another session spoke last', async () => {
    const lesson = lessonOf(
      ['a', 'b'],
      [{ id: 'p', title: 'P', blocks: [sqlStep('a', 'one', 'select 1'), sqlStep('b', 'two', 'select 2')] }],
    );
    const { events } = new Recorder()
      .start(lesson)
      .send('one', 'a', 'select 1')
      .send('two', 'b', 'select 2')
      .tag('one', 'A 1')
      .tag('two', 'B 1');
    expect(await tell('text', lesson, events)).toContain('b> select 2\na:\n  A 1\nb:\n  B 1\n');
  });

  it('shows errors, notices, notifications, lost sessions and false claims', async () => {
    const { lesson, events } = onePage((recorder) =>
      recorder
        .send('one', 'you', 'select nonsense')
        .add({
          type: 'notice',
          session: 'you',
          step: 'one',
          notice: { severity: 'NOTICE', sqlstate: '00000', message: 'look out', statement: 1 },
        })
        .failed('one', '42703', 'column "nonsense" does not exist', { position: 8, hint: 'Think.' })
        .add(
          { type: 'notification', session: 'you', channel: 'jobs', payload: 'new', pid: 7 },
          {
            type: 'claim-checked',
            step: 'one',
            check: {
              file: 'l.md',
              line: 3,
              column: 1,
              ok: false,
              claimed: 'rowCount: 1',
              happened: 'rowCount: 0',
            },
          },
          { type: 'session-lost', session: 'you', reason: 'terminated', sqlstate: '57P01', expected: false },
        ),
    );
    const text = await tell('text', lesson, events);
    expect(text).toContain('  NOTICE: look out\n');
    expect(text).toContain(
      '  ✗ ERROR 42703: column "nonsense" does not exist\n    LINE 1: select nonsense\n',
    );
    expect(text).toContain('    HINT: Think.\n');
    expect(text).toContain('you is notified on jobs with "new" by backend 7.\n');
    expect(text).toContain('✗ l.md:3:1: claimed rowCount: 1; happened: rowCount: 0\n');
    expect(text).toContain('☠ The connection of you is lost: terminated\n');
  });

  it('draws views in place of their statements', async () => {
    const lesson = lessonOf(
      ['you'],
      [{ id: 'p', title: 'P', blocks: [viewStep('v', { view: 'truth-table', operators: ['not'] })] }],
    );
    const fill = (a: string | null, result: string | null) => ({
      type: 'view-filled' as const,
      step: 'v',
      columns: ['operator', 'a', 'b', 'result'],
      row: ['not', a, '', result],
    });
    const { events } = new Recorder()
      .start(lesson)
      .add({ type: 'step-sent', step: 'v', session: 'pg-tutor', sql: 'view truth-table' })
      .add(fill('t', 'f'), fill('f', 't'), fill(null, null))
      .finished('v')
      .settled('v');
    const text = await tell('text', lesson, events);
    expect(text).toContain('not a');
    expect(text).not.toContain('view truth-table');
  });

  it('keeps control characters of results away from the terminal', async () => {
    const { lesson, events } = onePage((recorder) =>
      recorder
        .send('one', 'you', "select '\x1b[2J'")
        .result('one', rowsResult(['\x1b]0;x\x07c'], [['\x1b[31mred\x9b1m']], 25)),
    );
    for (const format of ['text', 'markdown', 'json', 'jsonl'] as const) {
      expect(await tell(format, lesson, events)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    }
  });

  it('has ASCII signs, and escape sequences only when asked', async () => {
    const ascii = await tell('text', lostUpdate, whole, { glyphs: asciiGlyphs });
    expect(ascii.replaceAll('…', '')).toMatch(/^[\x20-\x7e\n]*$/);
    expect(await tell('text', lostUpdate, whole, { style: true })).toContain('\x1b[');
  });
});

describe('markdown', () => {
  it('reads as a document: fences, tables, the picture of who did what when', async () => {
    const text = await tell('markdown', lostUpdate, whole);
    expect(text.startsWith('# 6.4 Lost updates: four cures\n\nTwo tellers')).toBe(true);
    expect(text).toContain('| balance |\n| ---: |\n| 300 |\n\n(1 row)\n');
    expect(text).toContain('_bob waits for alice (ShareLock on transaction 749)._\n');
    expect(text).toContain('_bob waited 4.2 s for alice; alice committed._\n\n`UPDATE 1`\n');
    expect(text.match(/^Who did what when:$/gm)).toHaveLength(2);
    expect(text).toMatch(/```text\n t .*alice.*bob.*\n─+\n[\s\S]*?░ waits for alice[\s\S]*?```\n/);
    expect(text).not.toMatch(/\n\n\n/);
  });

  it('escapes what Markdown would take for its own', async () => {
    const { lesson, events } = onePage((recorder) =>
      recorder
        .send('one', 'you', 'select $$```$$')
        .result('one', rowsResult(['a|b'], [['*x*\n<br> | _y_'], [null], ['']], 25)),
    );
    const text = await tell('markdown', lesson, events);
    expect(text).toContain('| a\\|b |\n| --- |\n');
    expect(text).toContain('| \\*x\\*<br>\\<br\\> \\| \\_y\\_ |\n| _NULL_ |\n|  |\n\n(3 rows)\n');
    expect(text).toContain('````sql\nselect $$```$$\n````');
  });

  it('escapes questions and answers, which are text and not Markdown', async () => {
    const { lesson, events } = onePage((recorder) => recorder.run('one', 'you', 'select 1;', 'SELECT 1'), []);
    const asked = prediction('one', 'What do sum(*) and _x_ * 2 < 3 give?', ['a * b * c', '<null>'], 'So.');
    const [page] = lesson.pages;
    const pages = page ? [{ ...page, blocks: [asked, sqlStep('you', 'one', 'select 1;')] }] : [];
    const judged = [...events, { type: 'prediction-judged', prediction: asked.id, right: [0] } as const].map(
      (event, seq) => ({ at: 0, ...event, seq }),
    );
    const text = await tell('markdown', { ...lesson, pages }, judged);
    expect(text).toContain('**Predict:** What do sum(\\*) and \\_x\\_ \\* 2 \\< 3 give?\n');
    expect(text).toContain('1. a \\* b \\* c\n2. \\<null\\>\n');
    expect(text).toContain('**What happened: 1) a \\* b \\* c.**');
  });

  it('keeps code in questions and answers', async () => {
    const { lesson, events } = onePage((recorder) => recorder.run('one', 'you', 'select 1;', 'SELECT 1'), []);
    const asked = prediction('one', 'Is `a * b` * c a `text`?', ['a `count(*)`', 'a ` alone'], 'So.');
    const [page] = lesson.pages;
    const pages = page ? [{ ...page, blocks: [asked, sqlStep('you', 'one', 'select 1;')] }] : [];
    const judged = [...events, { type: 'prediction-judged', prediction: asked.id, right: [0] } as const].map(
      (event, seq) => ({ at: 0, ...event, seq }),
    );
    const text = await tell('markdown', { ...lesson, pages }, judged);
    expect(text).toContain('**Predict:** Is `a * b` \\* c a `text`?\n');
    expect(text).toContain('1. a `count(*)`\n2. a \\` alone\n');
    expect(text).toContain('**What happened: 1) a `count(*)`.**');
  });

  it('leaves out of the manual what the text has linked', async () => {
    const linked: Block = {
      kind: 'prose',
      position: { file: 'l.md', line: 1, column: 1 },
      nodes: [
        {
          type: 'paragraph',
          children: [
            {
              type: 'link',
              url: 'https://www.postgresql.org/docs/current/transaction-iso.html#X',
              children: [{ type: 'text', value: 'isolation' }],
            },
          ],
        },
      ],
    };
    const lesson = lessonOf(['you'], [{ id: 'p', title: 'P', blocks: [linked] }]);
    const { events } = new Recorder().start(lesson).add({ type: 'lesson-finished' });
    expect((await tell('markdown', lesson, events)).split('\n').at(-2)).toBe(
      'Read on in the manual: [explicit-locking](https://www.postgresql.org/docs/current/explicit-locking.html)',
    );
  });

  it('writes prose as the author did', async () => {
    const lesson = lessonOf(
      ['you'],
      [
        {
          id: 'p',
          title: 'P',
          blocks: [
            {
              kind: 'prose',
              position: { file: 'l.md', line: 1, column: 1 },
              nodes: [
                {
                  type: 'admonition',
                  kind: 'warning',
                  children: [{ type: 'paragraph', children: [{ type: 'text', value: 'Careful.' }] }],
                },
                {
                  type: 'paragraph',
                  children: [
                    { type: 'strong', children: [{ type: 'text', value: 'Bold' }] },
                    { type: 'text', value: ' and ' },
                    { type: 'inlineCode', value: 'code' },
                  ],
                },
              ],
            },
          ],
        },
      ],
    );
    const { events } = new Recorder().start(lesson).add({ type: 'lesson-finished' });
    const text = await tell('markdown', lesson, events);
    expect(text).toContain('> [!WARNING]\n> Careful.\n\n**Bold** and `code`\n');
  });
});

describe('json', () => {
  it('keeps what happened on each page', async () => {
    const report = JSON.parse(await tell('json', lostUpdate, whole));
    expect(report.pages.map((page: { id: string }) => page.id)).toEqual(['both-read', 'bob-arrives', 'end']);
    expect(report.pages[1].steps[1]).toMatchObject({
      step: 'bob-write',
      status: 'done',
      waits: [{ by: ['alice'] }],
    });
    expect(report.pages[1].predictions).toMatchObject([{ right: [1] }]);
  });
});

describe('jsonl', () => {
  it('is the recording', async () => {
    const lines = (await tell('jsonl', lostUpdate, whole)).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(whole);
  });
});

describe('isTranscriptFormat', () => {
  it('knows the formats', () => {
    expect(['text', 'markdown', 'json', 'jsonl', 'pdf', ''].map(isTranscriptFormat)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
