import { afterAll, describe, expect, it } from 'vitest';
import { type Home, makeHome, tinyLesson, writeLessons } from '../support/cli.ts';
import { openPty } from '../support/pty.ts';

const home: Home = makeHome();
const lessons = writeLessons(home, { '01-tiny.md': tinyLesson() });
afterAll(() => home.remove());

describe('explore, on a terminal', () => {
  it('shows how far it is on a line that fits, and then the outcomes in its place', async () => {
    const pty = openPty(home, ['explore', '1.1:who-waits', '--lessons', lessons], { columns: 40 });
    expect((await pty.ended).exitCode).toBe(0);
    const shown = pty.raw().match(/\r\x1b\[K([^\r\x1b]*of 3 orders[^\r\x1b]*)/g) ?? [];
    // Before the first order, after each, and at the end.
    expect(shown.length).toBe(5);
    for (const line of shown) expect(line.length).toBeLessThan(40 + '\r\x1b[K'.length);
    expect(pty.raw()).toContain('3 orders run of 3: 3 outcomes.');
    expect(pty.screen()).not.toMatch(/\d of 3 orders/);
  });
});
