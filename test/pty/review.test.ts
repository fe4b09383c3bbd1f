import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noProgress } from '../../src/progress/types.ts';
import { type Home, makeHome, runCli, tinyLesson, writeLessons } from '../support/cli.ts';
import { allGone } from '../support/embedded-cases.ts';
import { openPty } from '../support/pty.ts';
import { until } from '../support/until.ts';

let home: Home;
beforeAll(() => {
  home = makeHome();
});
afterAll(() => home.remove());

describe('a review in a terminal', () => {
  it('brings a mispredicted page back, by keys alone, and later again', async () => {
    const lessons = writeLessons(home, { '01-tiny.md': tinyLesson() });
    const at = new Date(Date.now() - 2 * 86_400_000).toISOString();
    const known = {
      ...noProgress,
      predictions: { 'second-prediction': { answers: [{ at, choice: 1, right: false }] } },
    };
    home.write(
      'state/pg-tutor/progress.json',
      JSON.stringify({ version: 2, lessons: { 'first/tiny': known } }),
    );
    const pty = openPty(home, ['--lessons', lessons]);
    await pty.see('1 page to review  r');
    pty.press('r');
    await pty.see("run alice's SQL", 60_000);
    expect(pty.screen().split('\n')[0]).toContain('review 1 of 1');
    pty.press('\r');
    await pty.see('your guess');
    pty.press('1');
    await pty.see("run bob's update");
    pty.press('\r');
    await pty.see('Right: waits for Alice');
    // What is below the window is read before what is next is run.
    for (;;) {
      const shown = await pty.see(/(read on|commit|your select|end the review) .*$/m);
      if (shown.includes('end the review')) break;
      pty.press('\r');
      await until(() => pty.screen() !== shown, 'an answer to the key');
    }
    pty.press('\r');
    await pty.see('1 page reviewed: 1 of 1 predicted right.');
    expect(pty.screen()).not.toContain('to review  r');
    pty.press('r');
    await pty.see('Nothing is due for review. Next: first/tiny, page 1, in 3 days.');
    pty.press('q');
    expect(await pty.ended).toMatchObject({ exitCode: 0 });
    await allGone(path.join(home.folder, 'state/pg-tutor/postgres'));
    const { stdout } = await runCli(home, ['review', '--list', '--lessons', lessons]);
    expect(stdout).toMatch(/^in 3 days +1\.1:1 +Who waits/);
  }, 120_000);
});
