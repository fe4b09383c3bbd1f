import { describe, expect, it } from 'vitest';
import { facts, readColumns } from '../../src/explain/columns.ts';
import { readPlan } from '../../src/explain/read.ts';
import { createReader } from '../../src/explain/values.ts';

const read = (...nodes: object[]) => {
  const reader = createReader();
  return {
    reader,
    columns: readColumns(
      nodes.map((raw) => ({ raw: { ...raw } })),
      reader,
    ),
  };
};

describe('the properties of nodes as columns', () => {
  it('are null where a node lacks one, or all do', () => {
    const { columns } = read({ 'Actual Rows': 0, Alias: 'a' }, { 'Plan Rows': 2.5 });
    expect(columns.numbers('Actual Rows')).toEqual([0, null]);
    expect(columns.numbers('Plan Rows')).toEqual([null, 2.5]);
    expect(columns.numbers('Heap Fetches')).toEqual([null, null]);
    expect(columns.texts('Alias')).toEqual(['a', null]);
    expect(columns.texts('Schema')).toEqual([null, null]);
  });

  it('leave out numbers that cannot be, with a note', () => {
    const { columns, reader } = read({
      'Plan Rows': -1,
      'Plan Width': 1e300,
      Alias: 7,
      'Actual Loops': null,
    });
    expect(columns.numbers('Plan Rows')).toEqual([null]);
    expect(columns.texts('Alias')).toEqual([null]);
    expect(reader.notes).toEqual([
      'left out Plan Rows: -1',
      'left out Plan Width: 1e+300',
      'left out Alias: 7',
    ]);
  });

  it('know I/O times by the names they had before 17', () => {
    const { columns } = read({ 'I/O Read Time': 1.5 }, { 'Shared I/O Read Time': 2 });
    expect(columns.numbers('Shared I/O Read Time')).toEqual([1.5, 2]);
    expect([...columns.facts]).toEqual([facts.buffers, facts.buffers]);
  });

  it('say what a node is: a flag only when it is true', () => {
    const { columns } = read(
      { 'Parallel Aware': true, 'Async Capable': false, 'Sort Method': 'quicksort' },
      { Workers: [], 'Hash Buckets': 8, 'Shared Hit Blocks': 0 },
    );
    expect([...columns.facts]).toEqual([
      facts.parallel | facts.sort,
      facts.workers | facts.hash | facts.buffers,
    ]);
  });
});

it('an I/O time of temporary files alone is kept, and taken off what is above', () => {
  const { nodes } = readPlan(`Limit  (cost=0.00..1.00 rows=1 width=4) (actual time=0.5..1.000 rows=1 loops=1)
  Buffers: temp written=7
  I/O Timings: temp write=0.600
  ->  Sort  (cost=0.00..1.00 rows=1 width=4) (actual time=0.5..0.900 rows=1 loops=1)
        Buffers: temp written=5
        I/O Timings: temp write=0.200`);
  expect(nodes.map(({ buffers }) => buffers?.self)).toMatchObject([
    { tempWritten: 2, tempWriteMs: expect.closeTo(0.4, 9), tempReadMs: null },
    { tempWritten: 5, tempWriteMs: 0.2, tempReadMs: null },
  ]);
});
