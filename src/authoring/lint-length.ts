import { drawPage } from '../draw/page.ts';
import type { Block, Lesson, Page, Position } from '../lesson/types.ts';
import { initialPlayerState, isStep } from '../player/state.ts';
import { unicodeGlyphs } from '../text/glyphs.ts';
import { plainHighlighter } from '../text/highlight.ts';

/** Of the 24 lines, the status, the bar of panes, the rule and the hints take four; tui/screens/lesson-view.ts. */
export const screenLines = 20;
/** Of the 80 columns, one on each side stays empty; tui/screens/lesson-panes.ts. */
const columns = 78;

/** What is read in one go: down to and with a step or an exercise; the rest after the last of them. */
const stretches = (page: Page): Block[][] => {
  const found: Block[][] = [[]];
  for (const block of page.blocks) {
    found.at(-1)?.push(block);
    if (isStep(block) || block.kind === 'exercise') found.push([]);
  }
  return found.filter((blocks) => blocks.length > 0);
};

/** As the screen lays it out, before anything has run. */
const linesOf = (lesson: Lesson, page: Page, blocks: readonly Block[], first: boolean): number => {
  const shown = blocks.filter(({ kind }) => kind !== 'exercise');
  const alone = { ...lesson, pages: [{ ...page, blocks: shown }] };
  const { lines } = drawPage(
    { ...initialPlayerState(alone), phase: 'ready' },
    {
      width: columns,
      glyphs: unicodeGlyphs,
      highlight: plainHighlighter,
      results: 'tables',
      notes: false,
      now: 0,
    },
  );
  // The title and the empty line below it stand above the first stretch only.
  return first ? lines.length : Math.max(0, lines.length - 2);
};

/** What does not fit on a screen of 80x24. Outcomes do not count: how long they are, only a run can say. */
export const longStretches = (lesson: Lesson, page: Page): { position: Position; lines: number }[] =>
  stretches(page).flatMap((blocks, index) => {
    const lines = linesOf(lesson, page, blocks, index === 0);
    const position = index === 0 ? page.position : blocks[0]?.position;
    return position && lines > screenLines ? [{ position, lines }] : [];
  });
