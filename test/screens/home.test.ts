import { afterEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../src/progress/types.ts';
import { noProgress } from '../../src/progress/types.ts';
import { asciiGlyphs } from '../../src/text/glyphs.ts';
import { FakePlayer } from '../support/fake-player.ts';
import { lostUpdate } from '../support/lost-update.ts';
import { lessonOf, prose } from '../support/recording.ts';
import { catalogOf, type Opened, openTui } from '../support/tui.ts';

const types = { slug: 'types', number: 2, title: 'Types and schema', summary: '' };
const page = { id: 'one', title: 'One', blocks: [prose('Text.')] };
const numbers = lessonOf(['you'], [page], {
  id: 'types/numbers',
  number: '2.3',
  title: 'Numbers, money, bool',
  summary: 'What float does to a price.',
  module: types,
});
const wide = lessonOf(['you'], [page], {
  id: 'types/wide',
  number: '2.4',
  title: '時間 and \x1b]0;evil\x07 time\x1b[2J zones',
  summary: 'Timestamps.',
  module: types,
  needs: { postgres: { from: 15, to: 17 }, extensions: ['btree_gist'], privileges: [] },
});
const catalog = catalogOf([numbers, wide, lostUpdate]);
const at = '2026-01-01T00:00:00.000Z';
const played = { startedAt: at, doneAt: at };
const begun: Progress = {
  'transactions/lost-update': {
    ...noProgress,
    pages: { 'both-read': played },
    page: 'bob-arrives',
    pageAt: at,
    updatedAt: at,
  },
  'types/numbers': { ...noProgress, pages: { one: played }, page: 'one', finishedAt: at },
};

let opened: Opened | null = null;
const open = (...args: Parameters<typeof openTui>): Opened => {
  opened = openTui(...args);
  return opened;
};
afterEach(async () => {
  await opened?.quit();
  opened = null;
});

describe('the home screen', () => {
  it('lists modules and lessons with what was done, and continues first, at 80x24', async () => {
    const { screen } = open(catalog, { progressOf: begun });
    await screen.until('q quit');
    const lines = screen.lines();
    expect(lines[0]).toMatch(/^ pg-tutor +PostgreSQL 18\.4 · own server · 1 of 3 lessons$/);
    expect(lines[2]).toBe('  ▸ Continue   6.4  Lost updates: four cures   page 2 of 3');
    expect(lines[4]).toBe(' 2 Types and schema   1/2');
    expect(lines[5]).toMatch(/^ {2}✓ 2\.3 {3}Numbers, money, bool +12 min$/);
    expect(lines[9]).toMatch(/^ {2}◐ 6\.4 {3}Lost updates: four cures +12 min {4}1\/3$/);
    expect(screen.text()).toContain('Two tellers, one account');
    expect(screen.text()).toContain('3 pages · 1 prediction · 2 sessions · PostgreSQL 14+');
    expect(lines.every((line) => line.length <= 80)).toBe(true);
  });

  it('shows two panes at 120x36, aligned though titles are wide or hostile', async () => {
    const { screen } = open(catalog, { size: { columns: 120, rows: 36 } });
    await screen.until('q quit');
    const rows = screen.lines();
    const minutes = rows.flatMap((line, row) =>
      line.includes(' 12 min') ? [screen.columnOf(row, ' 12 min')] : [],
    );
    expect(minutes).toHaveLength(2);
    expect(new Set(minutes).size).toBe(1);
    const bars = rows.slice(2, 33).map((_, index) => screen.columnOf(index + 2, '│'));
    expect(new Set(bars)).toEqual(new Set([45]));
    expect(screen.title).toBe('');
    expect(screen.text()).toContain('時間 and  time zones');
  });

  it('moves, jumps by module, to the end and back', async () => {
    const { screen } = open(catalog);
    await screen.until('▸○ 2.3');
    screen.type('jj');
    await screen.until('▸○ 6.4');
    screen.type('g');
    await screen.until('▸○ 2.3');
    screen.type('\x1b[C');
    await screen.until('▸○ 6.4');
    screen.type('kkkkkkG');
    await screen.until('▸○ 6.4');
    screen.type('\x1b[A');
    await screen.until('▸○ 2.4');
    await screen.until('PostgreSQL 15 to 17 · needs btree_gist');
  });

  it('searches as one types, takes Backspace and paste, and Esc clears', async () => {
    const { screen } = open(catalog);
    await screen.until('q quit');
    screen.type('/');
    await screen.until('words of titles, text or SQL');
    screen.type('lostx\x7f');
    await screen.until(/\/ lost {2,}1 found/);
    expect(screen.text()).not.toContain('2.3');
    screen.type('\x1b');
    await screen.until('Types and schema');
    screen.type('/');
    screen.type('\x1b[200~price\x1b[201~');
    await screen.until(/\/ price {2,}1 found/);
    expect(screen.text()).toContain('Numbers, money, bool');
    screen.type('zzz');
    await screen.until('nothing found');
    screen.type('\x1b');
    await screen.until('q quit');
  });

  it('opens where one left, and a lesson that cannot be opened says why', async () => {
    const asked: unknown[] = [];
    const { screen } = open(catalog, {
      progressOf: begun,
      openPlayer: async (id, at) => {
        asked.push([id, at]);
        if (asked.length === 1) throw Object.assign(new Error('No server.'), { remedy: 'Start one.' });
        return new FakePlayer(lostUpdate);
      },
    });
    await screen.until('▸ Continue');
    screen.type('\r');
    await screen.until('No server. Start one.');
    screen.type('\r');
    await screen.until('Getting PostgreSQL ready');
    expect(asked).toEqual([
      ['transactions/lost-update', 'bob-arrives'],
      ['transactions/lost-update', 'bob-arrives'],
    ]);
  });

  it('lists files that are broken with their problems', async () => {
    const file = '/lessons/02-types/07-half.md';
    const position = { file, line: 3, column: 5 };
    const broken = catalogOf([numbers], [{ position, severity: 'error', message: 'title is missing' }]);
    const { screen } = open(broken, { size: { columns: 120, rows: 36 } });
    await screen.until('Cannot be played');
    screen.type('G');
    await screen.until('/lessons/02-types/07-half.md:3:5: title is missing');
    screen.type('\r');
    await screen.until('its file must be mended first');
  });

  it('lists its keys', async () => {
    const { screen } = open(catalog);
    await screen.until('q quit');
    screen.type('?');
    await screen.until('search titles, text and SQL');
    expect(screen.lines()[0]).toBe(' Keys');
    screen.type('\x1b');
    await screen.until('2 Types and schema');
  });

  it('needs no Unicode', async () => {
    const { screen } = open(catalogOf([numbers, lostUpdate]), {
      glyphs: asciiGlyphs,
      serverLabel: () => null,
    });
    await screen.until('q quit');
    expect(screen.text()).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('says so when the terminal is too small, and comes back', async () => {
    const { screen } = open(catalog, { size: { columns: 40, rows: 10 } });
    await screen.until('pg-tutor needs 60 x 16');
    screen.resize({ columns: 120, rows: 36 });
    await screen.until('/ search');
    expect(screen.lines()[0]).toMatch(/^ pg-tutor/);
    screen.resize({ columns: 80, rows: 24 });
    await screen.until((text) => {
      const lines = text.split('\n');
      return lines[0]?.startsWith(' pg-tutor') === true && lines[23]?.includes('q quit') === true;
    });
    expect(screen.lines().filter((line) => line.includes('pg-tutor'))).toHaveLength(1);
  });

  it('finds words in the text and the SQL, says where, and opens there', async () => {
    const asked: unknown[] = [];
    const { screen } = open(catalog, {
      loadTexts: async () =>
        new Map([
          [
            'transactions/lost-update',
            lostUpdate.pages.map(({ title }, index) => ({
              title,
              passages: [
                { kind: 'sql' as const, text: index === 1 ? 'UPDATE account SET balance = 200' : 'commit' },
              ],
            })),
          ],
        ]),
      openPlayer: async (...how) => {
        asked.push(how);
        return new FakePlayer(lostUpdate);
      },
    });
    await screen.until('q quit');
    screen.type('/set balance');
    await screen.until(/1 found/);
    expect(screen.text()).toContain('page 2, Bob arrives while Alice is still thinking: UPDATE account SE…');
    expect(screen.text()).toContain('Page 2: UPDATE account SET balance = 200');
    screen.type('\r');
    await screen.until('Getting PostgreSQL ready');
    expect(asked).toEqual([['transactions/lost-update', 'bob-arrives', undefined]]);
  });

  it('names the modules that come before, and locks nothing', async () => {
    const listed = catalogOf([numbers, lostUpdate]);
    const after = {
      ...listed,
      modules: listed.modules.map((one, index) => (index === 1 ? { ...one, after: ['types'] } : one)),
    };
    const { screen } = open(after, { progressOf: begun, openPlayer: async () => new FakePlayer(lostUpdate) });
    await screen.until('6 Transactions and locks   0/1   after 2 Types and schema ✓');
    screen.resize({ columns: 120, rows: 36 });
    await screen.until(/│ {2}after 2 Types and schema ✓/);
    screen.type('G\r');
    await screen.until('Getting PostgreSQL ready');
  });

  it('shows the state and the score of each page where there is room', async () => {
    const progressOf: Progress = {
      'transactions/lost-update': {
        ...begun['transactions/lost-update'],
        ...noProgress,
        pages: { 'both-read': played, 'bob-arrives': { startedAt: at, doneAt: null } },
        page: 'bob-arrives',
        pageAt: at,
        predictions: { 'bob-write-guess': { answers: [{ at, choice: 1, right: true }] } },
      },
    };
    const { screen } = open(catalog, { progressOf, size: { columns: 120, rows: 36 } });
    await screen.until('1 of 1 predicted right so far');
    expect(screen.text()).toMatch(/✓ {2}1 Two tellers, one account/);
    expect(screen.text()).toMatch(/◐ {2}2 Bob arrives while Alice is still thinking {2}1\/1/);
    expect(screen.text()).toMatch(/○ {2}3 What is left/);
  });

  it.each([
    { columns: 80, rows: 24 },
    { columns: 120, rows: 36 },
    { columns: 200, rows: 50 },
  ])('keeps the chosen one of eighty lessons in sight at $columns columns', async (size) => {
    const many = Array.from({ length: 8 }, (_, module) => {
      const info = { slug: `m${module}`, number: module + 1, title: `Module ${module + 1}`, summary: '' };
      return Array.from({ length: 10 }, (_, index) =>
        lessonOf(['you'], [page], {
          id: `m${module}/l${index}`,
          number: `${module + 1}.${index + 1}`,
          title: `Lesson ${index + 1} of module ${module + 1}`,
          module: info,
        }),
      );
    }).flat();
    const { screen } = open(catalogOf(many), { size });
    await screen.until('▸○ 1.1');
    screen.type('G');
    await screen.until(/▸○ 8\.10 +Lesson 10 of module 8/);
    screen.type('\x1b[D');
    await screen.until(/▸○ 7\.1 +Lesson 1 of module 7/);
    expect(screen.text()).toContain('7 Module 7');
    screen.type('\x1b[6~');
    await screen.until(/▸○ 8\.1 /);
    expect(screen.lines()[size.rows - 2]).toBe('─'.repeat(size.columns));
  });
});
