import type { Block, Prediction, ProseNode, Step } from '../lesson/types.ts';
import {
  currentPage,
  isStep,
  nextStep,
  openPrediction,
  type PlayerState,
  visibleBlocks,
} from '../player/state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Highlighter } from '../text/highlight.ts';
import { type Line, span } from '../text/line.ts';
import { sanitize, sanitizeLine } from '../text/sanitize.ts';
import { wrapCode, wrapLine, wrapText } from '../text/wrap.ts';
import { drawComparison } from './compare.ts';
import { drawExercise } from './exercise.ts';
import { drawOutcome } from './outcome.ts';
import { drawPrediction, drawVerdict } from './prediction.ts';
import { layoutProse } from './prose.ts';
import { viewTitle } from './view.ts';
import { sessionColor } from './words.ts';

export type PageOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  readonly highlight: Highlighter;
  /** Where results are shown: in words here and whole in a pane of their own, or here. */
  readonly results: 'words' | 'tables';
  /** The instructor's notes. */
  readonly notes: boolean;
  /** The run's clock now, ms. */
  readonly now: number;
};

export type PagePicture = {
  readonly lines: readonly Line[];
  /** First line of what came last: the step that ran last, or the top of the page. */
  readonly fresh: number;
};

type Layout = {
  readonly width: number;
  readonly highlight: Highlighter;
  readonly glyphs: Glyphs;
  readonly lines: readonly Line[];
};
const layouts = new WeakMap<readonly ProseNode[], Layout>();

/** Prose is laid out once for a width; a frame is drawn every second while something runs. */
const proseLines = (nodes: readonly ProseNode[], options: PageOptions): readonly Line[] => {
  const { width, glyphs, highlight } = options;
  const known = layouts.get(nodes);
  if (known && known.width === width && known.highlight === highlight && known.glyphs === glyphs)
    return known.lines;
  const lines = layoutProse(nodes, { width, glyphs, highlight });
  layouts.set(nodes, { width, glyphs, highlight, lines });
  return lines;
};

/** The page as far as it may be seen: prose, questions, SQL with its outcome, and the SQL that is next. */
export const drawPage = (state: PlayerState, options: PageOptions): PagePicture => {
  const page = currentPage(state);
  if (!page) return { lines: [], fresh: 0 };
  const { width } = options;
  const lines: Line[] = wrapLine([span(sanitizeLine(page.title), { bold: true })], width);
  let fresh = 0;
  const add = (block: readonly Line[]): void => {
    if (block.length > 0) lines.push([], ...block);
  };
  const shown = settledBlocks(state);
  for (const block of options.notes ? withNotes(page.blocks, shown) : shown) {
    switch (block.kind) {
      case 'prose':
        add(proseLines(block.nodes, options));
        break;
      case 'notes':
        add(drawNotes(block.text, options));
        break;
      case 'prediction':
        add(drawPrediction(block, state.predictions[block.id] ?? null, options));
        break;
      case 'exercise':
        add(drawExercise(block, state.exercises[block.id], options));
        break;
      case 'compare':
        add(drawComparison(block, state.timeline.steps, options));
        break;
      default: {
        if (block.id === state.ran[state.ran.length - 1]) fresh = lines.length + 1;
        add(drawStep(block, state, options));
        const question = page.blocks.find(
          (other): other is Prediction => other.kind === 'prediction' && other.step === block.id,
        );
        const made = question ? (state.predictions[question.id] ?? null) : null;
        if (question && state.ran.includes(block.id)) {
          add(drawVerdict(question, made, options));
          if (made !== null && made.right !== null && question.why.length > 0)
            add(proseLines(question.why, options));
        }
      }
    }
  }
  return { lines, fresh };
};

/** While a step runs, what follows it is not shown yet: first the outcome, then the next question. */
const settledBlocks = (state: PlayerState): readonly Block[] => {
  const shown = visibleBlocks(state);
  if (state.phase !== 'running') return shown;
  const at = shown.findIndex((block) => isStep(block) && block.id === state.ran[state.ran.length - 1]);
  return at < 0 ? shown : shown.slice(0, at + 1);
};

/** Notes stand where the author put them, as far as the page is visible. */
const withNotes = (blocks: readonly Block[], shown: readonly Block[]): readonly Block[] => {
  const last = shown[shown.length - 1];
  const end = last ? blocks.indexOf(last) + 1 : blocks.length;
  return blocks.filter((block, index) => shown.includes(block) || (block.kind === 'notes' && index <= end));
};

const drawNotes = (text: string, { width, glyphs }: PageOptions): Line[] =>
  wrapText(sanitize(text.trim()), Math.max(8, width - 2)).map((line) => [
    span(`${glyphs.quoteBar} `, { color: 'magenta' }),
    span(line, { italic: true }),
  ]);

const drawStep = (step: Step, state: PlayerState, options: PageOptions): Line[] => {
  const { glyphs, width } = options;
  const ran = state.ran.includes(step.id);
  const run = ran ? state.timeline.steps.findLast((candidate) => candidate.step === step.id) : undefined;
  const next = !ran && nextStep(state)?.id === step.id;
  const who =
    step.kind === 'sql'
      ? span(sanitizeLine(step.session), {
          bold: true,
          color: sessionColor(state.lesson.sessions, step.session),
        })
      : span(viewTitle(step), { bold: true });
  const lead = next ? [span('next', { bold: true }), span(` ${glyphs.middleDot} `, { dim: true })] : [];
  const lines: Line[] = [
    [...lead, who, ...(step.kind === 'sql' && step.explain ? [span('  explain', { dim: true })] : [])],
  ];
  if (step.kind === 'sql') lines.push(...drawSql(step.sql, options, next));
  else if (next) lines.push([span(`  ${glyphs.enter} shows the picture`, { dim: true })]);
  if (run) {
    const indented = { ...options, width: width - 2 };
    lines.push(...drawOutcome(step, run, state, indented).map((line): Line => [span('  '), ...line]));
  }
  return lines;
};

/** Numbered lines; the ones that can be run next are bright, the others have had their turn. */
const drawSql = (sql: string, { width, highlight }: PageOptions, next: boolean): Line[] => {
  const code = highlight(sql.replace(/\s+$/, ''), 'sql');
  const digits = String(code.length).length;
  return code.flatMap((line, index) =>
    wrapCode(line, Math.max(10, width - digits - 3)).map(
      (part, at): Line => [
        span(` ${(at === 0 ? String(index + 1) : '').padStart(digits)}  `, {
          dim: true,
          ...(next && at === 0 ? { dim: false } : {}),
        }),
        ...part,
      ],
    ),
  );
};

/** Whether a question keeps the next step from running. */
export const needsGuess = (state: PlayerState): Prediction | null => {
  const question = openPrediction(state);
  return question && state.predictions[question.id] === undefined ? question : null;
};
