import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Home, makeHome, runCli, writeLessons } from '../support/cli.ts';

let home: Home;
let lessons: string;
beforeAll(() => {
  home = makeHome();
  lessons = writeLessons(home, { '07-tiny.md': '' });
});
afterAll(() => home.remove());

const create = (name: string, ...more: string[]) =>
  runCli(home, ['new', name, ...more], { cwd: home.folder });

describe('new', () => {
  it('writes a lesson behind the others of its module, which verifies and lacks nothing', async () => {
    const { code, stdout } = await create('first/two-clocks');
    expect([code, stdout]).toEqual([0, 'lessons/01-first/08-two-clocks.md\n']);
    const file = path.join(lessons, '01-first/08-two-clocks.md');
    expect(await runCli(home, ['lint', file, '--strict'])).toMatchObject({ code: 0, stdout: '' });
    const verified = await runCli(home, ['verify', file]);
    expect(verified.stdout).toMatch(/^ok {4}\S+ {2}1\.8 Two clocks: \d+ claims$/m);
    expect(verified.code).toBe(0);
  });

  it('makes the README of a new module, and overwrites nothing', async () => {
    const { code, stdout } = await create('storage/pages');
    expect([code, stdout]).toEqual([0, 'lessons/02-storage/01-pages.md\nlessons/02-storage/README.md\n']);
    const file = path.join(lessons, '02-storage/01-pages.md');
    const before = readFileSync(file, 'utf8');
    expect(before).toContain('\ntitle: Pages\n');
    const again = await create('storage/pages');
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('exists already: lessons/02-storage/01-pages.md');
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect((await create('storage/more')).stdout).toBe('lessons/02-storage/02-more.md\n');
  });

  it('writes where it is told, and never among the lessons that came with it', async () => {
    const elsewhere = makeHome();
    const refused = await runCli(elsewhere, ['new', 'a/b'], { cwd: elsewhere.folder });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('--lessons DIR');
    const told = await runCli(elsewhere, ['new', 'a/b', '--lessons', 'mine'], { cwd: elsewhere.folder });
    expect(told).toMatchObject({ code: 0, stdout: 'mine/01-a/01-b.md\nmine/01-a/README.md\n' });
    elsewhere.remove();
  });

  it.each(['lost-updates', 'a/b/c', 'A/b', '../b', 'a/b.md', ''])('does not take %j', async (name) => {
    expect((await create(name)).code).toBe(2);
  });
});
