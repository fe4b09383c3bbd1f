import { drawComparison } from '../draw/compare.ts';
import { statusSpan } from '../draw/exercise.ts';
import { drawPlan } from '../draw/plan.ts';
import { planOf } from '../draw/plan-cache.ts';
import { lessonView } from '../draw/plan-metric.ts';
import { layoutProse } from '../draw/prose.ts';
import { drawResult, resultLines } from '../draw/result.ts';
import { drawServerError } from '../draw/server-error.ts';
import { drawTimeline } from '../draw/timeline.ts';
import { drawView } from '../draw/view.ts';
import { sessionColor } from '../draw/words.ts';
import type { Lesson } from '../lesson/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Highlighter } from '../text/highlight.ts';
import { type Line, plainLine, type Style, span } from '../text/line.ts';
import { sanitize, sanitizeLine } from '../text/sanitize.ts';
import { displayWidth } from '../text/width.ts';
import { wrapLine } from '../text/wrap.ts';
import type { Item } from './items.ts';
import {
  choiceInWords,
  falseClaimInWords,
  messageLines,
  notificationInWords,
  pageTitle,
  verdictInWords,
  waitedInWords,
  waitsInWords,
} from './sentences.ts';

export type TextOptions = {
  readonly lesson: Lesson;
  readonly width: number;
  readonly glyphs: Glyphs;
  readonly highlight: Highlighter;
  /** Somebody answers the questions. */
  readonly asked: boolean;
};

/** Wider values are cut. */
const maxCellWidth = 200;

const indented = (lines: readonly Line[]): Line[] =>
  lines.map((line) => (line.length === 0 ? line : [span('  '), ...line]));

/** The tree of a plan; its text when it is none we understand. */
export const planLines = (
  plan: string,
  options: { readonly width: number; readonly glyphs: Glyphs },
): Line[] => {
  const read = planOf(plan);
  if (read) return drawPlan(read, { ...options, view: lessonView(read) });
  return sanitize(plan)
    .split('\n')
    .map((line) => plainLine(line));
};

/** Says items as lines to be appended, a blank line between what does not belong together. */
export class TextWriter {
  readonly #options: TextOptions;
  /** The session spoken of last. */
  #session: string | null = null;
  #anything = false;

  constructor(options: TextOptions) {
    this.#options = options;
  }

  write(item: Item): Line[] {
    const lines = this.#lines(item);
    if (lines.length > 0) this.#anything = true;
    return lines;
  }

  /** A new paragraph. */
  #block(lines: readonly Line[]): Line[] {
    if (lines.length === 0) return [];
    this.#session = null;
    return this.#anything ? [[], ...lines] : [...lines];
  }

  /** Belongs to a session's last statement, or names the session. */
  #under(session: string, lines: readonly Line[]): Line[] {
    const known = this.#session === session;
    this.#session = session;
    return known ? indented(lines) : [[this.#name(session), span(':')], ...indented(lines)];
  }

  #name(session: string): { text: string; style: Style } {
    const { sessions } = this.#options.lesson;
    return { text: sanitizeLine(session), style: { bold: true, color: sessionColor(sessions, session) } };
  }

  #wrap(text: string, style?: Style): Line[] {
    return wrapLine(plainLine(text, style), this.#options.width);
  }

  #statement(session: string, sql: string): Line[] {
    const prompt = `${sanitizeLine(session)}> `;
    const before = this.#session;
    this.#session = session;
    const lines = this.#options.highlight(sql, 'sql').map((line, index): Line => {
      if (index > 0) return [span(' '.repeat(displayWidth(prompt))), ...line];
      return [this.#name(session), span('> '), ...line];
    });
    return before === session || !this.#anything ? lines : [[], ...lines];
  }

  #question(item: Item & { kind: 'question' }): Line[] {
    const { prediction } = item;
    const lead: Line = [
      span('Predict: ', { bold: true }),
      span(sanitizeLine(prediction.question, ' ').trimEnd()),
    ];
    const choices = prediction.choices.map((_, index) => choiceInWords(prediction, index));
    return [
      ...wrapLine(lead, this.#options.width),
      ...choices.flatMap((text) => wrapLine(plainLine(`  ${text}`), this.#options.width, { indent: 5 })),
    ];
  }

  #lines(item: Item): Line[] {
    const { width, glyphs, highlight, asked } = this.#options;
    switch (item.kind) {
      case 'title': {
        const { number, title, summary } = item.lesson;
        const server = item.server ? [plainLine(`PostgreSQL ${sanitizeLine(item.server.version)}`)] : [];
        const lines = this.#wrap(sanitizeLine(`${number} ${title}`), { bold: true });
        return this.#block([...lines, ...this.#wrap(sanitizeLine(summary)), ...server]);
      }
      case 'page':
        return this.#block(
          this.#wrap(`Page ${item.number} of ${item.total}. ${pageTitle(item.page.title)}`, { bold: true }),
        );
      case 'prose':
        return this.#block(layoutProse(item.nodes, { width, glyphs, highlight }));
      case 'question':
        return this.#block(this.#question(item));
      case 'exercise': {
        const { exercise, status } = item;
        const head: Line = [
          span('Your turn', { bold: true }),
          ...(status ? [span(': '), statusSpan(status, glyphs)] : []),
        ];
        return this.#block([head, ...layoutProse(exercise.task, { width, glyphs, highlight })]);
      }
      case 'judged': {
        // To somebody who answers, whoever asked them says what came of it.
        if (asked) return [];
        const { exercise, answer, sentence } = item;
        const sql = indented(highlight(answer.trim(), 'sql'));
        const verdict =
          sentence === null
            ? this.#wrap(`${glyphs.done} It passes.`, { color: 'green' })
            : this.#wrap(`${glyphs.failed} It does not pass: ${sanitizeLine(sentence, ' ')}`, {
                color: 'red',
              });
        const why = [...(exercise.solutions[0]?.why ?? []), ...exercise.explanation];
        const head: Line = [span('The solution', { bold: true })];
        return this.#block([head, ...sql, ...verdict, ...layoutProse(why, { width, glyphs, highlight })]);
      }
      case 'exercise-skipped':
        return this.#block([plainLine('Skipped.', { dim: true })]);
      case 'statement':
        return this.#statement(item.session, item.sql);
      case 'result': {
        const picture = drawResult(item.result, { glyphs, maxCellWidth });
        return this.#under(item.session, resultLines(picture));
      }
      case 'plan':
        return indented(planLines(item.plan, { width: width - 2, glyphs }));
      case 'compare':
        return this.#block(drawComparison(item.block, item.steps, { width, glyphs, results: 'tables' }));
      case 'waits':
        return this.#under(item.session, this.#wrap(waitsInWords(item), { color: 'yellow' }));
      case 'waited': {
        this.#session = item.session;
        return this.#wrap(waitedInWords(item), { color: 'yellow' });
      }
      case 'error':
        return this.#under(item.session, drawServerError(item.error, item.sql, { width, glyphs }));
      case 'cancelled':
        return this.#under(item.session, this.#wrap('Cancelled.', { color: 'yellow' }));
      case 'notice':
        return this.#under(
          item.session,
          messageLines(item.notice).flatMap((line) => this.#wrap(line)),
        );
      case 'notification':
        return this.#wrap(notificationInWords(item));
      case 'view':
        return this.#block(drawView(item.step, item.view, { width, glyphs }));
      case 'verdict': {
        const right = item.choice !== null && item.right.includes(item.choice);
        const style: Style = { bold: true, ...(asked && right ? { color: 'green' } : {}) };
        const why = layoutProse(item.prediction.why, { width, glyphs, highlight });
        return this.#block([...this.#wrap(verdictInWords(item, asked), style), ...why]);
      }
      case 'false-claim':
        return this.#block(this.#wrap(`${glyphs.failed} ${falseClaimInWords(item.check)}`, { color: 'red' }));
      case 'lost':
        return this.#block(
          this.#wrap(
            `${glyphs.lost} The connection of ${sanitizeLine(item.session)} is lost: ${sanitizeLine(item.reason)}`,
            {
              color: 'red',
            },
          ),
        );
      case 'broken':
        return this.#block(
          this.#wrap(`${glyphs.failed} The lesson cannot go on: ${sanitizeLine(item.reason)}`, {
            color: 'red',
          }),
        );
      case 'fresh-database':
        return this.#block([plainLine('The database is as it was at the start of the page.', { dim: true })]);
      case 'timeline': {
        // To a listener sentences have told it already; without a wait there is nothing to see.
        const waited = item.timeline.steps.some((step) => step.waits.length > 0);
        if (this.#options.asked || !waited) return [];
        return this.#block(timelineLines(item, this.#options.width, this.#options.glyphs));
      }
      case 'end':
        return this.#block([plainLine('The end of the lesson.', { bold: true })]);
      case 'step':
        return [];
    }
  }
}

/** The picture of a page with several sessions, for formats that show it. */
export const timelineLines = (item: Item & { kind: 'timeline' }, width: number, glyphs: Glyphs): Line[] => {
  const { header, body } = drawTimeline(item.timeline, {
    sessions: item.sessions,
    width,
    glyphs,
    now: item.timeline.at,
  });
  return [...header, ...body];
};
