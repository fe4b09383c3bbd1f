import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Home, makeHome, runCli, tinyLesson, writeLessons } from '../support/cli.ts';

let home: Home;
let lessons: string;
beforeAll(() => {
  home = makeHome();
  lessons = writeLessons(home, { '01-tiny.md': tinyLesson() });
});
afterAll(() => home.remove());

const explore = (...args: string[]) => runCli(home, ['explore', ...args, '--lessons', lessons]);

const report = z.object({
  page: z.string(),
  orders: z.object({ total: z.number(), played: z.number(), impossible: z.number(), complete: z.boolean() }),
  outcomes: z.array(
    z.object({
      orders: z.number(),
      own: z.boolean(),
      tables: z.array(z.object({ table: z.string(), rows: z.array(z.string()) })),
    }),
  ),
});

describe('explore', () => {
  it('prints the outcomes of a page, and leaves no database', async () => {
    const { code, stdout, stderr } = await explore('1.1:who-waits');
    expect([code, stderr]).toEqual([0, '']);
    // first, commit and second: f s c (waits), f c s, s f c.
    expect(stdout).toContain('3 orders run of 3: 3 outcomes.');
    expect(stdout).toMatch(/^ 1 {2}1 order/m);
    expect(stdout).toContain("◉ the lesson's own");
    expect(stdout).toContain('account: (1,300)');
    expect(stdout).toContain('account: (1,200)');
    expect(stdout).toContain('░ waits for alice');
    expect(stdout).not.toMatch(/\x1b/);
    expect((await runCli(home, ['reset'])).stderr).toContain('There is no database of ours');
  });

  it('prints them as JSON, and stops at a limit', async () => {
    const all = report.parse(JSON.parse((await explore('1.1:1', '--format', 'json')).stdout));
    expect(all.orders).toEqual({ total: 3, played: 3, impossible: 0, complete: true });
    expect(all.outcomes.map(({ orders }) => orders)).toEqual([1, 1, 1]);
    expect(all.outcomes.filter(({ own }) => own)).toHaveLength(1);
    const limited = await explore('1.1:1', '--format', 'json', '--limit', '1');
    expect(report.parse(JSON.parse(limited.stdout)).orders).toMatchObject({ played: 1, complete: false });
    expect(limited.stderr).toContain('--limit takes more');
  });

  it.each([
    [[], 'which page?'],
    [['1.1'], 'which page?'],
    [['1.1:9'], 'has no page 9'],
    [['1.1:2'], 'nothing to reorder'],
    [['1.1:1', '--limit', '0'], '--limit takes a number'],
    [['1.1:1', '--format', 'yaml'], 'unknown format yaml'],
  ])('%j is a mistake in usage', async (args, words) => {
    const { code, stdout, stderr } = await explore(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
  });
});
