import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Home, makeHome } from '../support/cli.ts';
import { allGone } from '../support/embedded-cases.ts';
import { openPty, type Pty } from '../support/pty.ts';
import { until } from '../support/until.ts';

let home: Home;
beforeAll(() => {
  home = makeHome();
});
afterAll(() => home.remove());

const hint = (pty: Pty): string => pty.screen().trimEnd().split('\n').at(-1) ?? '';

/**
 * Plays from where the lesson stands to its end as a learner would who always takes the first choice and skips the
 * exercises: looks at the hint line, presses what it says, and waits until the hint says something to press again.
 */
const playToEnd = async (pty: Pty, deadline: number): Promise<void> => {
  const isDone = () => /: done\b/.test(pty.screen());
  const asks = () => /your guess|⏎/i.test(hint(pty)) && !/^ Running/.test(hint(pty));
  const started = performance.now();
  while (performance.now() - started < deadline) {
    await until(() => asks() || isDone(), `something to press\n${pty.screen()}`, deadline);
    if (isDone()) return;
    const before = pty.screen();
    pty.press(/your guess/i.test(hint(pty)) ? '1' : /your answer/.test(hint(pty)) ? 's' : '\r');
    await until(() => pty.screen() !== before, `an answer to the key\n${before}`, deadline);
  }
  throw new Error(`the lesson did not end:\n${pty.screen()}`);
};

describe('a learner in a terminal', () => {
  it.each([
    ['NULL and three-valued', '4.1', 80, 24],
    ['Lost updates', '6.4', 120, 36],
  ] as const)(
    'finds the lesson %s and plays it to its end by keys alone',
    async (title, number, columns, rows) => {
      const pty = openPty(home, [], { columns, rows });
      await pty.see(/of \d+ lessons/);
      pty.press('/');
      pty.press(title);
      await pty.see(new RegExp(`▸.*${number.replace('.', '\\.')}`));
      pty.press('\r');
      await pty.see(/1\/\d+/);
      await playToEnd(pty, 90_000);
      expect(pty.screen()).toMatch(/pages +(\d+) of \1/);
      pty.press('q');
      await pty.see(/of \d+ lessons/);
      pty.press('q');
      expect(await pty.ended).toMatchObject({ exitCode: 0 });
      await allGone(path.join(home.folder, 'state/pg-tutor/postgres'));

      const list = openPty(home, ['list']);
      expect(await list.ended).toMatchObject({ exitCode: 0 });
      expect(stripVTControlCharacters(list.raw())).toMatch(new RegExp(`✓ ${number.replace('.', '\\.')} `));
    },
    120_000,
  );
});
