import type { Glyphs } from '../text/glyphs.ts';
import { type Line, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { fitLine } from '../text/width.ts';
import { wrapText } from '../text/wrap.ts';
import type { Controller } from './controller.ts';
import type { Watch } from './deps.ts';
import { type Size, smallest } from './screens/frame.ts';

/**
 * What is known of the file, above the screen: a line in words, and the problems as far as the screen can spare lines.
 * How many more there are stands in the last one.
 */
const drawWatch = (watch: Watch, { width, height }: Size, glyphs: Glyphs): Line[] => {
  const { words, ok, problems } = watch.report();
  const room = height - smallest.height;
  if (room < 1) return [];
  const sign = ok
    ? span(` ${glyphs.done} `, { color: 'green' })
    : span(` ${glyphs.failed} `, { color: 'red' });
  const lines: Line[] = [[sign, span(sanitizeLine(words), { bold: true })]];
  for (const [index, problem] of problems.entries()) {
    const wrapped = wrapText(sanitizeLine(problem), Math.max(10, width - 4));
    const left = room - lines.length - (index < problems.length - 1 ? 1 : 0);
    // The first is told as far as there is room, the others whole or not at all.
    if (wrapped.length > left && (index > 0 || left < 1)) {
      if (lines.length < room) lines.push([span(`   ${problems.length - index} more`, { dim: true })]);
      break;
    }
    const color = ok ? 'yellow' : 'red';
    lines.push(...wrapped.slice(0, left).map((line): Line => [span(`   ${line}`, { color })]));
  }
  return lines.map((line) => fitLine(line, width, glyphs.ellipsis));
};

/** The screens with the report above them; they are as much lower as it is high. A new version is opened when it comes. */
export const withWatch = (screens: Controller, watch: Watch, glyphs: Glyphs): Controller => {
  let told = 0;
  const listeners = new Set<() => void>();
  let stop = (): void => {};
  const below = (size: Size): Size => ({
    ...size,
    height: size.height - drawWatch(watch, size, glyphs).length,
  });
  return {
    ...screens,
    frame: (size) => [...drawWatch(watch, size, glyphs), ...screens.frame(below(size))],
    version: () => screens.version() + told,
    subscribe: (listener) => {
      const stopScreens = screens.subscribe(listener);
      listeners.add(listener);
      return () => {
        stopScreens();
        listeners.delete(listener);
      };
    },
    press: (keys, size) => screens.press(keys, below(size)),
    paste: (text, size) => screens.paste(text, below(size)),
    start: () => {
      screens.start();
      stop = watch.subscribe((what) => {
        told += 1;
        if (what === 'lesson') void screens.reload(watch.reopen);
        for (const listener of listeners) listener();
      });
    },
    close: () => {
      stop();
      return screens.close();
    },
  };
};
