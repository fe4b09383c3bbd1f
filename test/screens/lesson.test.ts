import { afterEach, describe, expect, it } from 'vitest';
import type { Lesson } from '../../src/lesson/types.ts';
import { asciiGlyphs } from '../../src/text/glyphs.ts';
import type { RunEvent } from '../../src/timeline/events.ts';
import { lostUpdate, untilBobWaits, untilReleased } from '../support/lost-update.ts';
import {
  lessonOf,
  prediction,
  prose,
  Recorder,
  rowsResult,
  sqlStep,
  viewStep,
} from '../support/recording.ts';
import { openLesson } from '../support/tui.ts';

const small = { columns: 80, rows: 24 };
const usual = { columns: 120, rows: 36 };
const large = { columns: 200, rows: 50 };
const sizes = [small, usual, large];

let quit: (() => Promise<number>) | null = null;
const open = (
  lesson: Lesson,
  events: readonly RunEvent[],
  size = small,
  more: Parameters<typeof openLesson>[3] = {},
) => {
  const opened = openLesson(lesson, events, size, more);
  quit = opened.quit;
  return opened;
};
afterEach(async () => {
  await quit?.();
  quit = null;
});

/** ESC[2J and ESC[3J: what a redraw must never need. */
const clears = /\x1b\[[23]J/;

describe('a lesson of two sessions', () => {
  it('draws the wait, who holds what, and says it on the page, at 120x36', async () => {
    const { screen } = open(lostUpdate, untilBobWaits().events, usual);
    await screen.until('░ waits for alice');
    const rows = screen.lines();
    const at = rows.findIndex((line) => line.includes('←'));
    expect(rows[at]).toMatch(/│ ←─+ ░ waits for alice$/);
    expect(rows[at + 1]).toMatch(/│ holds +░ ShareLock on/);
    expect(rows[at + 2]).toMatch(/│ ExclusiveLock +░ /);
    const bars = [at, at + 1, at + 2].map((row) => screen.columnOf(row, '░'));
    expect(new Set(bars).size).toBe(1);
    expect(screen.text()).toContain('░ waits for alice: ShareLock on transaction 749');
    expect(screen.text()).toMatch(/transaction 749 +ExclusiveLock +✓ held/);
    expect(screen.text()).toMatch(/transaction 749 +ShareLock +░ wanted/);
    expect(rows[0]).toMatch(
      /^ 6\.4 Lost updates: four cures {3}●◉○ 2\/3 +PostgreSQL 18\.4 · own server · pg_tutor_lost_update_k3$/,
    );
    expect(rows[35]).toMatch(/^ ⏎ run alice's commit {3}Tab timeline/);
  });

  it('counts the seconds of a wait that goes on', async () => {
    const { screen } = open(lostUpdate, untilBobWaits().events, usual);
    const seconds = (text: string): string | undefined => /░ (\d\.\d) s so far/.exec(text)?.[1];
    const first = seconds(await screen.until((text) => seconds(text) !== undefined));
    await screen.until((text) => Number(seconds(text)) > Number(first));
  });

  it('draws the release beside the commit that caused it', async () => {
    const { screen } = open(lostUpdate, untilReleased().events, usual);
    await screen.until('released: alice committed');
    expect(screen.text()).toMatch(/7\.230 {2}commit {2}✓ {2}─+→ ✓ 1 row/);
    expect(screen.text()).toContain('░ waited 4.2 s');
  });

  it.each(sizes)(
    'shows one pane at a time or all, exactly as wide as the terminal: $columns',
    async (size) => {
      const { screen } = open(lostUpdate, untilBobWaits().events, size);
      await screen.until("run alice's commit");
      for (const name of ['page', 'timeline', 'result', 'locks']) {
        await screen.until(`▸${name}`);
        screen.type('\t');
      }
      await screen.until('▸page');
      screen.type('\x1b[Z');
      await screen.until('▸locks');
      expect(screen.raw).not.toMatch(clears);
      expect(screen.lines()).toHaveLength(size.rows);
      const rule = screen.lines()[size.rows - 2] ?? '';
      expect(rule).toBe('─'.repeat(size.columns));
    },
  );

  it('draws many events in one go', async () => {
    const { screen, player } = open(lostUpdate, untilReleased().events, usual);
    await screen.until('next page');
    const before = screen.raw.length;
    for (let index = 0; index < 500; index += 1) {
      player.emit({ type: 'notification', session: 'bob', channel: 'c', payload: String(index), pid: 1 });
    }
    player.emit({ type: 'step-sent', step: 'last', session: 'bob', sql: 'select sixth' });
    await screen.until('select sixth');
    expect(screen.raw.length - before).toBeLessThan(20_000);
  });

  it('keeps its shape through resizes', async () => {
    const { screen } = open(lostUpdate, untilBobWaits().events, usual);
    await screen.until('░ waits for alice');
    for (const size of [small, large, { columns: 61, rows: 17 }, { columns: 30, rows: 5 }, usual]) {
      screen.resize(size);
      await screen.until((text) => {
        const lines = text.split('\n');
        if (size.columns < 60) return text.includes('pg-tutor needs');
        return (
          /run alice's|read on/.test(lines[size.rows - 1] ?? '') && lines[0]?.startsWith(' 6.4') === true
        );
      });
    }
    expect(screen.lines().filter((line) => line.includes('6.4 Lost')).length).toBe(1);
    expect(screen.lines()[34]).toBe('─'.repeat(120));
  });

  it('needs no Unicode', async () => {
    const lesson = lessonOf(
      ['alice', 'bob'],
      [{ id: 'bob-arrives', title: 'A page', blocks: [prose('Text.')] }],
    );
    const { screen } = open(lesson, untilReleased().events, usual, {
      glyphs: asciiGlyphs,
      serverLabel: () => null,
    });
    await screen.until('released: alice committed');
    expect(screen.text()).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

describe('a prediction', () => {
  const lesson = lessonOf(
    ['you'],
    [
      {
        id: 'p',
        title: 'A question',
        blocks: [
          prose('Think.'),
          prediction('s', 'What is 0.1 + 0.2?', ['0.3', '`0.30000000000000004`'], 'Binary fractions.'),
          sqlStep('you', 's', 'select 0.1::float + 0.2::float;'),
          prose('So much for floats.'),
        ],
      },
    ],
  );
  const start = new Recorder().start(lesson).events;

  it('is asked first, answered by digit, judged, and explained', async () => {
    const { screen, player } = open(lesson, start);
    await screen.until('? What is 0.1 + 0.2?');
    expect(screen.text()).not.toContain('So much for floats');
    expect(screen.lines()[23]).toMatch(/^ 1-2 your guess {3}s skip/);
    screen.type('\r');
    await screen.until('Your guess first: 1-2, or s to skip.');
    screen.type('7');
    await screen.until('There are 2 choices.');
    expect(player.intents).toEqual([]);
    screen.type('1');
    await expect.poll(() => player.intents).toEqual([{ type: 'predict', choice: 0 }]);
    player.emit({ type: 'prediction-made', prediction: 's-guess', choice: 0 });
    await screen.until(/▸ 1 0\.3 {2}your guess/);
    screen.type('\r');
    await expect.poll(() => player.intents.at(-1)).toEqual({ type: 'next' });
    player.emit(
      { type: 'step-sent', step: 's', session: 'you', sql: 'select 0.1::float + 0.2::float' },
      { type: 'statement-sent', step: 's', statement: 1, sql: 'select 0.1::float + 0.2::float' },
    );
    await screen.until('running');
    expect(screen.text()).not.toContain('So much for floats');
    player.emit(
      {
        type: 'statement-finished',
        step: 's',
        result: rowsResult(['?column?'], [['0.30000000000000004']], 701),
      },
      { type: 'step-finished', step: 's' },
      { type: 'step-settled', step: 's' },
      { type: 'prediction-judged', prediction: 's-guess', right: [1] },
    );
    await screen.until('Not this time. It was: 0.30000000000000004');
    expect(screen.text()).toMatch(/✗ 1 0\.3 {2}your guess/);
    expect(screen.text()).toMatch(/✓ 2 0\.30000000000000004/);
    expect(screen.text()).toContain('Binary fractions.');
    expect(screen.text()).toContain('So much for floats.');
    expect(screen.lines()[23]).toMatch(/^ ⏎ finish/);
  });

  it('can be skipped, and one held key asks for one step only', async () => {
    const { screen, player } = open(lesson, start);
    await screen.until('? What');
    screen.type('s');
    await expect.poll(() => player.intents).toEqual([{ type: 'predict', choice: null }]);
    player.emit({ type: 'prediction-made', prediction: 's-guess', choice: null });
    await screen.until('– skipped');
    screen.type('\r\r\r  \r');
    screen.type('\r');
    screen.type('?');
    await screen.until('run the next step');
    expect(player.intents.filter((intent) => intent.type === 'next')).toHaveLength(1);
  });
});

describe('what is longer than the screen', () => {
  const paragraphs = Array.from({ length: 20 }, (_, index) => `Paragraph ${index + 1}.`);
  const lesson = lessonOf(
    ['you'],
    [{ id: 'p', title: 'Long', blocks: [prose(...paragraphs), sqlStep('you', 's', 'select 1;')] }],
  );

  it('is shown before its step can be run', async () => {
    const { screen, player } = open(lesson, new Recorder().start(lesson).events);
    await screen.until('⏎ read on');
    expect(screen.lines()[1]).toMatch(/↓\d+ ─$/);
    screen.type('\r');
    await screen.until('Paragraph 12.');
    expect(player.intents).toEqual([]);
    screen.type(' ');
    await screen.until('run your select');
    expect(player.intents).toEqual([]);
    screen.type('\r');
    await expect.poll(() => player.intents).toEqual([{ type: 'next' }]);
  });

  it('scrolls by keys that arrive together', async () => {
    const { screen } = open(lesson, new Recorder().start(lesson).events);
    await screen.until('Paragraph 1.');
    screen.type('jjjjj');
    await screen.until('↑5');
    screen.type('kk\x1b[B\x1b[6~');
    await screen.until('↑23');
    screen.type('\x1b[H');
    await screen.until((text) => !text.includes('↑'.concat('2')));
  });
});

describe('results', () => {
  const lesson = lessonOf(
    ['you'],
    [
      {
        id: 'p',
        title: 'Rows',
        blocks: [sqlStep('you', 's', 'select * from t;'), sqlStep('you', 'e', 'select 1')],
      },
    ],
  );
  const evil = '\x1b]0;pwned\x07\x1b[2J\x9b31m\tone\u0007';
  const rows = [
    ['1', '日本語テキスト', null],
    ['22', evil, ''],
    ['333', `e\u0301 ${'x'.repeat(4000)}`, 'end'],
    ...Array.from({ length: 60 }, (_, index) => [String(index), 'plain', 'row']),
  ];
  const events = new Recorder()
    .start(lesson)
    .send('s', 'you', 'select * from t')
    .result('s', {
      ...rowsResult(['id', 'text', 'note'], rows),
      columns: [
        { name: 'id', typeOid: 23 },
        { name: 'te\x1b[2Jxt', typeOid: 25 },
        { name: 'note', typeOid: 25 },
      ],
    })
    .finished('s')
    .settled('s').events;

  it.each(sizes)('of hostile values leave the screen intact at $columns columns', async (size) => {
    const { screen } = open(lesson, events, size);
    await screen.until('日本語テキスト');
    screen.type('\t');
    await screen.until('▸result');
    for (const key of ['x', 'x', '\x1b[B', '\x1b[6~', 'l', 'l', 'h', 'z', 'z', '\x1b[H', '\x1b[1~'])
      screen.type(key);
    await screen.until('▸result');
    expect(screen.title).toBe('');
    expect(screen.raw).not.toMatch(clears);
    expect(screen.raw).not.toContain('pwned');
    expect(screen.raw).not.toContain('\x9b');
    expect(screen.lines()[0]).toMatch(/^ 6\.4 Lost updates/);
    expect(screen.lines()[size.rows - 2]).toBe('─'.repeat(size.columns));
    expect(screen.lines()[size.rows - 1]).not.toBe('');
  });

  it('align numbers right and text after wide characters', async () => {
    const { screen } = open(lesson, events, large);
    await screen.until('日本語テキスト');
    const at = screen.lines().findIndex((line) => line.includes('日本語テキスト'));
    const separators = [at, at + 1, at + 3].map((row) => {
      const line = screen.lines()[row] ?? '';
      const inPane = line.slice(line.indexOf('│') + 1);
      return inPane.indexOf('│');
    });
    expect(new Set(separators).size).toBe(1);
    expect(screen.lines()[at]).toMatch(/│ {3}1 │ 日本語/);
  });

  it('keep their header when scrolled, and scroll sideways', async () => {
    const { screen } = open(lesson, events, usual);
    await screen.until('日本語テキスト');
    screen.type('\t');
    await screen.until('▸result');
    screen.type('\x1b[6~\x1b[6~');
    await screen.until((text) => !text.includes('日本語テキスト'));
    expect(screen.lines()[2]).toMatch(/│ +id │ text/);
    screen.type('G');
    await screen.until('(63 rows)');
    expect(screen.lines()[2]).toMatch(/│ +id │ text/);
    screen.type('llll');
    await screen.until((text) => !/│ +id │ text/.test(text));
    screen.type('x');
    await screen.until('record 1 ');
  });

  it('show an error with SQLSTATE, detail, hint and a caret below its place', async () => {
    const failed = new Recorder()
      .start(lesson)
      .send('s', 'you', 'select 日本,\n  nothing from t')
      .failed('s', '42703', 'column "nothing" does not exist', {
        position: 14,
        detail: 'None.',
        hint: 'Look again.',
      })
      .settled('s').events;
    const { screen } = open(lesson, failed, usual);
    await screen.until('ERROR 42703: column "nothing" does not exist');
    const at = screen.lines().findLastIndex((line) => line.includes('LINE 2:'));
    const column = screen.columnOf(at, 'nothing from');
    expect(screen.columnOf(at + 1, '^')).toBe(column);
    expect(screen.text()).toContain('HINT: Look again.');
  });
});

describe('views', () => {
  const lesson = lessonOf(
    ['you'],
    [
      {
        id: 'p',
        title: 'Pictures',
        blocks: [
          viewStep('m', { view: 'lock-matrix' }),
          viewStep('t', { view: 'truth-table', operators: ['and', 'not'] }),
        ],
      },
    ],
  );
  const columns = ['held', 'requested', 'outcome', 'evidence'];

  it('fill cell by cell', async () => {
    const recorder = new Recorder().start(lesson);
    recorder.add({ type: 'step-sent', step: 'm', session: 'pg-tutor', sql: 'view lock-matrix' });
    recorder.add({
      type: 'view-filled',
      step: 'm',
      columns,
      row: ['ACCESS SHARE', 'ACCESS SHARE', 'granted', ''],
    });
    const { screen, player } = open(lesson, recorder.events, usual);
    await screen.until('1 of 64 pairs tried');
    player.emit({
      type: 'view-filled',
      step: 'm',
      columns,
      row: ['ACCESS SHARE', 'ACCESS EXCLUSIVE', 'waits', 'pid 2 waits for pid 1'],
    });
    await screen.until('2 of 64 pairs tried');
    const row = screen.lines().findIndex((line) => /ACCESS SHARE +·/.test(line));
    const header = screen.lines().findIndex((line) => / AS +RS +RX +SUX +S +SRX +X +AX/.test(line));
    expect(screen.columnOf(row, '·')).toBe(screen.columnOf(header, 'AS'));
    expect(screen.columnOf(row, '░')).toBe(screen.columnOf(header, 'AX'));
    expect(screen.text()).toMatch(/waits\. Seen: pid 2/);
  });

  it('draw truth tables side by side', async () => {
    const recorder = new Recorder().start(lesson);
    recorder.add({ type: 'step-sent', step: 't', session: 'pg-tutor', sql: 'view truth-table' });
    const values = ['t', 'f', null];
    for (const a of values)
      for (const b of values)
        recorder.add({
          type: 'view-filled',
          step: 't',
          columns: ['operator', 'a', 'b', 'result'],
          row: ['and', a, b, a === 'f' || b === 'f' ? 'f' : a && b],
        });
    for (const a of values)
      recorder.add({
        type: 'view-filled',
        step: 't',
        columns: ['operator', 'a', 'b', 'result'],
        row: ['not', a, '', a === null ? null : a === 't' ? 'f' : 't'],
      });
    recorder.add({ type: 'step-finished', step: 't' });
    const { screen } = open(lesson, recorder.events, usual);
    await screen.until(/not a │/);
    expect(screen.text()).toMatch(/∅ {4}│ ∅ {2}f {2}∅ +∅ {3}│ ∅/);
  });
});

describe('phases', () => {
  it('starting, broken, finished', async () => {
    const { screen, player } = open(lostUpdate, []);
    await screen.until('Getting PostgreSQL ready');
    expect(screen.text()).toContain('Alice and Bob work at two counters');
    screen.type('\r1r?');
    await screen.until('run the next step');
    screen.type('\x1b');
    await screen.until('Alice and Bob');
    for (const event of untilBobWaits().events) player.play(event);
    await screen.until("run alice's commit");
    expect(player.intents).toEqual([]);
    player.emit({
      type: 'session-lost',
      session: 'bob',
      reason: 'terminating connection due to administrator command',
      sqlstate: '57P01',
      expected: false,
    });
    await screen.until('☠ Session bob is lost: terminating connection due to administrator command');
    expect(screen.text()).toContain('r reset: this page again');
    screen.type('\r');
    screen.type('r');
    await expect.poll(() => player.intents).toEqual([{ type: 'reset' }]);
    player.emit({ type: 'replay-started', page: 'bob-arrives' });
    await screen.until('Replaying…');
    player.emit(
      { type: 'database-ready', database: 'pg_tutor_x', reason: 'replay' },
      { type: 'replay-finished', page: 'bob-arrives' },
    );
    player.emit({ type: 'lesson-finished' });
    await screen.until('6.4 Lost updates: four cures: done');
    expect(screen.text()).toContain('predictions   1 of 1 right');
    expect(screen.text()).toContain('https://www.postgresql.org/docs/18/transaction-iso.html');
    screen.type('\r');
    await screen.until('q quit');
    expect(player.closed).toBe(true);
  });

  it('asks before a reset and before leaving what runs, and goes to pages', async () => {
    const { screen, player } = open(lostUpdate, untilBobWaits().events);
    await screen.until("run alice's commit");
    screen.type('r');
    await screen.until('Start this page again?');
    screen.type('\rn');
    await screen.until("run alice's commit");
    screen.type('ry');
    await expect.poll(() => player.intents).toEqual([{ type: 'reset' }]);
    screen.type('gk');
    await screen.until(/▸ ● +1 {2}Two tellers/);
    screen.type('\r');
    await expect.poll(() => player.intents.at(-1)).toEqual({ type: 'go', page: 'both-read' });
    screen.type('b');
    await expect.poll(() => player.intents.at(-1)).toEqual({ type: 'back' });
    player.emit({ type: 'step-sent', step: 'alice-commit', session: 'alice', sql: 'commit' });
    await screen.until('Running…');
    screen.type('q');
    await screen.until('A statement is running. Leave the lesson?');
    screen.type('y');
    await screen.until('q quit');
  });

  it('Ctrl+C cancels what runs, then leaves with 130', async () => {
    const { screen, player, exit } = open(lostUpdate, untilBobWaits().events);
    await screen.until("run alice's commit");
    screen.type('\x03');
    await screen.until('Cancelling.');
    expect(player.intents).toEqual([{ type: 'cancel' }]);
    screen.type('j');
    await screen.until("run alice's commit");
    screen.type('\x03');
    screen.type('\x03');
    expect(await exit).toBe(130);
    expect(player.closed).toBe(true);
    quit = null;
  });

  it('draws the screen again on Ctrl+L', async () => {
    const { screen } = open(lostUpdate, untilBobWaits().events);
    await screen.until("run alice's commit");
    const whole = screen.text();
    screen.stdout.write('\x1b[5;1Hsomebody wrote this here\x1b[24;79H');
    await screen.until('somebody wrote this');
    screen.type('\x0c');
    await screen.until((text) => !text.includes('somebody') && text.includes("run alice's commit"));
    expect(screen.lines()[4]).toBe(whole.split('\n')[4]);
    expect(screen.raw).not.toMatch(clears);
  });

  it('shows instructor notes on demand', async () => {
    const notes = {
      kind: 'notes',
      text: 'Ask the room first.',
      position: { file: '', line: 1, column: 1 },
    } as const;
    const lesson = lessonOf(
      ['you'],
      [{ id: 'p', title: 'N', blocks: [prose('Text.'), notes, sqlStep('you', 's', 'select 1;')] }],
    );
    const { screen } = open(lesson, new Recorder().start(lesson).events);
    await screen.until('Text.');
    expect(screen.text()).not.toContain('Ask the room');
    screen.type('i');
    await screen.until('Ask the room first.');
  });

  it('survives every key in every state', async () => {
    const keys = [
      '\r',
      ' ',
      '\t',
      '\x1b[Z',
      '\x1b',
      'x',
      'z',
      'i',
      'g',
      'G',
      'j',
      'k',
      'h',
      'l',
      '?',
      'b',
      's',
      '5',
      't',
      'L',
      '\x1b[A',
      '\x1b[D',
      '\x1b[5~',
      '\x7f',
      '\x1ba',
      '\x1b[99;9u',
      'ö',
      '日',
      '\x0c',
      'n',
    ];
    for (const events of [[], untilBobWaits().events, untilReleased().events]) {
      const { screen } = open(lostUpdate, events, small);
      await screen.until('6.4');
      for (const first of keys) for (const second of keys) screen.type(first + second);
      for (const key of ['\x1b', '\x1b', 'n', '\x1b']) screen.type(key);
      await screen.until((text) => text.split('\n')[23] !== '');
      expect(screen.raw).not.toMatch(clears);
      expect(await quit?.()).toBe(130);
      quit = null;
    }
  });
});
