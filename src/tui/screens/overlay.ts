import { rule } from '../../draw/lines.ts';
import { type PlayerState, pageIndex } from '../../player/state.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import { type Line, span } from '../../text/line.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { displayWidth, fitLine, padEnd, padStart } from '../../text/width.ts';
import { wrapText } from '../../text/wrap.ts';

type Size = { readonly width: number; readonly height: number };

const page = (title: string, body: readonly Line[], { width, height }: Size, glyphs: Glyphs): Line[] => [
  fitLine([span(` ${title}`, { bold: true })], width),
  rule(width, glyphs),
  ...Array.from({ length: Math.max(0, height - 4) }, (_, index) =>
    fitLine(body[index] ?? [], width, glyphs.ellipsis),
  ),
  rule(width, glyphs),
];

export const helpLines = (entries: readonly { keys: string; help: string }[], width: number): Line[] => {
  const keyWidth = Math.min(
    Math.max(...entries.map((entry) => displayWidth(entry.keys))),
    Math.floor(width / 2),
  );
  return entries.flatMap(({ keys, help }) =>
    wrapText(help, Math.max(10, width - keyWidth - 8)).map(
      (line, index): Line => [
        span(`  ${padEnd(index === 0 ? keys : '', keyWidth)}    `, { bold: true }),
        span(line),
      ],
    ),
  );
};

/** Help over the whole screen; `offset` scrolls it. Without the hint line: `height - 1` lines. */
export const viewHelp = (lines: readonly Line[], offset: number, size: Size, glyphs: Glyphs): Line[] => {
  const max = Math.max(0, lines.length - (size.height - 5));
  return page('Keys', [[], ...lines.slice(Math.min(offset, max))], size, glyphs);
};

/** The pages of the lesson, to jump to one. */
export const viewPages = (state: PlayerState, selected: number, size: Size, glyphs: Glyphs): Line[] => {
  const { pages } = state.lesson;
  const here = pageIndex(state.lesson, state.page);
  const room = Math.max(1, size.height - 5);
  const from = Math.max(0, Math.min(selected - Math.floor(room / 2), pages.length - room));
  const body = pages.slice(from, from + room).map((candidate, index): Line => {
    const number = from + index;
    const on = number === selected;
    const sign =
      number === here
        ? glyphs.pageHere
        : state.pagesDone.includes(candidate.id)
          ? glyphs.pageDone
          : glyphs.pageAhead;
    return [
      span(` ${on ? glyphs.cursor : ' '} `, { bold: true }),
      span(`${sign} `, { dim: true }),
      span(padStart(String(number + 1), 3)),
      span(`  ${sanitizeLine(candidate.title)}`, on ? { bold: true } : undefined),
    ];
  });
  return page('Go to a page: the steps before it are run again', [[], ...body], size, glyphs);
};

/** One sentence in the middle of the screen. */
export const viewWord = (text: string, { width, height }: Size): Line[] => {
  const words = wrapText(text, Math.max(1, width - 4));
  const above = Math.max(0, Math.floor((height - 1 - words.length) / 2));
  return Array.from({ length: height - 1 }, (_, index) => {
    const word = words[index - above];
    return fitLine(
      word === undefined
        ? []
        : [span(' '.repeat(Math.max(0, Math.floor((width - displayWidth(word)) / 2)))), span(word)],
      width,
    );
  });
};
