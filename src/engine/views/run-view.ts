import type { ViewStep } from '../../lesson/types.ts';
import { rowLockModes, tableLockModes } from '../../locks/modes.ts';
import type { Cell, EventBody } from '../../timeline/events.ts';
import type { Run } from '../run.ts';
import { heapPageColumns, heapPageRows } from './heap-page.ts';
import { measure, measureColumns } from './measure.ts';
import { type Pair, tryPairs } from './pairs.ts';
import { truthRows } from './truth-table.ts';

/** Views are no one's session: their step belongs to this name. */
const viewSession = 'pg-tutor';

type Fill = (columns: readonly string[], row: readonly Cell[]) => void;

/** A table of our own for the pairs, gone afterwards. */
const withProbe = async (run: Run, work: (table: string) => Promise<void>): Promise<void> => {
  const table = 'public.pg_tutor_probe';
  await run.observe(`create table ${table} as select 1 as id`);
  try {
    await work(table);
  } finally {
    await run.observe(`drop table ${table}`);
  }
};

const pairColumns = ['held', 'requested', 'outcome', 'evidence'];
const pairRow = ({ held, requested, outcome, evidence }: Pair): Cell[] => [
  held,
  requested,
  outcome,
  evidence,
];

const fillView = async (run: Run, step: ViewStep, fill: Fill): Promise<void> => {
  switch (step.view) {
    case 'lock-matrix':
      return withProbe(run, (table) =>
        tryPairs(
          run,
          {
            modes: tableLockModes.map(({ sql }) => sql),
            take: (mode) => `lock table ${table} in ${mode} mode`,
          },
          (pair) => fill(pairColumns, pairRow(pair)),
        ),
      );
    case 'row-lock-matrix':
      return withProbe(run, (table) =>
        tryPairs(
          run,
          { modes: rowLockModes.map(({ sql }) => sql), take: (mode) => `select id from ${table} ${mode}` },
          (pair) => fill(pairColumns, pairRow(pair)),
        ),
      );
    case 'truth-table':
      for (const operator of step.operators) {
        for (const row of await truthRows(run, operator)) fill(['operator', 'a', 'b', 'result'], row);
      }
      return;
    case 'heap-page':
      for (const row of await heapPageRows(run, step.relation, step.page)) fill(heapPageColumns, row);
      return;
    case 'measure':
      return measure(run, step, (row) => fill(measureColumns, row));
    case 'locks':
      for (const lock of await run.sampleLocks()) {
        const target = lock.relation ?? lock.transactionId ?? lock.advisoryKey ?? lock.virtualXid ?? '';
        const what = lock.tuple === undefined ? target : `${target} (${lock.tuple})`;
        fill(
          ['session', 'type', 'object', 'mode', 'state'],
          [lock.session, lock.type, what, lock.mode, lock.granted ? 'held' : 'waits'],
        );
      }
  }
};

/** Makes a view's picture from the live server, a row at a time. @throws what the server says */
export const runView = async (run: Run, step: ViewStep, emit: (body: EventBody) => void): Promise<void> => {
  emit({ type: 'step-sent', step: step.id, session: viewSession, sql: `view ${step.view}` });
  await fillView(run, step, (columns, row) => emit({ type: 'view-filled', step: step.id, columns, row }));
  emit({ type: 'step-finished', step: step.id });
};
