import type {
  Block,
  Lesson,
  Prediction,
  ProseNode,
  SqlStep,
  ViewRequest,
  ViewStep,
} from '../../src/lesson/types.ts';
import { initialPlayerState, type PlayerState, reducePlayer } from '../../src/player/state.ts';
import type { Cell, EventBody, LockTarget, RunEvent, StatementResult } from '../../src/timeline/events.ts';
import { reduceTimeline } from '../../src/timeline/reduce.ts';
import { emptyTimeline, type TimelineState } from '../../src/timeline/state.ts';

const position = { file: 'lessons/06-transactions/04-lost-update.md', line: 1, column: 1 };
const anyVersion = {};

export const prose = (...paragraphs: string[]): Block => ({
  kind: 'prose',
  nodes: paragraphs.map((value): ProseNode => ({ type: 'paragraph', children: [{ type: 'text', value }] })),
  position,
});

export const sqlStep = (session: string, id: string, sql: string, more: Partial<SqlStep> = {}): SqlStep => ({
  kind: 'sql',
  id,
  session,
  sql,
  send: 'statements',
  explain: false,
  wait: false,
  postgres: anyVersion,
  claims: [],
  position,
  sqlPosition: position,
  ...more,
});

export const viewStep = (id: string, request: ViewRequest): ViewStep => ({
  ...request,
  kind: 'view',
  id,
  postgres: anyVersion,
  claims: [],
  position,
});

export const prediction = (step: string, question: string, choices: string[], why: string): Prediction => ({
  kind: 'prediction',
  id: `${step}-guess`,
  question,
  choices: choices.map((text) => ({ text, when: { postgres: anyVersion, claims: [], position }, position })),
  why: [{ type: 'paragraph', children: [{ type: 'text', value: why }] }],
  step,
  position,
});

export const lessonOf = (
  sessions: string[],
  pages: { id: string; title: string; blocks: Block[] }[],
  more: Partial<Lesson> = {},
): Lesson => ({
  id: 'transactions/lost-update',
  number: '6.4',
  file: position.file,
  module: {
    slug: 'transactions',
    number: 6,
    title: 'Transactions and locks',
    summary: 'Who may see and change what.',
  },
  title: 'Lost updates: four cures',
  summary: 'Two tellers, one account, one withdrawal gone; four ways to fix it.',
  minutes: 12,
  needs: { postgres: { from: 14 }, extensions: [], privileges: [] },
  covers: ['S2-57'],
  docs: ['transaction-iso', 'explicit-locking'],
  counts: { pages: pages.length, predictions: 1, exercises: 0, sessions: sessions.length },
  setup: [],
  sessions,
  pages: pages.map((page) => ({ ...page, position })),
  ...more,
});

/** Numbers events and gives each a time. */
export class Recorder {
  readonly events: RunEvent[] = [];
  #at = 0;

  /** Milliseconds pass. */
  wait(ms: number): this {
    this.#at += ms;
    return this;
  }

  add(...bodies: EventBody[]): this {
    for (const body of bodies) this.events.push({ seq: this.events.length + 1, at: this.#at, ...body });
    return this;
  }

  start(lesson: Lesson): this {
    return this.add(
      { type: 'run-started', lesson: lesson.id, postgres: { version: '18.4', major: 18, own: true } },
      { type: 'database-ready', database: 'pg_tutor_lost_update_k3', reason: 'start' },
      ...lesson.sessions.map((session, index) => ({
        type: 'session-opened' as const,
        session,
        pid: 812 + index,
      })),
      { type: 'page-entered', page: lesson.pages[0]?.id ?? '' },
    );
  }

  send(step: string, session: string, sql: string): this {
    return this.add(
      { type: 'step-sent', step, session, sql },
      { type: 'statement-sent', step, statement: 1, sql },
    );
  }

  statement(step: string, statement: number, sql: string): this {
    return this.add({ type: 'statement-sent', step, statement, sql });
  }

  result(step: string, result: StatementResult): this {
    return this.add({ type: 'statement-finished', step, result });
  }

  tag(step: string, tag: string, statement = 1): this {
    return this.result(step, {
      statement,
      tag,
      columns: [],
      rows: [],
      rowCount: Number(/\d+$/.exec(tag)?.[0] ?? 0),
    });
  }

  blocked(step: string, by: string[], lock: LockTarget): this {
    return this.add({ type: 'step-blocked', step, by, lock });
  }

  finished(step: string): this {
    return this.add({ type: 'step-finished', step });
  }

  failed(
    step: string,
    sqlstate: string,
    message: string,
    more: { detail?: string; hint?: string; position?: number } = {},
  ): this {
    return this.add({
      type: 'step-failed',
      step,
      error: { severity: 'ERROR', sqlstate, message, statement: 1, ...more },
    });
  }

  settled(step: string): this {
    return this.add({ type: 'step-settled', step });
  }

  /** A step of one statement that ends with a command tag. */
  run(step: string, session: string, sql: string, tag: string): this {
    return this.send(step, session, sql).wait(3).tag(step, tag).finished(step).settled(step);
  }
}

export const rowsResult = (
  names: readonly string[],
  rows: readonly (readonly Cell[])[],
  typeOid = 23,
  statement = 1,
): StatementResult => ({
  statement,
  tag: `SELECT ${rows.length}`,
  columns: names.map((name) => ({ name, typeOid })),
  rows,
  rowCount: rows.length,
});

export const timelineOf = (events: readonly RunEvent[]): TimelineState =>
  events.reduce((state, event) => reduceTimeline(state, event), emptyTimeline);

export const playerStateOf = (lesson: Lesson, events: readonly RunEvent[]): PlayerState =>
  events.reduce(reducePlayer, initialPlayerState(lesson));

export const onTransaction = (id: string): LockTarget => ({
  type: 'transactionid',
  mode: 'ShareLock',
  transactionId: id,
});
