import type { Root } from 'mdast';
import { gfmToMarkdown } from 'mdast-util-gfm';
import { toMarkdown } from 'mdast-util-to-markdown';
import { drawComparison } from '../draw/compare.ts';
import { changesRows, rightAligned } from '../draw/result.ts';
import { drawView } from '../draw/view.ts';
import type { ProseNode } from '../lesson/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Line } from '../text/line.ts';
import { sanitize, sanitizeLine } from '../text/sanitize.ts';
import type { Cell, StatementResult } from '../timeline/events.ts';
import { fence } from './fence.ts';
import type { Item } from './items.ts';
import {
  falseClaimInWords,
  messageLines,
  notificationInWords,
  verdictInWords,
  waitedInWords,
  waitsInWords,
} from './sentences.ts';
import { planLines, timelineLines } from './text.ts';

/** Columns of the pictures: what GitHub shows without a scroll bar. */
const width = 100;

/** Of a result with more rows the first ones are written. */
const maxRows = 200;

/** Words of ours or of the lesson's author, for use inside a paragraph. */
const escapeText = (text: string): string => sanitizeLine(text, ' ').replace(/([\\`*_[\]<>|])/g, '\\$1');

/** Words of a lesson's author as `inlineCode` reads them: text, with code between backticks. */
const authored = (text: string): string =>
  sanitizeLine(text, ' ')
    .split(/(`[^`]+`)/)
    .map((part, index) => (index % 2 === 1 ? part : escapeText(part)))
    .join('');

const picture = (lines: readonly Line[]): string => fence('text', lines);

const prose = (nodes: readonly ProseNode[]): string => {
  const blocks = nodes.map((node) => {
    const content: Root['children'] =
      node.type === 'admonition' ? [{ type: 'blockquote', children: [...node.children] }] : [node];
    const text = toMarkdown(
      { type: 'root', children: content },
      { extensions: [gfmToMarkdown()], bullet: '-', emphasis: '_', rule: '-' },
    ).trim();
    return node.type === 'admonition' ? `> [!${node.kind.toUpperCase()}]\n${text}` : text;
  });
  return sanitize(blocks.join('\n\n'));
};

const cell = (value: Cell): string => {
  if (value === null) return '_NULL_';
  const lines = sanitize(value)
    .split('\n')
    .map((line) => escapeText(line));
  // Spaces at the ends of a cell would not be shown.
  return lines.join('<br>').replace(/^ +| +$/g, (run) => '&nbsp;'.repeat(run.length));
};

const table = (result: StatementResult): string => {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = result.rows.slice(0, maxRows);
  const lines = [
    row(result.columns.map(({ name }) => escapeText(name))),
    row(result.columns.map(({ typeOid }) => (rightAligned.has(typeOid) ? '---:' : '---'))),
    ...rows.map((values) => row(result.columns.map((_, index) => cell(values[index] ?? null)))),
  ];
  const count = result.rowCount.toLocaleString('en-US');
  const words = result.rowCount === 1 ? '(1 row)' : `(${count} rows)`;
  const footer = rows.length < result.rowCount ? `(the first ${rows.length} of ${count} rows)` : words;
  return `${lines.join('\n')}\n\n${footer}`;
};

/** A run as a document: what a README can hold. Items that follow each other as words share a paragraph. */
export class MarkdownWriter {
  readonly #glyphs: Glyphs;
  #sessions = 1;
  /** Tags (`BEGIN`, `UPDATE 1`) of the session named first, until something else is written. */
  #tags: string[] = [];
  #tagged: string | null = null;
  #spoken: string | null = null;
  #anything = false;
  /** Prose so far, whose links need not be given again at the end. */
  #prose = '';

  constructor(glyphs: Glyphs) {
    this.#glyphs = glyphs;
  }

  /** Text to append; ends with a line break unless it is empty. */
  write(item: Item): string {
    if (item.kind === 'result' && item.result.columns.length === 0) {
      const flushed = this.#tagged === item.session ? '' : this.#flush();
      this.#tagged = item.session;
      if (item.result.tag !== '') this.#tags.push(`\`${sanitizeLine(item.result.tag)}\``);
      return flushed;
    }
    if (item.kind === 'statement') return '';
    return this.#flush() + this.#paragraph(this.#say(item));
  }

  /** What was kept back. */
  end(): string {
    return this.#flush();
  }

  #flush(): string {
    if (this.#tags.length === 0) return '';
    const text = `${this.#speaker(this.#tagged ?? '')}${this.#tags.join(', ')}`;
    this.#tags = [];
    this.#tagged = null;
    return this.#paragraph(text);
  }

  #paragraph(text: string): string {
    if (text === '') return '';
    const gap = this.#anything ? '\n' : '';
    this.#anything = true;
    return `${gap}${text}\n`;
  }

  /** Says whose result follows, unless it is the one whose SQL stands above. */
  #speaker(session: string): string {
    if (this.#sessions < 2 || this.#spoken === session) return '';
    this.#spoken = session;
    return `**${escapeText(session)}:** `;
  }

  #say(item: Exclude<Item, { kind: 'statement' }>): string {
    const glyphs = this.#glyphs;
    switch (item.kind) {
      case 'title': {
        const { number, title, summary, sessions } = item.lesson;
        this.#sessions = sessions.length;
        const server = item.server ? `_PostgreSQL ${escapeText(item.server.version)}_` : '';
        return [`# ${escapeText(`${number} ${title}`)}`, escapeText(summary), server]
          .filter(Boolean)
          .join('\n\n');
      }
      case 'page':
        return `## ${escapeText(item.page.title)}`;
      case 'prose': {
        const text = prose(item.nodes);
        this.#prose += text;
        return text;
      }
      case 'question': {
        const { question, choices } = item.prediction;
        const list = choices.map(({ text }, index) => `${index + 1}. ${authored(text)}`).join('\n');
        return `**Predict:** ${authored(question).trim()}\n\n${list}`;
      }
      case 'exercise':
        return `**Your turn:**\n\n${prose(item.exercise.task)}`;
      case 'judged': {
        const { exercise, answer, sentence } = item;
        const verdict =
          sentence === null ? '**It passes.**' : `**It does not pass:** ${escapeText(sentence)}`;
        const why = prose([...(exercise.solutions[0]?.why ?? []), ...exercise.explanation]);
        return ['A solution:', fence('sql', answer.trim()), verdict, why].filter(Boolean).join('\n\n');
      }
      case 'exercise-skipped':
        return '_Skipped._';
      case 'step': {
        const code = fence('sql', item.sql);
        if (this.#sessions < 2) return code;
        this.#spoken = item.session;
        return `**${escapeText(item.session)}:**\n\n${code}`;
      }
      case 'result': {
        const speaker = this.#speaker(item.session).trim();
        const rows = table(item.result);
        const tag = changesRows.test(item.result.tag) ? `\n\n\`${sanitizeLine(item.result.tag)}\`` : '';
        return `${speaker ? `${speaker}\n\n` : ''}${rows}${tag}`;
      }
      case 'plan':
        return picture(planLines(item.plan, { width, glyphs }));
      case 'compare': {
        const lines = drawComparison(item.block, item.steps, { width, glyphs, results: 'tables' });
        return lines.length === 0 ? '' : picture(lines);
      }
      case 'waits':
        this.#spoken = item.session;
        return `_${escapeText(item.session)} ${escapeText(waitsInWords(item))}_`;
      case 'waited':
        this.#spoken = item.session;
        return `_${escapeText(waitedInWords(item))}_`;
      case 'error':
        return `${this.#speaker(item.session)}${fenced(messageLines(item.error))}`;
      case 'notice':
        return `${this.#speaker(item.session)}${fenced(messageLines(item.notice))}`;
      case 'cancelled':
        return `_${escapeText(item.session)}: cancelled._`;
      case 'notification':
        return `_${escapeText(notificationInWords(item))}_`;
      case 'view':
        return picture(drawView(item.step, item.view, { width, glyphs }));
      case 'verdict': {
        const why = prose(item.prediction.why);
        return `**${authored(verdictInWords(item, false))}**${why ? `\n\n${why}` : ''}`;
      }
      case 'false-claim':
        return `> [!WARNING]\n> ${escapeText(falseClaimInWords(item.check))}`;
      case 'lost':
        return `_The connection of ${escapeText(item.session)} is lost: ${escapeText(item.reason)}_`;
      case 'broken':
        return `> [!CAUTION]\n> The lesson cannot go on: ${escapeText(item.reason)}`;
      case 'fresh-database':
        return '';
      case 'timeline':
        this.#spoken = null;
        return `Who did what when:\n\n${picture(timelineLines(item, width, glyphs))}`;
      case 'end': {
        const more = item.lesson.docs.filter((page) => !this.#prose.includes(`/docs/current/${page}.html`));
        const links = more.map(
          (page) =>
            `[${escapeText(page)}](https://www.postgresql.org/docs/current/${encodeURIComponent(page)}.html)`,
        );
        return links.length === 0 ? '' : `Read on in the manual: ${links.join(', ')}`;
      }
    }
  }
}

/** Messages of the server, as a block of their own. */
const fenced = (lines: readonly string[]): string => `\n${fence('text', lines.join('\n'))}`.trimStart();
