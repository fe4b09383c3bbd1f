import { rule } from '../../draw/lines.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import { type Line, span } from '../../text/line.ts';
import { displayWidth, fitLine, lineWidth, sliceLine } from '../../text/width.ts';
import type { PaneId, Scroll } from '../ui.ts';

/** A part of the body that keeps its header in sight while one scrolls through it. */
export type Sticky = { readonly from: number; readonly to: number; readonly header: readonly Line[] };

export type Content = {
  /** Changes when what is shown is another thing: the pane then goes back to where it wants to be. */
  readonly key: string;
  readonly title: string;
  /** Stays when the body scrolls. */
  readonly header: readonly Line[];
  readonly body: readonly Line[];
  /** Columns of the widest line. */
  readonly width: number;
  /** The first line of the body to show by itself, in a window of that many lines. */
  readonly auto: (height: number) => number;
  readonly sticky?: readonly Sticky[];
};

export type PaneView = {
  readonly id: PaneId;
  readonly title: string;
  readonly key: string;
  readonly lines: readonly Line[];
  /** Lines of the body that are visible at once. */
  readonly page: number;
  readonly x: number;
  readonly y: number;
  readonly maxX: number;
  readonly maxY: number;
};

const clamp = (value: number, max: number): number => Math.max(0, Math.min(value, max));

/** The part of the content that its window shows: exactly `height` lines of exactly `width` columns. */
export const viewPane = (
  id: PaneId,
  content: Content,
  scroll: Scroll | undefined,
  { width, height, glyphs }: { readonly width: number; readonly height: number; readonly glyphs: Glyphs },
): PaneView => {
  const page = Math.max(1, height - content.header.length);
  const maxY = Math.max(0, content.body.length - page);
  const maxX = Math.max(0, content.width - width);
  const own = scroll?.key === content.key ? scroll : undefined;
  const y = clamp(own?.y ?? content.auto(page), maxY);
  const x = clamp(own?.x ?? 0, maxX);
  const shown = content.body.slice(y, y + page);
  const held = content.sticky?.find((part) => y > part.from && y < part.to);
  held?.header.forEach((line, index) => {
    if (index < shown.length) shown[index] = line;
  });
  const lines = [...content.header, ...shown];
  return {
    id,
    title: content.title,
    key: content.key,
    lines: Array.from({ length: height }, (_, index) => {
      const line = lines[index] ?? [];
      return fitLine(x > 0 ? sliceLine(line, x, width) : line, width, glyphs.ellipsis);
    }),
    page,
    x,
    y,
    maxX,
    maxY,
  };
};

/** A rule with the pane's title in it and, at its end, what lies outside the window. */
export const titleRule = (pane: PaneView, width: number, focused: boolean, glyphs: Glyphs): Line => {
  const more = moreSigns(pane, glyphs);
  const title: Line = [
    span(glyphs.hLine, { dim: true }),
    focused ? span(`${glyphs.cursor}${pane.title} `, { bold: true }) : span(` ${pane.title} `, { dim: true }),
  ];
  return fillRule(title, more, width, glyphs);
};

export const moreSigns = (pane: PaneView, glyphs: Glyphs): string =>
  [
    pane.y > 0 ? `${glyphs.arrowUp}${pane.y}` : '',
    pane.y < pane.maxY ? `${glyphs.arrowDown}${pane.maxY - pane.y}` : '',
    pane.x > 0 ? glyphs.arrowLeft : '',
    pane.x < pane.maxX ? glyphs.arrowRight : '',
  ]
    .filter((sign) => sign !== '')
    .join(' ');

/** `left`, a rule as long as there is room, `right`. */
export const fillRule = (left: Line, right: string, width: number, glyphs: Glyphs): Line => {
  const fitted = lineWidth(left) > width ? fitLine(left, width, glyphs.ellipsis) : left;
  const end = right === '' ? '' : ` ${right} `;
  const rest = width - Math.min(width, lineWidth(fitted)) - displayWidth(end) - (end === '' ? 0 : 1);
  if (rest < 0) return fitLine([...fitted, ...rule(width, glyphs)], width, glyphs.hLine);
  if (end === '') return [...fitted, ...rule(rest, glyphs)];
  return [...fitted, ...rule(rest, glyphs), span(end, { bold: true }), ...rule(1, glyphs)];
};
