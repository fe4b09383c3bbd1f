import type { StatementResult } from '../timeline/events.ts';
import type { StepState, TimelineState } from '../timeline/state.ts';
import type { Outcome, TableState } from './lab-state.ts';

/** Older than any order takes: such a moment is data, not the clock. */
const recent = 15 * 60_000;
const moment = /\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d(?::?\d\d)?)?/g;

/** Text in which the time of day and the backends' pids read the same in every run. */
const steady = (text: string, pids: ReadonlyMap<string, string>, now: number): string =>
  text
    .replace(moment, (found) => {
      const iso = found.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
      const time = Date.parse(/[+-]\d\d:?\d\d$/.test(iso) ? iso : `${iso}Z`);
      return Math.abs(time - now) < recent ? '(now)' : found;
    })
    .replace(/\b\d{2,}\b/g, (found) => pids.get(found) ?? found);

/** xid, xid8, txid_snapshot, pg_snapshot, pg_lsn: they differ in every run, and nothing else tells them from data. */
const counters: ReadonlySet<number> = new Set([28, 5069, 2970, 5038, 3220]);

const rowsOf = ({ columns, rows }: StatementResult): string[] =>
  rows
    .map((row) =>
      JSON.stringify(row.map((cell, index) => (counters.has(columns[index]?.typeOid ?? 0) ? '' : cell))),
    )
    .sort();

/** What a step came to, apart from when: rows in any order, tags, its error, for whom it waited. */
const stepFacts = (step: StepState): unknown => [
  step.step,
  step.status,
  step.error?.sqlstate ?? null,
  step.results.map((result) => [result.tag, rowsOf(result)]),
  step.waits.length > 0 ? [...new Set(step.waits.flatMap((wait) => wait.by))].sort() : null,
];

/** Two orders have the same outcome when this is equal. Times of day and pids do not count. */
export const outcomeKey = (
  timeline: TimelineState,
  page: string,
  unsent: readonly string[],
  tables: readonly TableState[],
  now: number,
): string => {
  const steps = timeline.steps.filter((step) => step.page === page);
  const facts = [...steps].sort((a, b) => (a.step < b.step ? -1 : 1)).map(stepFacts);
  const pids = new Map(timeline.sessions.map((session) => [String(session.pid), `(pid of ${session.name})`]));
  return steady(JSON.stringify([facts, [...unsent].sort(), tables]), pids, now);
};

/** The outcomes after one more order, most orders first. */
export const addOutcome = (outcomes: readonly Outcome[], found: Outcome): readonly Outcome[] => {
  const known = outcomes.some((outcome) => outcome.key === found.key);
  const counted = outcomes.map((outcome) =>
    outcome.key === found.key
      ? { ...outcome, orders: outcome.orders + 1, own: outcome.own || found.own }
      : outcome,
  );
  const all = known ? counted : [...counted, found];
  return [...all].sort((a, b) => b.orders - a.orders);
};
