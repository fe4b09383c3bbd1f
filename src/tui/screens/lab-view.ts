import {
  differences,
  drawOutcomeOf,
  explorationInWords,
  outcomeTitle,
  progressBar,
} from '../../draw/exploration.ts';
import { hstack, rule } from '../../draw/lines.ts';
import { cursorRow } from '../../draw/timeline.ts';
import { drawChoices, drawPartingTimeline, drawTables, partingOf } from '../../draw/what-if.ts';
import type { Exploration, WhatIf } from '../../player/lab-state.ts';
import type { PlayerState } from '../../player/state.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import { type Line, type Span, span } from '../../text/line.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { fitLine, sliceLine } from '../../text/width.ts';
import { wrapText } from '../../text/wrap.ts';
import type { LabLook } from '../ui.ts';
import { wideFrom } from './lesson-view.ts';

type Size = { readonly width: number; readonly height: number };

/** The screen without its hint line, and how far one can scroll. */
export type LabPicture = {
  readonly lines: readonly Line[];
  readonly maxBack: number;
  readonly maxAcross: number;
};

const clamp = (value: number, max: number): number => Math.max(0, Math.min(value, max));

type Block = {
  readonly header: readonly Line[];
  readonly body: readonly Line[];
  readonly width: number;
  /** A line to have in sight; null: the end. */
  readonly shown: number | null;
};

/** A picture where it stands by itself, or `back` lines before that, with its header held. */
const window = (
  block: Block,
  { width, height }: Size,
  { back, across }: LabLook,
  glyphs: Glyphs,
): readonly Line[] => {
  const room = Math.max(0, height - block.header.length);
  const last = Math.max(0, block.body.length - room);
  const base = block.shown === null ? last : Math.min(last, Math.max(0, block.shown - 2));
  const from = clamp(base - back, last);
  const lines = [...block.header, ...block.body.slice(from, from + room)];
  return Array.from({ length: height }, (_, index) => {
    const line = lines[index] ?? [];
    const shown = across > 0 ? sliceLine(line, clamp(across, Math.max(0, block.width - width)), width) : line;
    return fitLine(shown, width, glyphs.ellipsis);
  });
};

const titleLine = (words: string, right: string, width: number, glyphs: Glyphs): Line =>
  fitLine(
    [span(` ${sanitizeLine(words)}`, { bold: true }), span(`   ${right}`, { dim: true })],
    width,
    glyphs.ellipsis,
  );

const phases: Readonly<Record<WhatIf['phase'], string>> = {
  starting: 'getting a database as it was at the start of the page…',
  ready: 'who goes next?',
  running: 'running…',
  done: 'nothing is left that can go',
  failed: 'it failed',
};

/** Two timelines, the lesson's and another order, side by side or below each other, and who can go next. */
export const viewWhatIf = (
  whatIf: WhatIf,
  state: PlayerState,
  look: LabLook,
  { width, height }: Size,
  { glyphs, now }: { readonly glyphs: Glyphs; readonly now: number },
): LabPicture => {
  const { lesson } = state;
  const title = lesson.pages.find((page) => page.id === whatIf.page)?.title ?? '';
  const parting = partingOf(state.timeline, whatIf.timeline, whatIf.page, glyphs);
  // While orders are picked the newest matters; at the end, where they part.
  const over = whatIf.phase === 'done';
  const wide = width >= wideFrom;
  const half = wide ? Math.floor((width - 1) / 2) : width;
  const rest = wide ? width - 1 - half : width;
  const block = (
    words: string,
    timeline: typeof state.timeline,
    at: 'left' | 'right',
    own: number,
  ): Block => {
    const clock = at === 'left' ? now : timeline.at;
    const side = parting?.[at] ?? null;
    const picture = drawPartingTimeline(timeline, lesson, whatIf.page, side, {
      width: own,
      glyphs,
      now: clock,
    });
    const empty: Line[] = [[span('  Nothing has been sent yet.', { dim: true })]];
    return {
      header: [[span(` ${words}`, { bold: true })], ...picture.header],
      body: picture.body.length > 0 ? picture.body : empty,
      width: picture.width,
      shown: over && side ? cursorRow(picture.rows, side.sentAt) : null,
    };
  };
  const left = block('the lesson', state.timeline, 'left', half);
  const right = block('your order', whatIf.timeline, 'right', rest);
  const words = whatIf.problem ?? parting?.words ?? '';
  const below: Line[] = [
    ...(words === '' ? [] : wrapText(sanitizeLine(words), width - 4)).map(
      (line, index): Line => [
        span(index === 0 ? ` ${whatIf.problem ? glyphs.failed : glyphs.cursor} ` : '   ', { bold: true }),
        span(line, whatIf.problem ? { color: 'red' } : undefined),
      ],
    ),
    ...(whatIf.phase === 'done' ? drawTables(whatIf.tables).slice(0, 4) : []),
    ...drawChoices(whatIf, lesson.sessions, { width, glyphs }),
  ].map((line) => fitLine(line, width, glyphs.ellipsis));
  const room = Math.max(2, height - 1 - 2 - 1 - below.length - (wide ? 0 : 1));
  const top = wide ? room : Math.floor(room / 2);
  const bottom = wide ? room : room - top;
  const panes = wide
    ? hstack(
        [
          { lines: window(left, { width: half, height: top }, look, glyphs), width: half },
          { lines: window(right, { width: rest, height: bottom }, look, glyphs), width: rest },
        ],
        span(glyphs.vLine, { dim: true }),
      )
    : [
        ...window(left, { width: half, height: top }, look, glyphs),
        rule(width, glyphs),
        ...window(right, { width: rest, height: bottom }, look, glyphs),
      ];
  const hidden = (part: Block, own: number): number =>
    Math.max(0, part.body.length - Math.max(0, own - part.header.length));
  return {
    lines: exactly(
      [
        titleLine(`Another order: ${title}`, phases[whatIf.phase], width, glyphs),
        rule(width, glyphs),
        ...panes,
        rule(width, glyphs),
        ...below,
      ],
      { width, height },
    ),
    maxBack: Math.max(hidden(left, top), hidden(right, bottom)),
    maxAcross: Math.max(0, left.width - half, right.width - rest),
  };
};

/** As many lines as there are above the hint line. */
const exactly = (lines: readonly Line[], { width, height }: Size): Line[] =>
  Array.from({ length: height - 1 }, (_, index) => fitLine(lines[index] ?? [], width));

/** What all orders of a page lead to: the outcomes, and the timeline of the one chosen. */
export const viewExploration = (
  exploration: Exploration,
  state: PlayerState,
  look: LabLook,
  { width, height }: Size,
  { glyphs }: { readonly glyphs: Glyphs },
): LabPicture => {
  const { lesson } = state;
  const { outcomes, phase, total, played, impossible } = exploration;
  const title = lesson.pages.find((page) => page.id === exploration.page)?.title ?? '';
  const selected = clamp(look.selected, Math.max(0, outcomes.length - 1));
  const bar: Span[] =
    phase === 'running'
      ? [span(` ${progressBar(played + impossible, total, 30, glyphs)} `, { color: 'green' })]
      : [span(' ')];
  const sentence = wrapText(explorationInWords(exploration), Math.max(10, width - 34));
  const head: Line[] = [
    titleLine(`All orders: ${title}`, '', width, glyphs),
    ...sentence
      .slice(0, 3)
      .map((line, index): Line => (index === 0 ? [...bar, span(line)] : [span(` ${line}`)])),
    rule(width, glyphs),
  ].map((line) => fitLine(line, width, glyphs.ellipsis));
  const room = Math.max(2, height - 1 - head.length);
  const wide = width >= wideFrom;
  const listWidth = wide ? Math.max(36, Math.floor(width * 0.36)) : width;
  const detailWidth = wide ? width - listWidth - 1 : width;
  const apart = differences(outcomes, lesson, exploration.page, glyphs);
  const entries = outcomes.map((outcome, index): Line[] => [
    [
      span(index === selected ? `${glyphs.cursor}` : ' ', { bold: true }),
      ...outcomeTitle(outcome, index, glyphs).map(
        (part): Span => (index === selected ? { ...part, style: { ...part.style, bold: true } } : part),
      ),
    ],
    ...(wide ? (apart[index] ?? []) : [])
      .slice(0, 4)
      .map((text): Line => [span(`    ${text}`, { dim: true })]),
  ]);
  const listHeight = wide ? room : Math.max(1, Math.min(outcomes.length, Math.floor(room / 3)));
  const start = entries.slice(0, selected).flat().length;
  const listed = entries.flat();
  const from = clamp(start - Math.floor(listHeight / 3), Math.max(0, listed.length - listHeight));
  const list = listed.slice(from, from + listHeight).map((line) => fitLine(line, listWidth, glyphs.ellipsis));
  const drawn = drawOutcomeOf(exploration, lesson, selected, { width: detailWidth, glyphs });
  const detailHeight = wide ? room : Math.max(1, room - listHeight - 1);
  const body: readonly Line[] =
    drawn.length > 0 ? drawn : [[span(' The first order is on its way…', { dim: true })]];
  const max = Math.max(0, body.length - detailHeight);
  const offset = clamp(look.back, max);
  const across = clamp(look.across, Math.max(0, ...body.map((line) => lineLength(line) - detailWidth)));
  const detail = body
    .slice(offset, offset + detailHeight)
    .map((line) => fitLine(sliceLine(line, across, detailWidth), detailWidth, glyphs.ellipsis));
  const panes = wide
    ? hstack(
        [
          { lines: list, width: listWidth },
          {
            lines: [...detail, ...Array.from({ length: room - detail.length }, (): Line => [])],
            width: detailWidth,
          },
        ],
        span(glyphs.vLine, { dim: true }),
      )
    : [...list, ...(list.length > 0 ? [rule(width, glyphs)] : []), ...detail];
  return {
    lines: exactly([...head, ...panes], { width, height }),
    maxBack: max,
    maxAcross: Math.max(0, ...body.map((line) => lineLength(line) - detailWidth)),
  };
};

const lineLength = (line: Line): number => line.reduce((sum, part) => sum + part.text.length, 0);
