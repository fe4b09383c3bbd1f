import { describe, expect, it } from 'vitest';
import type { Block, ClaimSet, SqlStep } from '../../src/lesson/types.ts';
import { fence, front, lessonOf, problemsOf, step } from './support.ts';

const blocksOf = (body: string): readonly Block[] => lessonOf(`${front}## P\n${body}`).pages[0]?.blocks ?? [];

const stepOf = (info: string, sql = 'select 1;'): SqlStep => {
  const [block] = blocksOf(fence(info, sql));
  if (block?.kind !== 'sql') throw new Error(`expected a step, found ${block?.kind}`);
  return block;
};

const claimsOf = (...lines: string[]): readonly ClaimSet[] => {
  const [, page] = [
    null,
    lessonOf(step + fence('sql bob #two', 'select 2;') + fence('expect', ...lines)).pages[0],
  ];
  const block = page?.blocks.at(-1);
  if (block?.kind !== 'sql') throw new Error('expected a step');
  return block.claims;
};

describe('sql', () => {
  it('belongs to you unless it names a session', () => {
    expect(stepOf('sql')).toMatchObject({
      id: 'p-1',
      session: 'you',
      sql: 'select 1;',
      send: 'statements',
      explain: false,
      wait: false,
      postgres: {},
      claims: [],
      position: { file: 'x.md', line: 7, column: 1 },
      sqlPosition: { file: 'x.md', line: 8, column: 1 },
    });
  });

  it('takes its words in any order', () => {
    const wanted = {
      id: 'a',
      session: 'bob',
      send: 'statements',
      explain: true,
      wait: true,
      postgres: { from: 15, to: 16 },
    };
    expect(stepOf('sql bob #a explain wait pg>=15 pg<=16')).toMatchObject(wanted);
    expect(stepOf('sql pg<17 wait #a pg>14 explain bob')).toMatchObject(wanted);
    expect(stepOf('sql batch pg=17')).toMatchObject({ send: 'batch', postgres: { from: 17, to: 17 } });
  });

  it('keeps blank lines and indentation, and knows where an indented block begins', () => {
    const [block] = blocksOf('  ```sql\n  select\n\n    1;\n  ```\n');
    expect(block).toMatchObject({
      sql: 'select\n\n  1;',
      position: { line: 7, column: 3 },
      sqlPosition: { line: 8, column: 3 },
    });
  });

  it('goes to the setup wherever it stands', () => {
    const lesson = lessonOf(
      `${front}${fence('sql setup', 'a;')}## P\n${fence('sql', 'b;')}${fence('sql setup #c', 'c;')}`,
    );
    expect(lesson.setup.map(({ id, sql }) => [id, sql])).toEqual([
      ['setup-1', 'a;'],
      ['c', 'c;'],
    ]);
    expect(lesson.pages.map(({ id, blocks }) => [id, blocks.length])).toEqual([['p', 1]]);
  });

  it('is only shown when it says so, or in another language', () => {
    for (const info of ['sql show', 'text', 'psql', 'json'])
      expect(blocksOf(fence(info, 'x'))).toMatchObject([
        { kind: 'prose', nodes: [{ type: 'code', value: 'x' }] },
      ]);
  });

  it('never gets a made-up id that an author wrote', () => {
    const lesson = lessonOf(
      `${front}## P\n${fence('sql', 'a;')}${fence('sql #p-1', 'b;')}${fence('sql', 'c;')}`,
    );
    expect(lesson.pages[0]?.blocks).toMatchObject([{ id: 'p-1-2' }, { id: 'p-1' }, { id: 'p-3' }]);
  });
});

describe('pages', () => {
  it('are level-2 headings with unique ids', () => {
    const lesson = lessonOf(
      `${front}intro\n\n## A *b* \`c\` <!-- x -->\n\nx\n\n## A b c\n\ny\n\n## Über 10 %\n\nz\n\n## ∀\n\nz\n`,
    );
    expect(lesson.pages.map(({ id, title, position }) => [id, title, position.line])).toEqual([
      ['t', 'T', 6],
      ['a-b-c', 'A b c', 8],
      ['a-b-c-2', 'A b c', 12],
      ['uber-10', 'Über 10 %', 16],
      ['page', '∀', 20],
    ]);
  });

  it('take the notes that stand above the first heading', () => {
    const lesson = lessonOf(`${front}<!-- notes: say hello -->\n\n## P\n\ntext\n`);
    expect(lesson.pages).toMatchObject([
      { id: 'p', blocks: [{ kind: 'notes', text: 'say hello' }, { kind: 'prose' }] },
    ]);
  });
});

describe('prose', () => {
  it('joins what stands between two blocks', () => {
    const blocks = blocksOf(`one\n\n- two\n\n${fence('sql', 'x;')}\n### three\n`);
    expect(
      blocks.map((block) => (block.kind === 'prose' ? block.nodes.map(({ type }) => type) : block.kind)),
    ).toEqual([['paragraph', 'list'], 'sql', ['heading']]);
  });

  it('knows admonitions as GitHub writes them', () => {
    const [block] = blocksOf('> [!NOTE]\n> one\n>\n> two\n\n> [!warning]\n>\n> three\n\n> four\n');
    expect(block).toMatchObject({
      nodes: [
        {
          type: 'admonition',
          kind: 'note',
          children: [
            { type: 'paragraph', children: [{ value: 'one' }] },
            { type: 'paragraph', children: [{ value: 'two' }] },
          ],
        },
        {
          type: 'admonition',
          kind: 'warning',
          children: [{ type: 'paragraph', children: [{ value: 'three' }] }],
        },
        { type: 'blockquote' },
      ],
    });
  });

  it('drops comments, in the text and between', () => {
    const blocks = blocksOf('a<!-- x --> b\n\n<!-- y\n\nz -->\n\n- c\n  <!-- w -->\n');
    expect(blocks).toMatchObject([
      { nodes: [{ type: 'paragraph', children: [{ value: 'a' }, { value: ' b' }] }, { type: 'list' }] },
    ]);
    expect(JSON.stringify(blocks)).not.toContain('<!--');
  });

  it('reads notes over several paragraphs', () => {
    expect(blocksOf('<!-- notes:\none\n\ntwo\n-->\n')).toMatchObject([
      { kind: 'notes', text: 'one\n\ntwo', position: { line: 7, column: 1 } },
    ]);
  });
});

describe('claims', () => {
  const only = (...lines: string[]) => claimsOf(...lines)[0]?.claims[0];

  it('keep values as they are written', () => {
    expect(
      only(`rows: [[1.10, 0x1F, 007, 1e3, "", ' a ', 2024-01-01 10:00:00+00, {matches: '^a.+$'}]]`),
    ).toMatchObject({
      kind: 'rows',
      ordered: false,
      rows: [['1.10', '0x1F', '007', '1e3', '', ' a ', '2024-01-01 10:00:00+00', { matches: '^a.+$' }]],
    });
  });

  it('read null, true and false only without quotes', () => {
    expect(only('rows: [[null, ~, NULL, true, FALSE, "null", "~", "true", yes]]')).toMatchObject({
      rows: [[null, null, null, 't', 'f', 'null', '~', 'true', 'yes']],
    });
  });

  it('take names alone, in a list, or none', () => {
    expect(only('blockedBy: alice')).toMatchObject({ kind: 'blockedBy', sessions: ['alice'] });
    expect(only('blocks: [alice]')).toMatchObject({ kind: 'blocks', sessions: ['alice'] });
    expect(only('unblocks: none')).toMatchObject({ kind: 'unblocks', sessions: [] });
    expect(only('blockedBy: []')).toMatchObject({ kind: 'blockedBy', sessions: [] });
    expect(only('lost: bob')).toMatchObject({ kind: 'lost', sessions: ['bob'] });
  });

  it('take SQLSTATEs with and without quotes', () => {
    expect(only('error: "40001"')).toMatchObject({ sqlstate: '40001' });
    expect(only('error: 40001')).toMatchObject({ sqlstate: '40001' });
    expect(only('error: 22P02')).toMatchObject({ sqlstate: '22P02' });
    expect(only('error: none')).toMatchObject({ sqlstate: null });
    expect(only('error: null')).toMatchObject({ sqlstate: null });
  });

  it('stand in the order of the file, each at its key or its place in a list', () => {
    const [set] = claimsOf(
      'tag: SELECT 1',
      'notice: [a, b]',
      'columns: [x]',
      'step: one',
      'statement: 1',
      'postgres: ">=15 <18"',
      'state:',
      '  - { sql: "select 1", rows: [[1]], ordered: true }',
      '  - sql: |',
      '      select 2',
      '    rows: []',
    );
    expect(set).toMatchObject({
      step: 'one',
      statement: 1,
      postgres: { from: 15, to: 17 },
      position: { line: 14 },
    });
    expect(set?.claims.map(({ kind, position }) => `${kind} ${position.line}:${position.column}`)).toEqual([
      'tag 14:1',
      'notice 15:10',
      'notice 15:13',
      'columns 16:1',
      'state 21:5',
      'state 22:5',
    ]);
    expect(set?.claims.slice(-2)).toMatchObject([
      { sql: 'select 1', rows: [['1']], ordered: true },
      { sql: 'select 2', rows: [], ordered: false },
    ]);
  });

  it('make several sets, in one block or in many', () => {
    const sets = claimsOf('- { statement: 1, rowCount: 1 }', '- rows: [[2]]', '  ordered: true');
    expect(sets.map(({ position }) => [position.line, position.column])).toEqual([
      [14, 3],
      [15, 3],
    ]);
    const text = step + fence('expect', 'rowCount: 1') + fence('expect', 'tag: SELECT 1');
    expect(lessonOf(text).pages[0]?.blocks).toMatchObject([
      { claims: [{ position: { line: 11 } }, { position: { line: 14 } }] },
    ]);
  });

  it('may stand below a view, and all about it', () => {
    const body =
      fence('view truth-table #t pg>=15', 'operators: [AND, is  not null]') + fence('expect', 'rowCount: 9');
    expect(blocksOf(body)).toMatchObject([
      {
        kind: 'view',
        id: 't',
        view: 'truth-table',
        operators: ['and', 'is not null'],
        postgres: { from: 15 },
        claims: [{ claims: [{ kind: 'rowCount', count: 9 }] }],
      },
    ]);
    expect(lessonOf(`${front}## P\n${body}`).sessions).toEqual(['you']);
  });
});

describe('predict', () => {
  const choices = (a: string, b: string) => [
    'choices:',
    `  - { text: ${a}, when: { rowCount: 1 } }`,
    `  - { text: ${b}, when: { rowCount: 2 } }`,
  ];

  it('belongs to the step below, whatever stands between', () => {
    const blocks = blocksOf(
      `before\n\n${fence('predict', 'question: q', ...choices('NULL', '"true"'), 'why: "*w*"')}after\n\n${fence('sql #a', 'x;')}`,
    );
    expect(blocks.map(({ kind }) => kind)).toEqual(['prose', 'prediction', 'prose', 'sql']);
    expect(blocks[1]).toMatchObject({
      id: 'a-prediction',
      step: 'a',
      question: 'q',
      choices: [{ text: 'NULL', position: { line: 12, column: 5 } }, { text: 'true' }],
      why: [{ type: 'paragraph', children: [{ type: 'emphasis' }] }],
      position: { line: 9, column: 1 },
    });
  });
});

describe('the head', () => {
  it('has what a list shows', () => {
    expect(lessonOf(`${step}${fence('sql bob', 'x;')}`)).toMatchObject({
      id: 'transactions/x',
      number: '6.4',
      file: 'x.md',
      needs: { postgres: { from: 14 }, extensions: [], privileges: [] },
      covers: [],
      docs: [],
      sessions: ['alice', 'bob'],
      counts: { pages: 1, predictions: 0, exercises: 0, sessions: 2 },
    });
  });

  it('keeps needs', () => {
    const needs = 'needs: { postgres: ">=15 <=17", extensions: [btree_gist], privileges: [superuser] }\n';
    expect(lessonOf(step.replace('minutes', `${needs}minutes`)).needs).toEqual({
      postgres: { from: 15, to: 17 },
      extensions: ['btree_gist'],
      privileges: ['superuser'],
    });
  });

  it('ignores what YAML would make of a key', () => {
    expect(problemsOf(step.replace('minutes', '__proto__: x\nminutes'))).toEqual([
      expect.stringMatching(/^4:1 error __proto__: unknown key/),
    ]);
  });
});
