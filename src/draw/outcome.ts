import type { Step } from '../lesson/types.ts';
import type { PlayerState } from '../player/state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, type Style, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { displayWidth } from '../text/width.ts';
import { wrapText } from '../text/wrap.ts';
import type { StatementResult } from '../timeline/events.ts';
import type { StepState, TimelineState, Wait } from '../timeline/state.ts';
import { drawPlan, planInWords } from './plan.ts';
import { planOf } from './plan-cache.ts';
import { lessonView } from './plan-metric.ts';
import { drawResult } from './result.ts';
import { drawNotice, drawServerError } from './server-error.ts';
import { drawView } from './view.ts';
import { formatDuration, listInWords, lockInWords, outcomeOf, releaseInWords } from './words.ts';

export type OutcomeOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  /** `tables`: small results and pictures in full, because no other pane shows them. */
  readonly results: 'words' | 'tables';
  readonly now: number;
  /** A result of more rows than this is shown in part. */
  readonly tableRows?: number;
};

const fewRows = 8;

const marked = (mark: string, text: string, style: Style, width: number): Line[] => {
  const indent = displayWidth(mark) + 1;
  return wrapText(text, Math.max(8, width - indent)).map((line, index) => [
    span(index === 0 ? `${mark} ` : ' '.repeat(indent), style),
    span(line, style),
  ]);
};

const waitInWords = (wait: Wait, waiter: StepState, timeline: TimelineState, now: number): string => {
  const who = listInWords(wait.by);
  const what = lockInWords(wait.lock);
  if (wait.to === null) {
    const time = now - wait.from;
    return `waits for ${who}: ${what}${time < 1000 ? '' : `, ${formatDuration(time)} so far`}`;
  }
  const release = releaseInWords(wait, waiter, timeline);
  return `waited ${formatDuration(wait.to - wait.from)} for ${who} (${what})${release ? `, until ${release}` : ''}`;
};

const drawTable = (
  result: StatementResult,
  { width, glyphs, tableRows = fewRows }: OutcomeOptions,
): Line[] => {
  const picture = drawResult(
    { ...result, rows: result.rows.slice(0, tableRows) },
    { glyphs, maxCellWidth: width },
  );
  return [...picture.header, ...picture.body, ...picture.footer];
};

const resultInWords = (result: StatementResult, run: StepState, options: OutcomeOptions): Line[] => {
  const { glyphs, width } = options;
  const plan = run.plan !== null && result.rows[0]?.[0] === run.plan ? planOf(run.plan) : null;
  if (plan) {
    if (options.results === 'tables')
      return drawPlan(plan, { width, glyphs, view: lessonView(plan), findings: 1 });
    return marked(glyphs.arrowRight, planInWords(plan), {}, width);
  }
  if (result.columns.length > 0 && options.results === 'tables') return drawTable(result, options);
  const sql =
    run.statements.length === 1 && run.results.length > 1
      ? result.tag
      : (run.statements[result.statement - 1] ?? '');
  const outcome = outcomeOf(result, sql, glyphs);
  if (outcome.kind === 'value') return marked(glyphs.arrowRight, outcome.text, {}, width);
  if (outcome.kind === 'odd') return marked(glyphs.skipped, outcome.text, { color: 'yellow' }, width);
  return marked(glyphs.done, sanitizeLine(result.tag), { color: 'green' }, width);
};

/** Results, waits, errors and notices of what was sent to a session. */
export const drawRun = (run: StepState, timeline: TimelineState, options: OutcomeOptions): Line[] => {
  const { width, glyphs, now } = options;
  const lines: Line[] = [];
  const results = run.results.map((result) => ({
    at: result.statement,
    lines: resultInWords(result, run, options),
  }));
  // A script of many statements says how it ended; what came before is in the result pane.
  const short = options.results === 'words' && results.length > 6;
  if (short)
    lines.push(...marked(glyphs.done, `${results.length} statements, the last:`, { color: 'green' }, width));
  const waits = run.waits.map((wait) => {
    const style: Style = wait.to === null ? { color: 'yellow', bold: true } : { color: 'yellow' };
    return {
      at: wait.statement - 0.4,
      lines: marked(glyphs.waiting, waitInWords(wait, run, timeline, now), style, width),
    };
  });
  const notices = run.notices.map((notice) => ({
    at: notice.statement + 0.5,
    lines: drawNotice(notice, options),
  }));
  const inOrder = [...(short ? results.slice(-1) : results), ...waits, ...notices].sort(
    (a, b) => a.at - b.at,
  );
  lines.push(...inOrder.flatMap((part) => part.lines));
  if (run.status === 'cancelled')
    lines.push(...marked(glyphs.skipped, 'cancelled', { color: 'yellow' }, width));
  else if (run.error)
    lines.push(...drawServerError(run.error, run.statements[run.error.statement - 1] ?? run.sql, options));
  if (run.status === 'lost') {
    const reason = timeline.sessions.find((session) => session.name === run.session)?.lost?.reason;
    lines.push(
      ...marked(
        glyphs.lost,
        `lost: ${sanitizeLine(reason ?? 'the connection is gone')}`,
        { color: 'red' },
        width,
      ),
    );
  }
  if (run.status === 'running') {
    const time = now - run.sentAt;
    lines.push(
      ...marked(
        glyphs.ellipsis,
        time < 1000 ? 'running' : `running, ${formatDuration(time)}`,
        { dim: true },
        width,
      ),
    );
  }
  return lines;
};

/** What became of a step of the lesson: its picture, its run, and claims of the lesson that did not hold. */
export const drawOutcome = (
  step: Step,
  run: StepState,
  state: PlayerState,
  options: OutcomeOptions,
): Line[] => {
  const { width, glyphs } = options;
  const picture =
    step.kind === 'view' && options.results === 'tables' ? drawView(step, run.view, options) : [];
  const lines: Line[] = [...picture, ...drawRun(run, state.timeline, options)];
  if (run.status === 'done' && lines.length === 0)
    lines.push(...marked(glyphs.done, 'done', { color: 'green' }, width));
  for (const check of state.checks) {
    if (check.step !== step.id || check.ok) continue;
    const text = `The lesson expected ${check.claimed}; here it was ${check.happened}.`;
    lines.push(...marked('!', sanitizeLine(text), { color: 'yellow' }, width));
  }
  return lines;
};
