import { splitStatements } from '../text/statements.ts';
import type { Cell, StatementResult } from '../timeline/events.ts';
import type { StepState, TimelineState } from '../timeline/state.ts';
import type { Experiment, ScriptStep } from './experiment.ts';

/** One set of claims, as it is written on its line. */
export type ClaimLine = { readonly under: string; readonly text: string };

/** A result with more rows is not worth a claim. */
const mostRows = 12;
const longestClaim = 300;

const yamlCell = (cell: Cell): string =>
  cell === null ? 'null' : /^-?(0|[1-9]\d{0,15})$/.test(cell) ? cell : JSON.stringify(cell);

const sessionList = (names: readonly string[]): string =>
  names.length === 1 ? (names[0] ?? '') : `[${names.join(', ')}]`;

const resultClaim = (result: StatementResult): string[] => {
  if (result.columns.length === 0) return result.tag === '' ? [] : [`tag: ${JSON.stringify(result.tag)}`];
  if (result.rows.length > mostRows || result.rowCount > result.rows.length)
    return [`rowCount: ${result.rowCount}`];
  const rows = result.rows.map((row) => `[${row.map(yamlCell).join(', ')}]`).join(', ');
  const text = `rows: [${rows}]`;
  return text.length > longestClaim ? [`rowCount: ${result.rowCount}`] : [text];
};

/**
 * What can be claimed of each step, from a timeline in which they were played: who was waited for, how it ended, what
 * came back. Under the step after which it is known.
 */
export const claimsFrom = (timeline: TimelineState, steps: readonly ScriptStep[]): ClaimLine[] => {
  const lines: ClaimLine[] = [];
  const place = new Map(steps.map(({ id }, index) => [id, index]));
  /** The step after which the end of another is known: the one that ended its wait, if that comes later. */
  const endsUnder = (step: StepState): string => {
    const by = step.waits.at(-1)?.endedDuring ?? step.step;
    return (place.get(by) ?? -1) > (place.get(step.step) ?? -1) ? by : step.step;
  };
  for (const { id, lost } of steps) {
    const run = timeline.steps.findLast((step) => step.step === id);
    if (!run) continue;
    const add = (text: string): void => {
      lines.push({ under: id, text: `- { ${text} }` });
    };
    if (lost.length > 0) add(`lost: ${sessionList(lost)}`);
    const freed = timeline.steps.filter((step) => step.step !== id && endsUnder(step) === id);
    if (freed.length > 0) add(`unblocks: ${sessionList([...new Set(freed.map((step) => step.session))])}`);
    const wait = run.waits.at(-1);
    if (wait && wait.by.length > 0) add(`blockedBy: ${sessionList(wait.by)}`);
    if (endsUnder(run) === id || run.error) for (const text of outcomeClaims(run)) add(text);
    for (const step of freed) {
      if (step.error) continue;
      for (const text of outcomeClaims(step)) add(`step: ${step.step}, ${text}`);
    }
  }
  return lines;
};

const outcomeClaims = (run: StepState): string[] => {
  if (run.endedAt === null) return [];
  const last = run.statements.length;
  const rows = run.results
    .filter((result) => result.columns.length > 0 && (result.statement < last || run.error !== null))
    .flatMap((result) => resultClaim(result).map((text) => `statement: ${result.statement}, ${text}`));
  if (run.error) return [...rows, `error: "${run.error.sqlstate}"`];
  const end = run.results.at(-1);
  return [...rows, ...(end ? resultClaim(end) : [])];
};

const fence = (info: string, body: string): string => {
  const longest = Math.max(0, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = '`'.repeat(Math.max(3, longest + 1));
  return `${marks}${info}\n${body}\n${marks}\n`;
};

export type WrittenLesson = {
  readonly text: string;
  /** The line of the file, from 1, on which each claim stands. */
  readonly lineOf: ReadonlyMap<ClaimLine, number>;
};

/** @param title also says what the lesson is about until somebody writes it */
export const writeLesson = (
  { setup, steps }: Experiment,
  claims: readonly ClaimLine[],
  title: string,
): WrittenLesson => {
  if (steps.length === 0) throw new Error('Nothing has been run yet that could be saved.');
  const sessions = [...new Set(steps.map((step) => step.session))];
  const lineOf = new Map<ClaimLine, number>();
  let text = `---
title: ${JSON.stringify(title)}
summary: ${JSON.stringify(`What ${sessions.length === 1 ? 'one session does' : `${sessions.length} sessions do to each other`}.`)}
minutes: 5
needs: { postgres: ">=14" }
---

`;
  for (const sql of setup) text += `${fence('sql setup', sql)}\n`;
  text += '## The experiment\n\nSay here what the reader is about to see.\n\n';
  for (const step of steps) {
    if (step.remark !== null) text += `${step.remark}\n\n`;
    const wait = step.wait && splitStatements(step.sql).length > 0 ? ' wait' : '';
    text += `${fence(`sql ${step.session} #${step.id}${wait}`, step.sql)}`;
    const own = claims.filter((claim) => claim.under === step.id);
    if (own.length > 0) {
      text += '```expect\n';
      for (const claim of own) {
        lineOf.set(claim, text.split('\n').length);
        text += `${claim.text}\n`;
      }
      text += '```\n';
    }
    text += '\n';
  }
  return { text: `${text}Say here what it means.\n`, lineOf };
};
