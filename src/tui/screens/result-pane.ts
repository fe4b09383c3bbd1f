import { drawPlan } from '../../draw/plan.ts';
import { planOf } from '../../draw/plan-cache.ts';
import { lessonView } from '../../draw/plan-metric.ts';
import { drawResult, type ResultPicture } from '../../draw/result.ts';
import { drawNotice, drawServerError } from '../../draw/server-error.ts';
import { drawView, viewTitle } from '../../draw/view.ts';
import { flattenSql, sessionColor } from '../../draw/words.ts';
import type { ViewStep } from '../../lesson/types.ts';
import { isStep, type PlayerState } from '../../player/state.ts';
import type { Glyphs } from '../../text/glyphs.ts';
import { type Line, span } from '../../text/line.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { displayWidth, lineWidth, truncate } from '../../text/width.ts';
import type { StatementResult } from '../../timeline/events.ts';
import type { StepState } from '../../timeline/state.ts';
import type { LessonUi } from '../ui.ts';
import type { LessonEnv } from './lesson-panes.ts';
import type { Content, Sticky } from './pane.ts';

const top = (): number => 0;

const hasSomething = (step: StepState): boolean =>
  step.results.length > 0 || step.error !== null || step.view !== null || step.plan !== null;

/** The step whose result is the freshest, of those that belong to this page or ended while it was open. */
export const shownStep = (state: PlayerState): StepState | null => {
  const { steps } = state.timeline;
  const since = steps.find((step) => step.page === state.page)?.sentAt ?? Number.POSITIVE_INFINITY;
  return steps
    .filter((step) => hasSomething(step) && (step.page === state.page || (step.endedAt ?? 0) >= since))
    .reduce<StepState | null>((best, step) => (best && timeOf(best) > timeOf(step) ? best : step), null);
};

const timeOf = (step: StepState): number => step.endedAt ?? step.sentAt;

type Drawn = { readonly key: string; readonly picture: ResultPicture };
const pictures = new WeakMap<StatementResult, Drawn>();

/** A result never changes, so a frame a second does not lay out a thousand rows again. */
const resultPicture = (
  result: StatementResult,
  glyphs: Glyphs,
  expanded: boolean,
  maxCellWidth: number,
): ResultPicture => {
  const key = `${expanded} ${maxCellWidth} ${glyphs.ascii}`;
  const known = pictures.get(result);
  if (known?.key === key) return known.picture;
  const picture = drawResult(result, { glyphs, expanded, maxCellWidth });
  pictures.set(result, { key, picture });
  return picture;
};

export const resultContent = (state: PlayerState, ui: LessonUi, env: LessonEnv, width: number): Content => {
  const step = shownStep(state);
  const { glyphs } = env;
  if (!step) {
    const body: Line[] = [[span('  Results appear here.', { dim: true })]];
    return { key: '', title: 'result', header: [], body, width, auto: top };
  }
  const key = `${step.step} ${step.sentAt} ${step.results.length} ${step.status} ${ui.expanded}`;
  const view = viewOf(state, step);
  if (view) {
    const body = drawView(view, step.view, { width: width - 1, glyphs }).map(
      (line): Line => [span(' '), ...line],
    );
    const widest = Math.max(0, ...body.map(lineWidth));
    return { key: step.step, title: viewTitle(view), header: [], body, width: widest, auto: top };
  }
  const { body, sticky } = stepLines(step, state, ui, env, width);
  const widest = body.reduce((most, line) => Math.max(most, lineWidth(line)), 0);
  return {
    key,
    title: `result, ${sanitizeLine(step.session)}`,
    header: [],
    body,
    width: widest,
    auto: top,
    sticky,
  };
};

const viewOf = (state: PlayerState, step: StepState): ViewStep | null => {
  for (const page of state.lesson.pages) {
    const found = page.blocks.find((block) => isStep(block) && block.id === step.step);
    if (found) return found.kind === 'view' ? found : null;
  }
  return null;
};

const stepLines = (
  step: StepState,
  state: PlayerState,
  ui: LessonUi,
  env: LessonEnv,
  width: number,
): { body: Line[]; sticky: Sticky[] } => {
  const { glyphs } = env;
  const body: Line[] = [];
  const sticky: Sticky[] = [];
  const color = sessionColor(state.lesson.sessions, step.session);
  const maxCellWidth = ui.expanded ? 4000 : Math.max(60, width);
  const prompt = (sql: string): Line => [
    span(` ${sanitizeLine(step.session)}> `, { bold: true, color }),
    span(truncate(flattenSql(sql), Math.max(10, width - displayWidth(step.session) - 4), glyphs.ellipsis), {
      dim: true,
    }),
  ];
  const batch = step.statements.length === 1;
  const noticesOf = (of: (statement: number) => boolean): Line[] =>
    step.notices.filter(({ statement }) => of(statement)).flatMap((notice) => drawNotice(notice, { width }));
  for (const [index, result] of step.results.entries()) {
    // The plan is drawn below, as a tree.
    if (step.plan !== null && result.rows[0]?.[0] === step.plan) {
      body.push(prompt(step.statements[result.statement - 1] ?? step.sql));
      continue;
    }
    if (body.length > 0 && result.columns.length > 0) body.push([]);
    const sql =
      batch && step.results.length > 1 ? result.tag : (step.statements[result.statement - 1] ?? step.sql);
    body.push(prompt(sql));
    const picture = resultPicture(result, glyphs, ui.expanded, maxCellWidth);
    const indented = (lines: readonly Line[]): Line[] => lines.map((line) => [span(' '), ...line]);
    const from = body.length;
    const header = indented(picture.header);
    body.push(...header, ...indented(picture.body));
    if (header.length > 0) sticky.push({ from, to: body.length, header });
    body.push(...indented(picture.footer));
    const next = step.results[index + 1]?.statement;
    if (next !== undefined) body.push(...noticesOf((at) => at >= result.statement && at < next));
  }
  const last = step.results.at(-1)?.statement ?? 0;
  body.push(...noticesOf((at) => at >= last));
  if (step.error) {
    const sql = step.statements[step.error.statement - 1] ?? step.sql;
    if (body.length > 0) body.push([]);
    body.push(prompt(sql));
    body.push(
      ...drawServerError(step.error, sql, { width: width - 1, glyphs }).map(
        (line): Line => [span(' '), ...line],
      ),
    );
  }
  if (step.plan !== null)
    body.push(...planLines(step.plan, width - 1, glyphs).map((line): Line => [span(' '), ...line]));
  return { body, sticky };
};

const planLines = (plan: string, width: number, glyphs: Glyphs): Line[] => {
  const read = planOf(plan);
  if (read) return drawPlan(read, { width, glyphs, view: lessonView(read) });
  // A plan of a server newer than we know is still worth seeing as PostgreSQL wrote it.
  return plan.split('\n').map((line): Line => [span(sanitizeLine(line))]);
};
