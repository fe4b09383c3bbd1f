import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Home, makeHome, startCli, tinyLesson, writeLessons } from '../support/cli.ts';
import { openPty } from '../support/pty.ts';
import { until } from '../support/until.ts';

const home: Home = makeHome();
let file: string;
beforeEach(() => {
  file = path.join(writeLessons(home, { '01-tiny.md': tinyLesson() }), '01-first/01-tiny.md');
});
afterAll(() => home.remove());

/** As most editors save: a new file takes the place of the old one. */
const saveByRename = (text: string): void => {
  writeFileSync(`${file}.swp`, text);
  renameSync(`${file}.swp`, file);
};
const change = (from: string, to: string): string => readFileSync(file, 'utf8').replace(from, to);

describe('watch, on a terminal', () => {
  it('opens each version where the one before was left, and keeps the last good one open', async () => {
    const pty = openPty(home, ['watch', file]);
    await pty.see('All 2 claims hold.');
    await pty.see("run alice's SQL");
    // One step is run, and the question after it answered.
    pty.press('\r');
    await pty.see('UPDATE 1');
    await pty.see('Bob updates the same row');

    saveByRename(change('Only Alice can end it.', 'Nobody but Alice can end it.').replace('He…', 'He will…'));
    await pty.see('He will…');
    const again = await pty.see('UPDATE 1');
    expect(again).not.toContain('next · alice');

    saveByRename(change('rows: [[300]]', 'rowz: [[300]]'));
    await pty.see(/01-tiny\.md:47:1:\s+error:\s+rowz:\s+unknown\s+key/);
    await pty.see('what you see is the version before');
    expect(pty.screen()).toContain('He will…');
    // It is still played.
    pty.press('1');
    pty.press('\r');
    await pty.see('waits for alice');

    writeFileSync(file, change('rowz: [[300]]', 'rows: [[301]]'));
    await pty.see(/01-tiny\.md:47:1:\s+claimed\s+rows:\s+\[\["301"\]\];\s+happened:\s+\[\["300"\]\]/);
    await pty.see('waits for alice');

    saveByRename(change('[[301]]', '[[300]]'));
    await pty.see('All 2 claims hold.');
    // Bob still waits, so the first Ctrl+C would be for his statement.
    pty.kill('SIGTERM');
    expect((await pty.ended).exitCode).toBe(143);
  });

  it('waits for a version that can be played', async () => {
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, good.replace('minutes: 1', 'minutes: soon'));
    const pty = openPty(home, ['watch', file]);
    await pty.see(/01-tiny\.md:4:10: error: minutes: expe\s*cted a number/);
    saveByRename(good);
    await pty.see('Alice is first');
    pty.press('\x03\x03');
    await pty.ended;
  });
});

describe('watch, in a pipe', () => {
  it('tells what is wrong after each save, and that the file is gone', async () => {
    const child = startCli(home, ['watch', file]);
    let told = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    const see = (words: RegExp): Promise<void> =>
      until(() => words.test(told), `it tells ${words}; so far:\n${told}`);
    await see(/^\S+01-tiny\.md: All 2 claims hold\.$/m);
    saveByRename(change('[[300]]', '[[301]]'));
    await see(/01-tiny\.md:47:1: claimed rows.*\n\S+01-tiny\.md: 2 claims checked\.$/m);
    saveByRename(change('title:', 'titel:'));
    await see(/01-tiny\.md:2:1: error: titel.*\n(?:.*\n)*\S+01-tiny\.md: it cannot be played$/m);
    rmSync(file);
    await see(/01-tiny\.md:1:1: error: the file is gone/);
    told = '';
    writeFileSync(file, tinyLesson());
    await see(/All 2 claims hold/);
    child.kill('SIGTERM');
    const [code] = await new Promise<[number | null]>((resolve) =>
      child.on('exit', (exit) => resolve([exit])),
    );
    expect(code).toBe(143);
  });
});
