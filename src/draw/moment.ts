import type { Glyphs } from '../text/glyphs.ts';
import { type Line, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { lineWidth } from '../text/width.ts';
import { wrapText } from '../text/wrap.ts';
import type { Moment } from '../timeline/at.ts';
import { collisions, drawConflictMatrix } from './conflict-matrix.ts';
import { hstack } from './lines.ts';
import { drawLocks } from './locks.ts';
import { drawWaitGraph } from './wait-graph.ts';
import { formatDuration, listInWords, lockInWords } from './words.ts';

export type MomentOptions = {
  readonly sessions: readonly string[];
  readonly width: number;
  readonly glyphs: Glyphs;
  /** The run's clock at that moment, ms. */
  readonly now: number;
};

/** Columns that the matrix takes. */
const matrixWidth = 38;

/**
 * Who held what and waited for whom at a moment: the graph of waits, each wait in a sentence, each lock, and the matrix
 * of modes with those that collide. The matrix stands beside the list where there is room, else below it.
 */
export const drawMoment = (moment: Moment, { sessions, width, glyphs, now }: MomentOptions): Line[] => {
  const { waits, locks } = moment;
  const list = drawLocks(locks, { sessions, glyphs });
  if (list.length === 0 && waits.length === 0) return [];
  const found = collisions(waits, locks);
  const sentences = waits.flatMap(({ step, wait }) => {
    const own = found.filter((one) => one.waiter === step.session);
    const against = own
      .map((one) => `${one.holder} ${one.granted ? 'holds' : 'stands before it for'} ${one.held}`)
      .join(', ');
    const text = `${step.session} wants ${lockInWords(wait.lock)} and waits for ${listInWords(wait.by)}${against ? ` (${against})` : ''}, ${formatDuration(now - wait.from)}.`;
    return wrapText(sanitizeLine(text), Math.max(10, width - 4)).map(
      (line, index): Line => [
        span(index === 0 ? ` ${glyphs.waiting} ` : '   ', { color: 'yellow' }),
        span(line),
      ],
    );
  });
  const graph = drawWaitGraph(waits, { sessions, glyphs });
  const above = [...graph, ...sentences, ...(graph.length > 0 && list.length > 0 ? [[]] : [])];
  if (found.length === 0) return [...above, ...list];
  const matrix = drawConflictMatrix(found, { glyphs });
  const listWidth = Math.max(0, ...list.map(lineWidth));
  if (listWidth + matrixWidth + 3 > width) return [...above, ...list, [], ...matrix];
  return [
    ...above,
    ...hstack(
      [
        { lines: list, width: listWidth + 3 },
        { lines: matrix, width: matrixWidth },
      ],
      span(''),
    ),
  ];
};
