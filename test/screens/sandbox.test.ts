import { afterEach, describe, expect, it } from 'vitest';
import { asciiGlyphs } from '../../src/text/glyphs.ts';
import type { TuiDeps } from '../../src/tui/deps.ts';
import { FakeSandbox } from '../support/fake-sandbox.ts';
import type { Screen } from '../support/screen.ts';
import { catalogOf, openTui } from '../support/tui.ts';
import { until } from '../support/until.ts';

const small = { columns: 80, rows: 24 };
const usual = { columns: 120, rows: 36 };
const large = { columns: 200, rows: 50 };
const sizes = [small, usual, large];
const clears = /\x1b\[[23]J/;

let quit: (() => Promise<number>) | null = null;
afterEach(async () => {
  await quit?.();
  quit = null;
});

const open = (sandbox: FakeSandbox, size: typeof small, more: Partial<TuiDeps> = {}) => {
  const opened = openTui(catalogOf([]), {
    size,
    openSandbox: async () => sandbox,
    start: { screen: 'sandbox' },
    ...more,
  });
  quit = opened.quit;
  return opened;
};

const waiting = (sessions = 2): FakeSandbox => {
  const sandbox = new FakeSandbox(sessions);
  sandbox
    .ran('s1', 's1-1', 'begin', 'BEGIN')
    .emit({ type: 'transaction-changed', session: 's1', status: 'open' });
  sandbox.ran('s1', 's1-2', 'update account set balance = 1 where id = 1', 'UPDATE 1');
  return sandbox.waits('s2', 's2-1', 'update account set balance = 2 where id = 1', 's1');
};

const typeSlowly = async (screen: Screen, text: string, wanted: string): Promise<void> => {
  screen.type(text);
  await screen.until(wanted);
};

describe('the sandbox', () => {
  it.each(sizes)(
    'shows sessions, prompts, the wait and what was answered at $columns x $rows',
    async (size) => {
      const { screen } = open(waiting(), size);
      await screen.until('waits for s1');
      const lines = screen.lines();
      expect(lines[0]).toMatch(/^ Sandbox .*pg_tutor_sandbox_k3$/);
      expect(lines[1]).toMatch(/^─▸s1 =\*# .*pid 812.* s2 =# ░ waits/);
      expect(lines[1]).toHaveLength(size.columns);
      expect(screen.text()).toContain('✓ UPDATE 1');
      expect(screen.text()).toMatch(/░ waits for s1: ShareLock on/);
      expect(screen.text().includes('─ timeline')).toBe(size.columns >= 100);
      expect(lines[size.rows - 1]).toMatch(/^ ;⏎ run {3}Tab next session {3}Esc menu/);
      expect(lines[size.rows - 2]).toBe('─'.repeat(size.columns));
      expect(screen.raw).not.toMatch(clears);
    },
  );

  it.each(sizes)(
    'shows six sessions as far as there is room, the others above, at $columns',
    async (size) => {
      const { screen } = open(new FakeSandbox(6), size);
      await screen.until('▸s1');
      const shown = (screen.lines()[1]?.match(/s\d =#/g) ?? []).length;
      expect(shown).toBe({ 80: 2, 120: 3, 200: 6 }[size.columns]);
      for (const number of [6, 3, 1]) {
        screen.type(`\x1b${number}`);
        await screen.until(`▸s${number}`);
        expect(screen.lines()[1]).toHaveLength(size.columns);
      }
      expect((screen.lines()[0]?.match(/s\d =#/g) ?? []).length).toBe(6 - shown);
    },
  );

  it('shows timeline and locks alone, and goes back', async () => {
    const { screen } = open(waiting(), small);
    await screen.until('▸s1');
    screen.type('\x1bOQ');
    await screen.until('▸timeline');
    expect(screen.text()).toContain('░ waits for s1');
    screen.type('\x1bOQ');
    await screen.until('▸locks');
    screen.type('\x1b');
    await screen.until('▸s1');
  });

  it('runs on Enter behind a semicolon, on F5 and on Ctrl+Enter, and a \\ command on Enter', async () => {
    const sandbox = new FakeSandbox(2);
    const { screen } = open(sandbox, small);
    await screen.until('▸s1');
    await typeSlowly(screen, "select 'a;\r", "select 'a;");
    await typeSlowly(screen, "b';", "b';");
    expect(sandbox.intents).toEqual([]);
    screen.type('\r');
    await screen.until((text) => !text.includes("b';"));
    screen.type('select 2\x1b[15~select 3\x1b[13;5u\\d x\r');
    await until(() => sandbox.intents.length === 4, 'four runs');
    expect(sandbox.intents.map((intent) => (intent.type === 'run' ? intent.text : intent.type))).toEqual([
      "select 'a;\nb';",
      'select 2',
      'select 3',
      '\\d x',
    ]);
  });

  it('refuses a session that waits, keeps what was typed, and cancels on Ctrl+C', async () => {
    const sandbox = waiting();
    const { screen, exit } = open(sandbox, usual);
    await screen.until('▸s1');
    screen.type('\t');
    await screen.until('▸s2');
    screen.type('select 1;\r');
    await screen.until('s2 waits for s1 and cannot run anything now.');
    expect(screen.text()).toContain('select 1;');
    screen.type('\x03');
    await screen.until('Cancelling what s2 runs. Ctrl+C again leaves');
    expect(sandbox.intents).toEqual([{ type: 'cancel', session: 's2' }]);
    screen.type('\x03');
    expect(await exit).toBe(130);
    expect(sandbox.closed).toBe(true);
    quit = null;
  });

  it('completes on Tab, from a list where there are several', async () => {
    const sandbox = new FakeSandbox(2);
    const relation = (name: string) => ({ schema: 'public', name, kind: 'table', visible: true }) as const;
    sandbox.emit({
      type: 'catalog-read',
      catalog: {
        schemas: ['public'],
        relations: [relation('account'), relation('account_log')],
        columns: [{ schema: 'public', relation: 'account_log', name: 'written_at', type: 'timestamptz' }],
      },
    });
    const { screen } = open(sandbox, small);
    await screen.until('▸s1');
    screen.type('table a\t');
    await screen.until('table account');
    screen.type('\t');
    await screen.until(/▸account +table/);
    screen.type('\t');
    await screen.until(/▸account_log/);
    screen.type('\r');
    await screen.until('table account_log');
    screen.type(' where writt\t');
    await screen.until('written_at');
    expect(sandbox.intents).toEqual([]);
  });

  it('searches what was run with Ctrl+R and brings back older with the arrow', async () => {
    const { screen } = open(new FakeSandbox(2), small);
    await screen.until('▸s1');
    screen.type('select 10;\rselect 20;\r');
    screen.type('\x121');
    await screen.until(/select 10;[\s\S]*\(search history\) 1/);
    screen.type('\x1b[C');
    await screen.until((text) => !text.includes('search history') && text.includes('select 10;'));
    screen.type('\x15\x1b[A');
    await screen.until('select 20;');
  });

  it('draws wide characters exactly, also in narrow columns', async () => {
    const sandbox = new FakeSandbox(2);
    sandbox.ran(
      's1',
      's1-1',
      "select '日本語のテキストが幅いっぱいに続く場合' as 値",
      'SELECT 1',
      [['日本語👍🏽', null]],
      ['値', 'b'],
    );
    const { screen } = open(sandbox, small);
    await screen.until('日本語👍🏽');
    screen.type("insert into t values ('日本語日本語日本語日本語日本語日本語日本語')");
    await screen.until(/語日本語日本語[\s\S]*'\)|'[^\n]*\n +\)/);
    const bars = screen
      .lines()
      .slice(2, 22)
      .map((_, row) => screen.columnOf(row + 2, '│ '))
      .filter((column) => column > 30);
    expect(new Set(bars).size).toBe(1);
  });

  it('saves under a name, asks before it overwrites, and says what it left out', async () => {
    const written: unknown[] = [];
    const files = {
      exists: async (file: string) => file === 'there.md',
      write: async (...all: unknown[]) => {
        written.push(all);
      },
    };
    const sandbox = waiting();
    sandbox.saved = { text: 'lesson', remarks: ['1 claim left out.'] };
    const { screen } = open(sandbox, usual, { files });
    await screen.until('▸s1');
    screen.type('\x13');
    await screen.until('Save as');
    screen.type('l');
    await screen.until('File: experiment.md');
    screen.type('\x15there.md\r');
    await screen.until('there.md is there already. Overwrite it?');
    screen.type('n');
    await screen.until('File: there.md');
    screen.type('\r');
    await screen.until('Overwrite it?');
    screen.type('y');
    await screen.until('Saved there.md. 1 claim left out. pg-tutor run there.md plays it.');
    expect(written).toEqual([['there.md', 'lesson', true]]);
  });

  it('has a menu behind Esc, and every key in its help', async () => {
    const sandbox = new FakeSandbox(3);
    const { screen, exit } = open(sandbox, small);
    await screen.until('▸s1');
    for (const [key, wanted] of [
      ['n', { type: 'add-session' }],
      // The new session has the focus.
      ['x', { type: 'remove-session', session: 's4' }],
      ['r', { type: 'reset' }],
    ] as const) {
      screen.type('\x1b');
      await screen.until('q leave');
      screen.type(key);
      if (key !== 'n') {
        await screen.until('y yes');
        screen.type('y');
      }
      await until(() => sandbox.intents.length > 0, 'the intent');
      expect(sandbox.intents.pop()).toEqual(wanted);
      await screen.until(';⏎ run');
    }
    screen.type('?');
    await screen.until('cancel what the session runs');
    screen.type('\x1b');
    await screen.until('▸s3');
    screen.type('\x1b');
    await screen.until('q leave');
    screen.type('q');
    expect(await exit).toBe(0);
    quit = null;
  });

  it('says what is lost, and offers a fresh start', async () => {
    const sandbox = waiting();
    const { screen } = open(sandbox, usual);
    await screen.until('▸s1');
    sandbox.emit({
      type: 'session-lost',
      session: 's2',
      reason: 'terminating connection',
      sqlstate: '57P01',
      expected: false,
    });
    await screen.until('☠ lost: terminating connection');
    await screen.until('The next statement connects anew.');
    // That it was lost stays written down.
    sandbox.emit({ type: 'session-opened', session: 's2', pid: 99 });
    sandbox.ran('s2', 's2-2', 'select 1', 'SELECT 1');
    await screen.until('✓ SELECT 1');
    expect(screen.text()).toContain('☠ lost: terminating connection');
    expect(screen.text()).not.toContain('connects anew');
    sandbox.emit(
      { type: 'session-lost', session: 's1', reason: 'gone', sqlstate: null, expected: false },
      { type: 'server-lost', reason: 'the server is gone' },
    );
    await screen.until('☠ the server is gone');
    expect(screen.text()).not.toContain('connects anew');
    screen.type('select 1;\r');
    await screen.until('There is no server to run it');
    screen.type('\x1b');
    await screen.until('r reset');
    screen.type('r');
    await until(() => sandbox.intents.length === 1, 'the reset');
    expect(sandbox.intents).toEqual([{ type: 'reset' }]);
  });

  it('needs no sign beyond ASCII, and follows the size of the terminal', async () => {
    const { screen } = open(waiting(), usual, { glyphs: asciiGlyphs });
    await screen.until('# waits for s1');
    expect(screen.text()).toMatch(/^[\n\x20-\x7e·…]*$/);
    screen.resize({ columns: 50, rows: 12 });
    await screen.until('pg-tutor needs');
    screen.resize(small);
    await screen.until('# waits for s1');
  });
});
