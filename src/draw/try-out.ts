import type { TryOut } from '../player/judge-state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { wrapLine } from '../text/wrap.ts';
import { drawRun } from './outcome.ts';
import { drawTimeline } from './timeline.ts';
import { flattenSql, sessionColor } from './words.ts';

export type TryOutOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  /** The lesson's, for their colours. */
  readonly sessions: readonly string[];
  /** The clock of the try now, ms. */
  readonly now: number;
};

/** More rows than anybody reads to see whether an answer is right. */
const tableRows = 100;

/** What an answer came to, statement by statement; who waited for whom when somebody did. */
export const drawTryOut = (tryOut: TryOut, options: TryOutOptions): Line[] => {
  const { width, glyphs, sessions, now } = options;
  const { timeline, stopped } = tryOut;
  const own = timeline.steps.filter((step) => step.page === null);
  const several = new Set(own.map((step) => step.session)).size > 1;
  const lines = own.flatMap((step, index): Line[] => {
    const lead: Line = [
      span(`${sanitizeLine(step.session)}> `, { bold: true, color: sessionColor(sessions, step.session) }),
      span(flattenSql(step.sql), { dim: true }),
    ];
    // The one statement of an answer stands in the editor.
    const sql = own.length > 1 || several ? wrapLine(lead, width, { indent: 4 }).slice(0, 2) : [];
    const drawn = drawRun(step, timeline, { width, glyphs, now, results: 'tables', tableRows });
    const done: Line[] =
      drawn.length === 0 && step.status === 'done'
        ? [[span(`${glyphs.done} done`, { color: 'green' })]]
        : drawn;
    return [...(index > 0 && sql.length > 0 ? [[]] : []), ...sql, ...done];
  });
  if (stopped !== null)
    lines.push(
      ...wrapLine([span(`${glyphs.skipped} ${sanitizeLine(stopped, ' ')}`, { color: 'yellow' })], width, {
        indent: 2,
      }),
    );
  if (own.some((step) => step.waits.length > 0)) {
    const names = [...new Set(timeline.steps.map((step) => step.session))];
    const picture = drawTimeline(timeline, { sessions: names, width, glyphs, now });
    lines.push([], ...picture.header, ...picture.body);
  }
  return lines;
};
