import { expect, it } from 'vitest';
import { plainLine } from '../../src/text/line.ts';
import type { Controller } from '../../src/tui/controller.ts';
import { mount } from '../../src/tui/mount.tsx';
import { takeTerminal } from '../../src/tui/terminal.ts';
import { Screen } from '../support/screen.ts';

const size = { columns: 40, rows: 6 };
const frameOf = (...lines: string[]) => lines.map((line) => plainLine(line));
const first = frameOf('a title', 'one', 'two', 'three', 'four', ' ⏎ go on   ? keys   q leave');

it.each([
  ['a blank line', ['', 'second', '', 'fourth', '', ' hint']],
  ['words', ['other', '', '', '', '', '']],
])("Ink's first frame, which begins with %s, covers ours", async (_name, lines) => {
  const screen = new Screen(size);
  const terminal = takeTerminal(screen);
  const nothing = async (): Promise<void> => {};
  const controller: Controller = {
    frame: () => frameOf(...lines),
    version: () => 1,
    subscribe: () => () => {},
    press: () => {},
    paste: () => {},
    start: () => {},
    reload: nothing,
    close: nothing,
  };
  try {
    terminal.paint(first, false);
    await screen.until('q leave');
    const ink = mount(controller, { stdin: screen.stdin, stdout: screen.stdout, color: false }, () => {});
    terminal.onRestore(ink.unmount);
    await screen.until((text) => text.includes(lines.findLast((line) => line !== '') ?? ''));
    expect(screen.lines()).toEqual(lines.map((line) => line.trimEnd()));
  } finally {
    terminal.restore();
  }
});
