import { afterEach, describe, expect, it } from 'vitest';
import { asciiGlyphs } from '../../src/text/glyphs.ts';
import { reduceTimeline } from '../../src/timeline/reduce.ts';
import { emptyTimeline } from '../../src/timeline/state.ts';
import type { TuiDeps } from '../../src/tui/deps.ts';
import { exerciseLesson } from '../support/exercise-lesson.ts';
import { PlayerWithWorkbook } from '../support/fake-workbook.ts';
import { playLesson } from '../support/play-lesson.ts';
import { Recorder, rowsResult } from '../support/recording.ts';
import type { Screen } from '../support/screen.ts';
import { catalogOf, openTui } from '../support/tui.ts';
import { until } from '../support/until.ts';

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 36 },
  { columns: 200, rows: 50 },
];
const [small, middle] = sizes;

const f = { run: '\x1b[15~', check: '\x1b[17~', hint: '\x1b[18~', solution: '\x1b[19~', look: '\x1bOQ' };

let quit: (() => Promise<number>) | null = null;
afterEach(async () => {
  await quit?.();
  quit = null;
});

const lesson = exerciseLesson();

/** At the exercise: the page's step has run. */
const open = async (size = small, deps: Partial<TuiDeps> = {}) => {
  const recorder = new Recorder().start(lesson).add({ type: 'page-entered', page: 'what-was-never-ordered' });
  recorder.run('look', 'you', 'select * from orders;', 'SELECT 2');
  const player = new PlayerWithWorkbook(lesson, recorder.events);
  const written: string[] = [];
  const opened = openTui(catalogOf([lesson]), {
    ...(size ? { size } : {}),
    openPlayer: async () => player,
    start: { screen: 'lesson', id: lesson.id, page: null },
    drafts: { read: () => null, write: (_lesson, _exercise, text) => written.push(text) },
    ...deps,
  });
  quit = opened.quit;
  const { screen } = opened;
  await screen.until('write your answer');
  return { screen, player, workbook: player.workbook, written };
};

const answering = async (size = small, deps: Partial<TuiDeps> = {}) => {
  const opened = await open(size, deps);
  opened.screen.type('\r');
  await opened.screen.until(/[▸>]your answer/);
  return opened;
};

/** Nothing runs over the edge: every rule ends where the screen does. */
const widths = (screen: Screen): number => Math.max(...screen.lines().map((line) => [...line].length));

const missing = {
  outcome: 'failed',
  kind: 'missing-row',
  sentence: 'One row is missing.',
  data: 'page',
  warnings: [{ rule: 'select-star', sentence: 'Name the columns you want.', offset: 0 }],
  evidence: {
    kind: 'rows',
    of: null,
    columns: [{ name: 'name', typeOid: 25 }],
    missing: [['茶碗']],
    extra: [],
    missingCount: 1,
    extraCount: 0,
    expectedCount: 2,
    gotCount: 1,
  },
} as const;

describe('an exercise on its page', () => {
  it.each(sizes)('is opened by Enter, keeps the page from going on, at $columns x $rows', async (size) => {
    const { screen, workbook, player } = await open(size);
    expect(screen.text()).toContain('The names of the products that nobody has ordered');
    // What stands behind it may give it away.
    expect(screen.text()).not.toContain('What comes behind');
    screen.type('\r');
    const text = await screen.until('▸your answer');
    expect(workbook.asked).toEqual(['open names']);
    expect(player.intents).toEqual([]);
    for (const part of ['your turn', '茶碗', 'select name', 'F5 run', 'F6 check', 'F7 hint'])
      expect(text).toContain(part);
    expect(widths(screen)).toBeLessThanOrEqual(size.columns);
    if (size.columns >= 100) expect(text).toMatch(/your turn .*result/);
  });

  it('is skipped by s, and says so', async () => {
    const { screen, player } = await open();
    screen.type('s');
    await screen.until('– skipped');
    expect(player.intents).toEqual([{ type: 'skip-exercise', exercise: 'names' }]);
    expect(screen.text()).toContain('What comes behind');
    expect(screen.text()).not.toContain('NOT EXISTS');
    // It may still be done.
    screen.type('a');
    await screen.until('▸your answer');
  });
});

describe('an answer', () => {
  it.each(sizes)('is written, run, checked, hinted at and passed, at $columns x $rows', async (size) => {
    const { screen, workbook, player, written } = await answering(size);
    screen.type(' p where 茶');
    await screen.until('from product p where 茶');
    expect(written.at(-1)).toBe('select name\nfrom product p where 茶');
    workbook.answer = (how) => (how === 'checking' ? { verdict: missing } : null);
    screen.type(f.check);
    const verdict = await screen.until('✗ One row is missing.');
    expect(workbook.asked.at(-1)).toBe('checking: select name\nfrom product p where 茶');
    expect(verdict).toMatch(/– missing │ 茶碗/);
    expect(verdict).toContain('Wanted: 2 rows. Yours: 1 row.');
    expect(verdict).toContain('! Name the columns you want.');
    screen.type(f.hint);
    await screen.until('Hint 1 of 2');
    screen.type(f.hint);
    await screen.until('Look at not exists.');
    screen.type(f.hint);
    await screen.until('These were all the hints.');
    expect(screen.text()).not.toContain('NOT EXISTS is true or false');
    player.pass('names', 'select 1');
    const passed = await screen.until('✓ Right.');
    for (const part of ['The solution', 'Another way: with a join', 'NOT IN finds nothing'])
      expect(passed).toContain(part);
    expect(widths(screen)).toBeLessThanOrEqual(size.columns);
    screen.type('\r');
    await screen.until('✓ passed');
    expect(screen.text()).not.toContain('F6 check');
  });

  it('shows what it runs to, and where it stands while it is checked; Esc cancels', async () => {
    const { screen, workbook } = await answering(middle);
    const tried = new Recorder().run('s1', 'you', 'begin', 'BEGIN').send('s2', 'you', 'select 7 as seven');
    tried
      .result('s2', rowsResult(['seven'], [['7']]))
      .finished('s2')
      .settled('s2');
    const timeline = tried.events.reduce((state, event) => reduceTimeline(state, event), emptyTimeline);
    workbook.answer = (how) => (how === 'trying' ? { tryOut: { timeline, stopped: null } } : null);
    screen.type(f.run);
    await screen.until(/you> begin[\s\S]*you> select 7[\s\S]*\(1 row\)/);
    expect(workbook.asked).toContain('trying: select name\nfrom product');
    screen.type(f.check);
    await screen.until('Checking your answer…');
    workbook.show('names', { progress: { phase: 'orders', done: 35, total: 70 } });
    await screen.until('order 35 of 70');
    screen.type('\x1b');
    await expect.poll(() => workbook.asked.at(-1)).toBe('cancel');
    screen.type(f.run);
    await screen.until('still running');
  });

  it('cancels by Ctrl+C, and leaves by the second one', async () => {
    const { screen, workbook } = await answering();
    screen.type(f.check);
    await screen.until('Checking…');
    screen.type('\x03');
    await screen.until('Ctrl+C again leaves pg-tutor.');
    expect(workbook.asked.at(-1)).toBe('cancel');
  });

  it('says what went wrong with the server, keeps the text, and runs again', async () => {
    const { screen, workbook } = await answering();
    workbook.answer = () => ({ problem: 'The server closed the connection.' });
    screen.type(f.run);
    await screen.until('✗ The server closed the connection.');
    expect(screen.text()).toContain('from product');
    workbook.answer = () => ({ verdict: missing });
    screen.type(f.check);
    await screen.until('✗ One row is missing.');
  });

  it('asks before it shows the solution, which then counts as shown', async () => {
    const { screen, player } = await answering();
    screen.type(f.solution);
    await screen.until('Show the solution?');
    screen.type('n');
    await screen.until('F5 run');
    expect(player.intents).toEqual([]);
    screen.type(f.solution);
    await screen.until('Show the solution?');
    screen.type('y');
    await screen.until('NOT EXISTS is true or false.');
    expect(player.intents).toEqual([{ type: 'show-solution', exercise: 'names' }]);
    player.pass('names', 'select 1');
    screen.type('\r');
    await screen.until('– solution shown');
    expect(screen.text()).not.toContain('✓ passed');
  });

  it('is as it was left, and is written in another editor on demand', async () => {
    const drafts = { read: () => 'select 1\n  as one', write: () => {} };
    const { screen } = await answering(small, {
      drafts,
      editText: async (text) => `${text},\n  2 as two;\n`,
    });
    await screen.until('as one');
    screen.type('\x1bOS');
    await screen.until('2 as two;');
    expect(screen.text()).toContain('as one,');
    expect(screen.alternate).toBe(true);
  });

  it('says when there is no other editor, and takes what is pasted', async () => {
    const { screen } = await answering(small, {
      editText: () => Promise.reject(new Error('There is no editor pico.')),
    });
    screen.type('\x1bOS');
    await screen.until('There is no editor pico.');
    screen.type('\x1b[200~\rwhere id\r  > 1;\r\x1b[201~');
    await screen.until(/where id\n {2} {2}> 1;/);
  });

  it('has a menu of letters, letters when one looks at the result, and help', async () => {
    const { screen, workbook, player } = await answering();
    screen.type('\x1b');
    await screen.until('r run   c check   h hint');
    screen.type('r');
    await expect.poll(() => workbook.asked.at(-1)).toBe('trying: select name\nfrom product');
    workbook.show('names', { phase: 'idle' });
    screen.type(f.look);
    await screen.until('▸result');
    screen.type('h');
    await expect.poll(() => workbook.getState().names?.hints).toBe(1);
    screen.type('?');
    await screen.until('run the answer on a copy of the data');
    screen.type('\x1b');
    await screen.until('▸result');
    screen.type('q');
    await screen.until('write your answer');
    expect(player.intents).toEqual([]);
  });

  it('needs no sign beyond ASCII, and follows the size of the terminal', async () => {
    const { screen, workbook } = await answering(small, {
      glyphs: asciiGlyphs,
      serverLabel: () => 'PostgreSQL 18.4',
    });
    workbook.answer = () => ({
      verdict: { ...missing, evidence: { ...missing.evidence, missing: [['bowl']] } },
    });
    screen.type(f.check);
    await screen.until('x One row is missing.');
    screen.resize({ columns: 120, rows: 36 });
    await screen.until(/your turn .*verdict/);
    expect(screen.text().replace('茶碗', '')).toMatch(/^[\n -~]*$/);
    screen.resize({ columns: 40, rows: 10 });
    await screen.until('pg-tutor needs');
    screen.resize({ columns: 80, rows: 24 });
    await screen.until('x One row is missing.');
  });
});

describe('on a server', () => {
  it.each(sizes)(
    'Tab completes what is in the database, at $columns x $rows',
    { timeout: 60_000 },
    async (size) => {
      const opened = playLesson(lesson, size);
      quit = opened.quit;
      const { screen } = opened;
      await screen.until('run your select', 20_000);
      screen.type('\r');
      await screen.until('write your answer', 15_000);
      screen.type('\r');
      await screen.until('▸your answer');
      // The names come a moment later.
      const known = (): boolean => {
        if (!screen.text().includes('from orders')) screen.type('\x15from ord\t');
        return screen.text().includes('from orders');
      };
      await until(known, 'the names are known');
      screen.type('\x15from orders where prod\t');
      await screen.until('where product_id');
      // Where no word is begun there is room.
      screen.type(' \tx');
      await screen.until('where product_id   x');
      screen.type('\x15from pg_c\t');
      await screen.until(/pg_cast +\S+.*\n.*pg_class/);
      expect(screen.text()).toContain('your turn');
      expect(widths(screen)).toBeLessThanOrEqual(size.columns);
      screen.type('las');
      await screen.until((text) => !text.includes('pg_cast'));
      screen.type('\r');
      await screen.until(/from pg_class\b/);
    },
  );

  it('judges an answer and tries a step with other SQL, and leaves the lesson as it is', {
    timeout: 60_000,
  }, async () => {
    const opened = playLesson(lesson, { columns: 120, rows: 36 });
    quit = opened.quit;
    const { screen } = opened;
    await screen.until('run your select', 20_000);
    screen.type('\r');
    await screen.until('edit SQL', 15_000);
    screen.type('e');
    await screen.until('▸you');
    screen.type('\x15delete from orders returning id');
    screen.type(f.run);
    await screen.until(/│ +11\n[\s\S]*│ \(2 rows\)/, 20_000);
    screen.type('\x1b');
    await screen.until('r run');
    screen.type('q');
    await screen.until('write your answer');
    screen.type('\r');
    await screen.until('▸your answer');
    screen.type('\x15from product where id in (2, 3);');
    screen.type(f.check);
    // Right on the rows that can be seen, which the lesson's own delete has not touched.
    await screen.until('✗ One row is missing.', 30_000);
    expect(screen.text()).toContain('vase');
    screen.type(
      '\x15from product where id not in (select product_id from orders where product_id is not null);',
    );
    screen.type(f.check);
    await screen.until('✓ Right.', 30_000);
  });
});
