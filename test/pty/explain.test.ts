import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Home, makeHome } from '../support/cli.ts';
import { openPty } from '../support/pty.ts';

let home: Home;
beforeAll(() => {
  home = makeHome();
});
afterAll(() => home.remove());

const piped = path.resolve(import.meta.dirname, '../fixtures/plans/18/initplan-filter.txt');

describe('a plan that comes through a pipe, in a terminal', () => {
  it.each([[['explain', '-']], [['explain']]])(
    '%j is drawn on a screen that reads the terminal',
    async (args) => {
      const pty = openPty(home, args, { piped });
      await pty.see(/hot #\d[\s\S]*q leave/);
      pty.press('j');
      await pty.see(/▸ +2 /);
      pty.press('q');
      expect((await pty.ended).exitCode).toBe(0);
      expect(pty.raw()).toContain('\x1b[?1049l');
    },
  );

  it('is printed with --plain', async () => {
    const pty = openPty(home, ['explain', '-', '--plain'], { piped });
    expect((await pty.ended).exitCode).toBe(0);
    expect(pty.screen()).toContain('InitPlan 1');
    expect(pty.raw()).not.toContain('\x1b[?1049h');
  });
});
