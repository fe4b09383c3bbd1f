import { afterEach, describe, expect, it } from 'vitest';
import type { Lesson } from '../../src/lesson/types.ts';
import type { Exploration, Lab, LabState, WhatIf } from '../../src/player/lab-state.ts';
import { emptyLab } from '../../src/player/lab-state.ts';
import type { RunEvent } from '../../src/timeline/events.ts';
import { FakePlayer } from '../support/fake-player.ts';
import { fence, lessonOf as parsed } from '../support/lesson.ts';
import { lostUpdate, untilBobWaits, untilReleased } from '../support/lost-update.ts';
import { playLesson } from '../support/play-lesson.ts';
import { onTransaction, playerStateOf, Recorder } from '../support/recording.ts';
import { catalogOf, openLesson, openTui } from '../support/tui.ts';
import { until } from '../support/until.ts';

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 36 },
  { columns: 200, rows: 50 },
];

let quit: (() => Promise<number>) | null = null;
afterEach(async () => {
  await quit?.();
  quit = null;
});

/** ESC[2J and ESC[3J: what a redraw must never need. */
const clears = /\x1b\[[23]J/;

describe('back in time', () => {
  it.each(sizes)(
    'the arrows go along the timeline and the locks follow, at $columns x $rows',
    async (size) => {
      const { screen, quit: leave } = openLesson(lostUpdate, untilReleased().events, size);
      quit = leave;
      await screen.until('6.4');
      screen.type('t');
      await screen.until(/▸timeline/);
      screen.type('k');
      await screen.until(/▸ 7\.233/);
      // Before the commit bob waits: the locks of then, not the ones of now.
      for (const _ of [1, 2]) screen.type('k');
      await screen.until(/▸ 3\.0\d\d/);
      if (size.columns < 100) {
        screen.type('L');
        await screen.until(/▸locks/);
      }
      await screen.until(' alice ←── bob');
      expect(screen.text()).toMatch(/transaction 749 +ShareLock +░ wanted/);
      if (size.columns < 100) screen.type('t');
      screen.type('G');
      await screen.until((text) => text.includes('▸timeline') && !/▸ \d/.test(text) && !/ at \d/.test(text));
      expect(screen.raw).not.toMatch(clears);
    },
  );

  it('is over when the lesson goes on', async () => {
    const {
      screen,
      player,
      quit: leave,
    } = openLesson(lostUpdate, untilBobWaits().events, sizes[1] ?? { columns: 120, rows: 36 });
    quit = leave;
    await screen.until('░ waits for alice');
    screen.type('t');
    await screen.until(/▸timeline/);
    screen.type('kk');
    await screen.until(/▸timeline at /);
    screen.type('\r');
    await screen.until((text) => !/timeline at /.test(text));
    expect(player.intents).toContainEqual({ type: 'next' });
  });
});

/** A lab that shows what it is given and notes what it is asked for. */
class FakeLab implements Lab {
  readonly asked: string[] = [];
  #state: LabState = emptyLab;
  readonly #listeners = new Set<() => void>();
  constructor(readonly given: { readonly whatIf?: WhatIf; readonly exploration?: Exploration }) {}
  getState(): LabState {
    return this.#state;
  }
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  show(state: Partial<LabState>): void {
    this.#state = { ...emptyLab, ...state };
    for (const listener of this.#listeners) listener();
  }
  startWhatIf(page: string): void {
    this.asked.push(`start ${page}`);
    this.show({ whatIf: this.given.whatIf ?? null });
  }
  pick(session: string): void {
    this.asked.push(`pick ${session}`);
  }
  cancel(): void {
    this.asked.push('cancel');
  }
  explore(page: string): void {
    this.asked.push(`explore ${page}`);
    this.show({ exploration: this.given.exploration ?? null });
  }
  halt(): void {
    this.asked.push('halt');
  }
  retry(page: string, step: string): void {
    this.asked.push(`retry ${page} ${step}`);
  }
  stop(): void {
    this.asked.push('stop');
    this.show({});
  }
  async close(): Promise<void> {}
}

class PlayerWithLab extends FakePlayer {
  constructor(
    lesson: Lesson,
    events: readonly RunEvent[],
    readonly lab: Lab,
  ) {
    super(lesson, events);
  }
}

const openWith = async (lab: FakeLab, size: (typeof sizes)[number]) => {
  const player = new PlayerWithLab(lostUpdate, untilReleased().events, lab);
  const opened = openTui(catalogOf([lostUpdate]), {
    size,
    openPlayer: async () => player,
    start: { screen: 'lesson', id: lostUpdate.id, page: null },
  });
  quit = opened.quit;
  await opened.screen.until('6.4');
  return opened.screen;
};

const page = 'bob-arrives';
/** Bob went first, so alice waits for him. */
const otherTimeline = () => {
  const recorder = new Recorder().start(lostUpdate).wait(10);
  recorder.add({ type: 'page-entered', page });
  recorder.run('bob-write', 'bob', 'update account set balance = 200 where id = 1', 'UPDATE 1').wait(20);
  recorder
    .send('alice-write', 'alice', 'update account set balance = 200 where id = 1')
    .wait(5)
    .blocked('alice-write', ['bob'], onTransaction('751'))
    .settled('alice-write');
  return playerStateOf(lostUpdate, recorder.events).timeline;
};

const whatIf: WhatIf = {
  page,
  phase: 'ready',
  problem: null,
  timeline: otherTimeline(),
  order: ['bob-write', 'alice-write'],
  choices: [
    { session: 'alice', step: 'alice-commit', sql: 'commit', why: 'waits for bob' },
    { session: 'bob', step: 'bob-commit', sql: 'commit;', why: null },
  ],
  tables: [],
};

describe('another order', () => {
  it.each(sizes)('stands beside the lesson, or below it, at $columns x $rows', async (size) => {
    const lab = new FakeLab({ whatIf });
    const screen = await openWith(lab, size);
    screen.type('o');
    const text = await screen.until('your order');
    expect(lab.asked).toEqual([`start ${page}`]);
    const lines = screen.lines();
    const lesson = lines.findIndex((line) => line.includes('the lesson'));
    const own = lines.findIndex((line) => line.includes('your order'));
    if (size.columns < 100) expect(own).toBeGreaterThan(lesson);
    else expect(own).toBe(lesson);
    expect(text).toMatch(/░ waits for bob/);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      "First difference: bob's update account set balance = 200 where …: 1 row, waited for alice in the lesson, 1 row here.",
    );
    // Marked in both, where there is room for both.
    if (size.rows > 24) expect(text.match(/▸ \d/g)).toHaveLength(2);
    expect(text).toMatch(/– alice {2}commit {2}cannot: waits for bob/);
    expect(text).toMatch(/2 bob {2}commit/);
    screen.type('1');
    await screen.until('alice cannot go: waits for bob.');
    screen.type('2');
    await until(() => lab.asked.includes('pick bob'), 'the lab was asked');
    expect(lab.asked).not.toContain('pick alice');
    screen.type('c');
    await until(() => lab.asked.includes('cancel'), 'the lab was asked');
    screen.type('\x1b');
    await screen.until(/other order|page/);
    await until(() => lab.asked.at(-1) === 'stop', 'the lab was asked');
    expect(screen.raw).not.toMatch(clears);
  });

  it('says what went wrong', async () => {
    const lab = new FakeLab({ whatIf: { ...whatIf, phase: 'failed', problem: 'no more connections' } });
    const screen = await openWith(lab, { columns: 120, rows: 36 });
    screen.type('o');
    await screen.until('✗ no more connections');
  });
});

const exploration: Exploration = {
  page,
  total: 20,
  played: 9,
  impossible: 6,
  phase: 'running',
  problem: null,
  outcomes: [
    {
      key: 'lost',
      orders: 8,
      example: ['alice-write', 'bob-write'],
      unsent: [],
      own: true,
      timeline: playerStateOf(lostUpdate, untilReleased().events).timeline,
      tables: [{ table: 'account', rowCount: 1, rows: ['(1,200)'] }],
    },
    {
      key: 'stuck',
      orders: 1,
      example: ['bob-write', 'alice-write'],
      unsent: ['alice-commit'],
      own: false,
      timeline: otherTimeline(),
      tables: [{ table: 'account', rowCount: 1, rows: ['(1,100)'] }],
    },
  ],
};

describe('all orders', () => {
  it.each(sizes)(
    'are listed by outcome, with the timeline of the one chosen, at $columns x $rows',
    async (size) => {
      const lab = new FakeLab({ exploration });
      const screen = await openWith(lab, size);
      screen.type('x');
      const text = await screen.until(/9 orders run of 20, 2 outcomes so far/);
      expect(text).toContain('▰');
      expect(text).toMatch(/▸1 {2}8 orders {2}◉ the lesson's own/);
      expect(text).toMatch(/2 {2}1 order {2}░ ends waiting/);
      expect(text).toContain('account: (1,200)');
      screen.type('j');
      await screen.until(/▸2 {2}1 order/);
      await screen.until('account: (1,100)');
      screen.type('s');
      await until(() => lab.asked.includes('halt'), 'the lab was asked');
      lab.show({ exploration: { ...exploration, phase: 'done', played: 14 } });
      await screen.until('14 orders run of 20: 2 outcomes; 6 cannot be');
      expect(screen.text()).not.toContain('▰');
      screen.type('\x1b');
      await until(() => lab.asked.at(-1) === 'stop', 'the lab was asked');
      expect(screen.raw).not.toMatch(clears);
    },
  );

  it('are there before the first has run', async () => {
    const empty: Exploration = { ...exploration, total: 0, played: 0, impossible: 0, outcomes: [] };
    const screen = await openWith(new FakeLab({ exploration: empty }), { columns: 80, rows: 24 });
    screen.type('x');
    await screen.until('The first order is on its way…');
    screen.type('jkGg');
    await screen.until('The first order is on its way…');
  });
});

it('is not offered on a page of one session', async () => {
  const events = new Recorder().start(lostUpdate).add({ type: 'page-entered', page: 'end' }).events;
  const lab = new FakeLab({});
  const player = new PlayerWithLab(lostUpdate, events, lab);
  const opened = openTui(catalogOf([lostUpdate]), {
    size: { columns: 120, rows: 36 },
    openPlayer: async () => player,
    start: { screen: 'lesson', id: lostUpdate.id, page: null },
  });
  quit = opened.quit;
  await opened.screen.until('One withdrawal is gone');
  opened.screen.type('ox?');
  await opened.screen.until('Keys');
  expect(lab.asked).toEqual([]);
});

describe('by keys, on a server', () => {
  it('plays another order to its end, then all of them', { timeout: 30_000 }, async () => {
    const add = 'update account set balance = balance + 10';
    const lesson =
      parsed(`${fence('sql setup', 'create table account (balance int); insert into account values (300)')}
## Two

${fence('sql alice #a1', `begin; ${add}`)}
${fence('sql bob #b1', add)}
${fence('sql alice #a2', 'commit')}
`);
    const opened = playLesson(lesson, { columns: 120, rows: 36 });
    quit = opened.quit;
    const { screen } = opened;
    await screen.until('other order', 15_000);
    screen.type('o');
    await screen.until('who goes next?', 15_000);
    screen.type('1');
    await screen.until(/1 alice {2}commit/, 15_000);
    screen.type('2');
    await screen.until('░ waits for alice', 15_000);
    await screen.until(/– bob {4}has no step left/, 15_000);
    screen.type('2');
    await screen.until('bob cannot go: has no step left.', 15_000);
    screen.type('1');
    await screen.until('nothing is left that can go', 15_000);
    expect(screen.text()).toContain('account: (320)');
    expect(screen.text()).toMatch(/commit {2}✓ {2}─+→ ✓ 1 row/);
    screen.type('\x1b');
    await screen.until('explore all', 15_000);
    screen.type('x');
    await screen.until('3 orders run of 3: 2 outcomes.', 20_000);
  });
});
