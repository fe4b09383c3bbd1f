import { describe, expect, it } from 'vitest';
import { nodeTypes } from '../../src/explain/node-types.ts';
import { parseBound } from '../../src/lesson/plan-patterns.ts';
import { fence, front, lessonOf, problemsOf } from './support.ts';

/** Lines 7-9; what follows begins on line 10. */
const explained = `${front}## P\n${fence('sql explain #one', 'select 1;')}`;
const expects = (...lines: string[]): string[] => problemsOf(explained + fence('expect', ...lines));

describe('plan claims', () => {
  it('are read as patterns, one or a list, with bounds that include both ends', () => {
    const { pages } = lessonOf(
      explained +
        fence(
          'expect',
          'plan:',
          '  - { uses: Index Scan, index: t_pkey, relation: t, rows: 1, buffers: "<= 5" }',
          '  - { avoids: Seq Scan, loops: ">2 <10" }',
        ) +
        fence('expect', 'plan: { uses: any, subplansRemoved: ">= 2" }'),
    );
    const [one] = pages[0]?.blocks ?? [];
    const most = Number.MAX_SAFE_INTEGER;
    expect(one?.kind === 'sql' && one.claims.map(({ claims }) => claims)).toMatchObject([
      [
        {
          kind: 'plan',
          position: { line: 12, column: 5 },
          plan: {
            mode: 'uses',
            node: 'Index Scan',
            index: 't_pkey',
            relation: 't',
            bounds: { rows: { min: 1, max: 1 }, buffers: { min: 0, max: 5 } },
          },
        },
        { plan: { mode: 'avoids', node: 'Seq Scan', bounds: { loops: { min: 3, max: 9 } } } },
      ],
      [
        {
          position: { line: 16, column: 1 },
          plan: { mode: 'uses', node: null, bounds: { subplansRemoved: { min: 2, max: most } } },
        },
      ],
    ]);
  });

  it.each<[string, string[]]>([
    ['5', [`{"min":5,"max":5}`]],
    ['= 5', [`{"min":5,"max":5}`]],
    ['<5', [`{"min":0,"max":4}`]],
    ['>=2 <= 4', [`{"min":2,"max":4}`]],
    ['> 4 < 5', ['null']],
    ['five', ['null']],
    ['', ['null']],
  ])('bound %s', (words, [wanted]) => {
    expect(JSON.stringify(parseBound(words))).toBe(wanted);
  });

  it.each<[string, string[], string[]]>([
    [
      'a node',
      ['plan: { uses: Indx Scan }'],
      ['11:15 error plan: "Indx Scan" is no plan node; did you mean "Index Scan"?'],
    ],
    ['nothing', ['plan: { uses: any }'], ['11:1 error plan: name a node, an index, a relation or a number']],
    [
      'both',
      ['plan: { uses: Sort, avoids: Hash }'],
      ['11:21 error plan: uses and avoids go into patterns of their own'],
    ],
    [
      'a bound',
      ['plan: { uses: Sort, rows: few }'],
      ['11:27 error plan.rows: expected a number or bounds such as "<= 5" or ">= 2 <= 4", found "few"'],
    ],
    ['a key', ['plan: { uses: Sort, row: 1 }'], ['11:21 error plan.row: unknown key; did you mean "rows"?']],
    [
      'an error beside it',
      ['error: "42P01"', 'plan: { uses: Sort }'],
      ['12:1 error plan: a statement that fails has no plan (contradicts the error)'],
    ],
  ])('%s', (_, lines, problems) => {
    expect(expects(...lines)).toEqual(problems);
  });

  it('need an explain step', () => {
    const plain = `${front}## P\n${fence('sql #one', 'select 1;')}`;
    expect(problemsOf(plain + fence('expect', 'plan: { uses: Result }'))).toEqual([
      '11:1 error plan: "one" is no explain step, so it has no plan',
    ]);
  });

  it('know the nodes that the plan reader knows', () => {
    expect(expects('plan:', ...nodeTypes.map((type) => `  - { uses: ${type} }`))).toEqual([]);
  });
});

describe('compare blocks', () => {
  const two = `${explained}${fence('sql explain #two', 'select 2;')}`;

  it('name two steps above, of plans or of results', () => {
    const { pages } = lessonOf(
      `${two}${fence('compare', 'steps: [one, two]', 'labels: [without, with it]')}`,
    );
    expect(pages[0]?.blocks[2]).toMatchObject({
      kind: 'compare',
      of: 'plans',
      left: { step: 'one', label: 'without' },
      right: { step: 'two', label: 'with it' },
    });
    const results = `${front}## P\n${fence('sql #a', 'select 1;')}## Q\n${fence('sql #b', 'select 2;')}`;
    const other = lessonOf(results + fence('compare', 'steps: [a, b]'));
    expect(other.pages[1]?.blocks[1]).toMatchObject({ of: 'results', left: { step: 'a', label: 'a' } });
  });

  it.each<[string, string[], string[]]>([
    [
      'an unknown step',
      ['steps: [one, tow]'],
      ['14:14 error steps: there is no step "tow" above; did you mean "two"?'],
    ],
    ['one step', ['steps: [one]'], ['14:8 error steps: two are needed, found 1']],
    ['a step with itself', ['steps: [one, one]'], ['14:8 error steps: a step is compared with another one']],
    ['labels', ['steps: [one, two]', 'labels: [a]'], ['15:9 error labels: two are needed, found 1']],
    [
      'a key',
      ['step: [one, two]'],
      ['14:1 error steps: missing', '14:1 error step: unknown key; did you mean "steps"?'],
    ],
  ])('%s', (_, lines, problems) => {
    expect(problemsOf(two + fence('compare', ...lines)).sort()).toEqual([...problems].sort());
  });

  it('do not mix plans and results, and take no flags', () => {
    const mixed = `${explained}${fence('sql #two', 'select 2;')}`;
    expect(problemsOf(mixed + fence('compare', 'steps: [one, two]'))).toEqual([
      '14:8 error steps: a plan cannot be compared with a result; write explain at both or at neither',
    ]);
    expect(problemsOf(two + fence('compare #x explain bob', 'steps: [one, two]'))).toEqual([
      '13:12 error compare: nothing speaks of it, so it has no id',
      '13:15 error compare: "explain" is for sql blocks',
      '13:23 error compare: "bob" is not understood',
    ]);
  });
});
