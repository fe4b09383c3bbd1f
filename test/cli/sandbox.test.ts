import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Home, makeHome, runCli } from '../support/cli.ts';

let home: Home;
beforeAll(() => {
  home = makeHome();
});
afterAll(() => home.remove());

describe('pg-tutor sandbox', () => {
  it.each([
    [['--sessions', '7'], '--sessions takes a number from 2 to 6, not 7'],
    [['--sessions', 'two'], '--sessions takes a number from 2 to 6, not two'],
    [['a.sql', 'b.sql'], 'too many arguments: b.sql'],
  ])('refuses %j', async (args, words) => {
    const { code, stderr } = await runCli(home, ['sandbox', ...args]);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });

  it('says that a file cannot be read, and that it needs a terminal', async () => {
    const missing = await runCli(home, ['sandbox', 'nowhere.sql']);
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.stderr).toContain('nowhere.sql cannot be read');
    const piped = await runCli(home, ['sandbox']);
    expect(piped).toMatchObject({ code: 1, stdout: '' });
    expect(piped.stderr).toContain('The sandbox needs a terminal');
  });

  it('is in the help', async () => {
    const { stdout } = await runCli(home, ['sandbox', '--help']);
    for (const words of ['--sessions N', '--database NAME', 'scratch database'])
      expect(stdout).toContain(words);
  });
});
