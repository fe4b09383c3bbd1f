import { describe, expect, it } from 'vitest';
import { constructs } from '../../src/lesson/constructs.ts';
import type { Exercise } from '../../src/lesson/types.ts';
import { fence, front, lessonOf, problemsOf } from './support.ts';

const page = `${front}## P\n`;

/** An exercise that begins on line 7; its YAML on line 8. */
const exercise = (...lines: string[]): string => page + fence('exercise #x', ...lines);

const read = (...lines: string[]): Exercise => {
  const [block] = lessonOf(exercise(...lines)).pages[0]?.blocks ?? [];
  if (block?.kind !== 'exercise') throw new Error('no exercise');
  return block;
};

const least = ['task: do', 'solution: select 1'];

describe('an exercise', () => {
  it('is read whole', () => {
    const one = read(
      'task: Do *it*.',
      'session: [alice, bob]',
      'starter: |',
      '  select',
      'solution:',
      '  - select 1',
      '  - { sql: select 2 - 1, label: by hand, why: It is. }',
      'check: [{ result: ordered }, { state: { tables: [a, b], query: select 1 } }]',
      'hints: [one, two]',
      'explanation: So.',
      'right: [select 1.0]',
      'wrong: [{ sql: select 2, verdict: [missing-row, extra-row] }]',
      'hidden: insert into a values (1)',
    );
    expect(one).toMatchObject({
      id: 'x',
      sessions: ['alice', 'bob'],
      starter: 'select\n',
      solutions: [
        { sql: 'select 1', label: null, position: { line: 13 } },
        { sql: 'select 2 - 1', label: 'by hand', why: [{ type: 'paragraph' }] },
      ],
      checks: [
        { kind: 'result', ordered: true, columns: false, position: { line: 15 } },
        { kind: 'state', tables: ['a', 'b'], queries: ['select 1'] },
      ],
      hints: [[{ type: 'paragraph' }], [{ type: 'paragraph' }]],
      right: [{ sql: 'select 1.0' }],
      wrong: [{ sql: 'select 2', verdicts: ['missing-row', 'extra-row'], position: { line: 19 } }],
      hidden: { sql: 'insert into a values (1)', position: { line: 20 } },
    });
  });

  it('needs little', () => {
    expect(read(...least, 'check: { result: rows }')).toMatchObject({
      sessions: ['you'],
      starter: '',
      hints: [],
      hidden: null,
    });
  });

  it('knows every check', () => {
    const { checks } = read(
      ...least,
      'check:',
      '  - { plan: [{ uses: Index Scan }, { avoids: Seq Scan }] }',
      '  - error: "23505"',
      '  - locks: { relation: a, atMost: none }',
      '  - { passes: [select 1, select 2], blocks: select 3 }',
      '  - waits: { held: lock a, atMost: 2s }',
      '  - interleave: { copies: 3, invariant: select true, retry: "40001", allow: ["40P01"] }',
      '  - interleave: { with: select 1, invariant: select true }',
      '  - forbid: [order by, Function count, relation a]',
      '    require: join',
    );
    expect(checks.map(({ position, ...check }) => check)).toEqual([
      { kind: 'plan', plan: { mode: 'uses', node: 'Index Scan', bounds: {} } },
      { kind: 'plan', plan: { mode: 'avoids', node: 'Seq Scan', bounds: {} } },
      { kind: 'error', sqlstate: '23505' },
      { kind: 'locks', relation: 'a', atMost: null },
      { kind: 'passes', sql: 'select 1' },
      { kind: 'passes', sql: 'select 2' },
      { kind: 'blocks', sql: 'select 3' },
      { kind: 'waits', held: 'lock a', atMost: 2000 },
      {
        kind: 'interleave',
        copies: 3,
        with: null,
        invariant: 'select true',
        allow: ['40P01'],
        retry: ['40001'],
      },
      { kind: 'interleave', copies: 1, with: 'select 1', invariant: 'select true', allow: [], retry: [] },
      { kind: 'forbid', construct: { name: 'order by', of: null } },
      { kind: 'forbid', construct: { name: 'function', of: 'count' } },
      { kind: 'forbid', construct: { name: 'relation', of: 'a' } },
      { kind: 'require', construct: { name: 'join', of: null } },
    ]);
  });

  it.each([
    [['task: do'], ['8:1 error solution: missing', '8:1 error check: missing']],
    [
      [...least, 'check: { resultt: rows }'],
      ['10:10 error check.resultt: unknown key; did you mean "result"?'],
    ],
    [
      [...least, 'check: { result: sorted }'],
      ['10:18 error check.result: expected rows or ordered, found "sorted"'],
    ],
    [[...least, 'check: []'], ['10:1 error check: at least one check is needed']],
    [
      [...least, 'check: { result: rows, error: "23505" }'],
      ['10:24 error error: an answer that has to fail has no result to compare'],
    ],
    [
      [...least, 'check: { result: rows }', 'wrong: { sql: x, verdict: bad }'],
      ['11:27 error wrong.verdict: expected a kind of verdict such as extra-row, found "bad"'],
    ],
    [
      [...least, 'check: { interleave: { copies: 2, with: select 1, invariant: select true } }'],
      ['10:35 error interleave: either copies or with'],
    ],
  ])('with %j is refused', (lines, problems) => {
    expect(problemsOf(exercise(...lines))).toEqual(problems);
  });

  it('has every construct read', () => {
    const names = Object.keys(constructs);
    expect(read(...least, 'check:', `  forbid: [${names.join(', ')}]`).checks).toHaveLength(names.length);
  });
});
