import { drawResult } from '../../draw/result.ts';
import { drawNotice, drawServerError } from '../../draw/server-error.ts';
import { flattenSql, formatDuration, listInWords, lockInWords, releaseInWords } from '../../draw/words.ts';
import type { Expanded, Loss, SandboxState, Told } from '../../player/sandbox-state.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import type { Highlighter } from '../../text/highlight.ts';
import { type Line, type Style, span } from '../../text/line.ts';
import { sanitize, sanitizeLine } from '../../text/sanitize.ts';
import { displayWidth, fitLine, lineWidth, truncate } from '../../text/width.ts';
import { wrapCode, wrapText } from '../../text/wrap.ts';
import type { StatementResult } from '../../timeline/events.ts';
import type { Notification, StepState, Wait } from '../../timeline/state.ts';

export type OutputOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  readonly highlight: Highlighter;
  readonly now: number;
};

const dim: Style = { dim: true };

const marked = (mark: string, text: string, style: Style, width: number): Line[] => {
  const indent = displayWidth(mark) + 1;
  return wrapText(text, Math.max(8, width - indent)).map((line, index) => [
    span(index === 0 ? `${mark} ` : ' '.repeat(indent), style),
    span(line, style),
  ]);
};

/** What was typed, behind the name of who ran it. */
const drawPrompt = (session: string, text: string, options: OutputOptions): Line[] => {
  const prompt = `${sanitizeLine(session)}> `;
  const blank = ' '.repeat(prompt.length);
  const lines = text.startsWith('\\') ? [[span(sanitizeLine(text))]] : options.highlight(text, 'sql');
  return lines.flatMap((line, index) =>
    wrapCode(line, Math.max(8, options.width - prompt.length)).map(
      (part, at): Line => [span(index === 0 && at === 0 ? prompt : blank, dim), ...part],
    ),
  );
};

const drawTable = (result: StatementResult, expanded: Expanded, { width, glyphs }: OutputOptions): Line[] => {
  const table = drawResult(result, {
    glyphs,
    maxCellWidth: Math.max(60, width),
    expanded: expanded === 'on',
  });
  const folds = expanded === 'auto' && table.width > width && result.rows.length > 0;
  const picture = folds ? drawResult(result, { glyphs, maxCellWidth: 4000, expanded: true }) : table;
  return [...picture.header, ...picture.body, ...picture.footer];
};

const drawStatementResult = (
  result: StatementResult,
  state: SandboxState,
  options: OutputOptions,
): Line[] => {
  if (result.columns.length > 0) return drawTable(result, state.expanded, options);
  return result.tag === ''
    ? []
    : [[span(`${options.glyphs.done} `, { color: 'green' }), span(sanitizeLine(result.tag))]];
};

const endedWait = (wait: Wait, waiter: StepState, state: SandboxState, options: OutputOptions): Line[] => {
  if (wait.to === null) return [];
  const release = releaseInWords(wait, waiter, state.timeline);
  const words = `waited ${formatDuration(wait.to - wait.from)} for ${listInWords(wait.by) || 'a lock'}`;
  return marked(
    options.glyphs.waiting,
    release === null ? words : `${words}, until ${release}`,
    { color: 'yellow' },
    options.width,
  );
};

/** How long it took, behind the last line or below it. */
const withTime = (lines: Line[], step: StepState, { width }: OutputOptions): Line[] => {
  if (step.endedAt === null) return lines;
  const words = formatDuration(step.endedAt - step.sentAt);
  const last = lines.at(-1);
  if (!last || step.error || lineWidth(last) + words.length + 2 > width)
    return [...lines, [span(words, dim)]];
  return [...lines.slice(0, -1), [...last, span(`  ${words}`, dim)]];
};

const drawStep = (step: StepState, state: SandboxState, options: OutputOptions): Line[] => {
  const { glyphs, width } = options;
  const lines: Line[] = [];
  const parts = [
    ...step.results.map((result) => ({
      at: result.statement,
      lines: drawStatementResult(result, state, options),
    })),
    ...step.waits.map((wait) => ({ at: wait.statement - 0.4, lines: endedWait(wait, step, state, options) })),
    ...step.notices.map((notice) => ({ at: notice.statement + 0.5, lines: drawNotice(notice, { width }) })),
  ];
  lines.push(...parts.sort((a, b) => a.at - b.at).flatMap((part) => part.lines));
  if (step.status === 'cancelled')
    lines.push(...marked(glyphs.skipped, 'cancelled', { color: 'yellow' }, width));
  else if (step.error)
    lines.push(
      ...drawServerError(step.error, step.statements[step.error.statement - 1] ?? step.sql, {
        width,
        glyphs,
      }),
    );
  return [
    ...drawPrompt(step.session, step.sql, options),
    ...(state.timing ? withTime(lines, step, options) : lines),
  ];
};

const drawTold = (told: Told, state: SandboxState, options: OutputOptions): Line[] => {
  const { glyphs, width } = options;
  const lines = drawPrompt(told.session, told.command, options);
  for (const { title, columns, rows, footer } of told.tables) {
    const result = { statement: 1, tag: '', columns, rows, rowCount: rows.length };
    lines.push([span(sanitizeLine(title), { bold: true })]);
    lines.push(...drawTable(result, state.expanded, options).slice(0, footer.length > 0 ? -1 : undefined));
    lines.push(
      ...footer.flatMap((line) =>
        wrapCode([span(sanitizeLine(line), /^\s/.test(line) ? undefined : dim)], width),
      ),
    );
  }
  if (told.words !== null) lines.push(...wrapText(told.words, width).map((line): Line => [span(line)]));
  if (typeof told.error === 'string')
    lines.push(...marked(glyphs.failed, sanitize(told.error), { color: 'red' }, width));
  else if (told.error) lines.push(...drawServerError(told.error, told.command, { width, glyphs }));
  return lines;
};

const drawNotification = (note: Notification, { width }: OutputOptions): Line[] => {
  const payload = note.payload === '' ? '' : ` with payload "${sanitizeLine(note.payload)}"`;
  const words = `NOTIFY "${sanitizeLine(note.channel)}"${payload} from pid ${note.pid}`;
  return wrapText(words, width).map((line): Line => [span(line, { color: 'yellow' })]);
};

const drawLoss = ({ reason }: Loss, { glyphs, width }: OutputOptions): Line[] =>
  marked(glyphs.lost, `lost: ${sanitizeLine(reason)}`, { color: 'red' }, width);

type Item = {
  readonly at: number;
  readonly key: object;
  readonly draw: () => Line[];
  readonly open: boolean;
};
const drawn = new WeakMap<
  object,
  { readonly key: string; readonly highlight: Highlighter; readonly lines: readonly Line[] }
>();

/** What is over never changes, so a frame lays out only what is new. */
const linesOf = (item: Item, state: SandboxState, options: OutputOptions): readonly Line[] => {
  const draw = (): Line[] => item.draw().map((line) => fitLine(line, options.width, options.glyphs.ellipsis));
  if (item.open) return draw();
  const key = `${options.width} ${state.expanded} ${state.timing} ${options.glyphs.ascii}`;
  const known = drawn.get(item.key);
  if (known?.key === key && known.highlight === options.highlight) return known.lines;
  const lines = draw();
  drawn.set(item.key, { key, highlight: options.highlight, lines });
  return lines;
};

/** All that a session was asked and answered, as psql would have left it on the screen. */
export const drawOutput = (state: SandboxState, session: string, options: OutputOptions): Line[] => {
  const { steps, notifications } = state.timeline;
  const items: Item[] = [
    ...steps
      .filter((step) => step.session === session)
      .map((step) => ({
        at: step.sentAt,
        key: step,
        open: step.endedAt === null,
        draw: () => drawStep(step, state, options),
      })),
    ...state.told
      .filter((told) => told.session === session)
      .map((told) => ({ at: told.at, key: told, open: false, draw: () => drawTold(told, state, options) })),
    ...notifications
      .filter((note) => note.session === session)
      .map((note) => ({ at: note.at, key: note, open: false, draw: () => drawNotification(note, options) })),
    ...state.losses
      .filter((loss) => loss.session === session)
      .map((loss) => ({ at: loss.at, key: loss, open: false, draw: () => drawLoss(loss, options) })),
  ];
  return items.sort((a, b) => a.at - b.at).flatMap((item) => linesOf(item, state, options));
};

/** What a session that is busy does, or what became of it: for the place above its editor. */
export const drawBusy = (state: SandboxState, session: string, options: OutputOptions): Line[] => {
  const { glyphs, width, now } = options;
  const step = state.timeline.steps.findLast((one) => one.session === session && one.endedAt === null);
  const time = (since: number): string =>
    now - since < 1000 ? '' : `, ${formatDuration(now - since)} so far`;
  const wait = step?.waits.at(-1);
  const ahead = (state.queued[session] ?? []).map(
    (text): Line => [span(truncate(`  then ${flattenSql(text)}`, width, glyphs.ellipsis), dim)],
  );
  if (step && wait && wait.to === null) {
    const words = `waits for ${listInWords(wait.by) || 'a lock'}: ${lockInWords(wait.lock)}${time(wait.from)}`;
    return [...marked(glyphs.waiting, words, { color: 'yellow', bold: true }, width), ...ahead];
  }
  if (step) return [...marked(glyphs.ellipsis, `running${time(step.sentAt)}`, dim, width), ...ahead];
  const lost = state.timeline.sessions.find(({ name }) => name === session)?.lost;
  if (!lost || state.phase === 'broken') return [];
  return wrapText('The next statement connects anew.', width).map((line): Line => [span(line, dim)]);
};
