import { afterEach, describe, expect, it } from 'vitest';
import { noProgress, type Progress } from '../../src/progress/types.ts';
import type { EventBody } from '../../src/timeline/events.ts';
import { FakePlayer } from '../support/fake-player.ts';
import { lostUpdate } from '../support/lost-update.ts';
import { lessonOf, prediction, prose, sqlStep } from '../support/recording.ts';
import { catalogOf, type Opened, openTui } from '../support/tui.ts';

const module = { slug: 'querying', number: 4, title: 'Querying', summary: '' };
const asked = (id: string) => [
  prediction(id, `What of ${id}?`, ['none', 'one'], `Because of ${id}.`),
  sqlStep('you', id, 'select 1;'),
];
const counting = lessonOf(
  ['you'],
  ['alpha', 'beta', 'gamma'].map((id) => ({
    id: `page-${id}`,
    title: `Page ${id}`,
    blocks: [prose('Look.'), ...asked(id)],
  })),
  { id: 'querying/counting', number: '4.2', title: 'Counting', module },
);
const catalog = catalogOf([counting, lostUpdate]);

const at = (day: number): string => new Date(2026, 2, day, 12).toISOString();
const wrong = (day: number) => ({ answers: [{ at: at(day), choice: 0, right: false }] });
const progressOf: Progress = {
  'querying/counting': {
    ...noProgress,
    pages: { 'page-alpha': { startedAt: at(1), doneAt: at(1) } },
    page: 'page-beta',
    pageAt: at(1),
    predictions: { 'alpha-guess': wrong(1), 'beta-guess': wrong(2), 'gamma-guess': wrong(9) },
  },
};
const now = () => new Date(2026, 2, 9, 8);

/** Opened at a page; the one step of each page can be run, choice 2 is right. */
const playerAt = (page: string): FakePlayer => {
  const player = new FakePlayer(counting);
  const opening: EventBody[] = [
    { type: 'run-started', lesson: counting.id, postgres: { version: '18.4', major: 18, own: true } },
    { type: 'database-ready', database: 'd', reason: 'replay' },
    { type: 'page-entered', page },
    { type: 'replay-finished', page },
  ];
  player.emit(...opening);
  const step = page.replace('page-', '');
  player.answer = (intent) => {
    if (intent.type === 'predict')
      player.emit({ type: 'prediction-made', prediction: `${step}-guess`, choice: intent.choice });
    if (intent.type === 'next' && !player.getState().ran.includes(step))
      player.emit(
        { type: 'step-sent', step, session: 'you', sql: 'select 1;' },
        { type: 'step-finished', step },
        { type: 'step-settled', step },
        { type: 'prediction-judged', prediction: `${step}-guess`, right: [1] },
      );
  };
  return player;
};

let opened: Opened | null = null;
const calls: unknown[] = [];
const open = (options: Parameters<typeof openTui>[1] = {}): Opened => {
  calls.length = 0;
  opened = openTui(catalog, {
    progressOf,
    now,
    openPlayer: async (...how) => {
      calls.push(how);
      return playerAt(how[1] ?? '');
    },
    ...options,
  });
  return opened;
};
afterEach(async () => {
  await opened?.quit();
  opened = null;
});

describe('the weak points on the home screen', () => {
  it.each([
    { columns: 80, rows: 24 },
    { columns: 120, rows: 36 },
    { columns: 200, rows: 50 },
  ])('say what is due and when the rest is, at $columns columns', async (size) => {
    const { screen } = open({ size });
    await screen.until('2 pages to review  r');
    screen.type('w');
    await screen.until(/▸↻ 4\.2 +1\. Page alpha +due/);
    expect(screen.text()).toMatch(/↻ 4\.2 +2\. Page beta +due/);
    expect(screen.text()).toMatch(/↻ 4\.2 +3\. Page gamma +tomorrow/);
    expect(screen.text()).toContain('To review   2 due');
    expect(screen.text()).not.toMatch(/wrong|fail/i);
    expect(screen.lines().every((line) => line.length <= size.columns)).toBe(true);
  });

  it('open one page by itself, due or not', async () => {
    const { screen } = open();
    await screen.until('to review');
    screen.type('wjj\r');
    await screen.until('review 1 of 1');
    expect(calls).toEqual([['querying/counting', 'page-gamma', 'review']]);
  });

  it('say when nothing is due, and when nothing is weak', async () => {
    const { screen } = open({
      now: () => new Date(2026, 2, 2, 8),
      progressOf: { 'querying/counting': { ...noProgress, predictions: { 'alpha-guess': wrong(2) } } },
    });
    await screen.until('q quit');
    screen.type('r');
    await screen.until('Nothing is due for review. Next: querying/counting, page 1, tomorrow.');
    await opened?.quit();
    const other = open({ progressOf: {} }).screen;
    await other.until('q quit');
    other.type('r');
    await other.until('Nothing to review.');
  });
});

describe('a review', () => {
  it('plays the pages that are due one after the other and says how it went', async () => {
    const { screen } = open();
    await screen.until('to review');
    screen.type('r');
    await screen.until('What of alpha?');
    expect(screen.lines()[0]).toContain('review 1 of 2');
    screen.type('2');
    await screen.until('run your select');
    screen.type('\r');
    await screen.until('✓ Right: one');
    expect(screen.text()).toContain('Because of alpha.');
    await screen.until('next to review');
    screen.type('\r');
    await screen.until('What of beta?');
    expect(screen.lines()[0]).toContain('review 2 of 2');
    screen.type('1');
    await screen.until('run your select');
    screen.type('\r');
    await screen.until('Not this time. It was: one');
    // The reason is told whether the guess was right or not.
    expect(screen.text()).toContain('Because of beta.');
    await screen.until('end the review');
    screen.type('\r');
    await screen.until('2 pages reviewed: 1 of 2 predicted right.');
    expect(calls).toEqual([
      ['querying/counting', 'page-alpha', 'review'],
      ['querying/counting', 'page-beta', 'review'],
    ]);
  });

  it('ends with the lesson that is left, and a lesson opened then is no review', async () => {
    const { screen } = open({ start: { screen: 'review' } });
    await screen.until('What of alpha?');
    screen.type('q');
    await screen.until('q quit');
    screen.type('g\r');
    await screen.until('What of beta?');
    expect(screen.lines()[0]).not.toContain('review');
    expect(calls.at(-1)).toEqual(['querying/counting', 'page-beta', 'resume']);
  });
});
