import { describe, expect, it } from 'vitest';
import { fence, front, parse, problemsOf, step } from './support.ts';

/** What is wrong with a body that begins on line 10, below one step of alice's. */
const below = (...parts: string[]): string[] => problemsOf(step + parts.join(''));
const expects = (...lines: string[]): string[] => below(fence('expect', ...lines));
const predicts = (...lines: string[]): string[] =>
  below(fence('predict', ...lines), fence('sql alice', 'select 2;'));

describe('files that are no lessons', () => {
  it.each<[string, string, string[]]>([
    ['an empty file', '', ['1:1 error the file is empty']],
    ['blank lines', ' \n\n', ['1:1 error the file is empty']],
    ['a binary file', 'ab\ncd\0e', ['2:3 error not a text file: it contains a NUL byte']],
    ['5 MB', 'a'.repeat(5_000_000), ['1:1 error the file is too large: more than 256 KB']],
    [
      'no front matter',
      '## P\n\ntext\n',
      [
        '1:1 error no front matter: a lesson begins with a line ---, then title, summary and minutes, then ---',
      ],
    ],
    [
      'front matter not closed',
      '---\ntitle: T\n## P\n',
      ['1:1 error the front matter that begins here is not closed by a line ---'],
    ],
    ['no pages', front, ['6:1 error the lesson has no pages; a page begins with a ## heading']],
    [
      'a fence that is not closed',
      `${step}\n\`\`\`expect\nrows: [[`,
      ['11:1 error the block that begins here is not closed by a line of backticks'],
    ],
    [
      'a fence in another language that is not closed',
      `${step}\n~~~~text\nrows\n~~~\n`,
      ['11:1 error the block that begins here is not closed by a line of backticks'],
    ],
    [
      'a comment that is not closed',
      `${step}\n<!-- notes: ask\n\n## Lost\n`,
      ['11:1 error the comment that begins here is not closed by -->'],
    ],
  ])('%s', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
    expect(parse(text).lesson).toBeNull();
  });
});

describe('front matter', () => {
  const body = '## P\n\ntext\n';
  const matter = (...lines: string[]) => problemsOf(['---', ...lines, '---', body].join('\n'));
  const good = ['title: T', 'summary: S', 'minutes: 5'];

  it('names each key that is missing', () => {
    expect(matter('minutes: 5')).toEqual(['2:1 error title: missing', '2:1 error summary: missing']);
    expect(matter()).toEqual(['2:1 error expected keys and values, found nothing']);
  });

  it.each<[string, string[]]>([
    ['minutes: ten', ['2:10 error minutes: expected a number, found "ten"']],
    ['minutes: 2.5', ['2:10 error minutes: expected a whole number, found 2.5']],
    ['minutes: 0', ['2:10 error minutes: expected 1 or more, found 0']],
    ['minutes: 500', ['2:10 error minutes: expected 120 or less, found 500']],
    ['minutes: [5]', ['2:10 error minutes: expected a number, found a list']],
    ['minutes:', ['2:9 error minutes: expected a number, found nothing']],
  ])('%s', (line, problems) => {
    expect(matter(line, 'title: T', 'summary: S')).toEqual(problems);
  });

  it.each<[string, string[]]>([
    ['tilte: T', ['5:1 error tilte: unknown key; did you mean "title"?']],
    ['author: me', ['5:1 error author: unknown key; known are title, summary, minutes, needs, covers, docs']],
    ['title: again', ['5:1 error this key is written twice']],
    ['covers: S2-57', ['5:9 error covers: expected a list of ids such as [S2-57, S2-78], found "S2-57"']],
    ['covers: [S2-57, x7]', ['5:17 error covers[2]: expected an id such as S2-57, found "x7"']],
    [
      'docs: [explicit-locking.html]',
      [
        '5:8 error docs[1]: expected a page of the manual such as transaction-iso, without .html, found "explicit-locking.html"',
      ],
    ],
    [
      'needs: { postgres: ">=12" }',
      ['5:20 error needs.postgres: PostgreSQL 14 is the oldest supported version, found 12'],
    ],
    [
      'needs: { postgres: "<14" }',
      ['5:20 error needs.postgres: PostgreSQL 14 is the oldest supported version'],
    ],
    [
      'needs: { postgres: 15 }',
      [
        '5:20 error needs.postgres: expected PostgreSQL versions, found "15"; write it as ">=15", ">=15 <=16", "<18" or "=17"',
      ],
    ],
    [
      'needs: { postgres: ">=16 <15" }',
      ['5:20 error needs.postgres: no version of PostgreSQL is >=16 and <15'],
    ],
    ['needs: psql', ['5:8 error needs: expected keys such as { postgres: ">=14" }, found "psql"']],
    [
      'needs: { privileges: [root] }',
      ['5:23 error needs.privileges[1]: expected superuser or createrole, found "root"'],
    ],
    ['needs: { tools: [psql] }', ['5:10 error needs.tools: not supported by this version']],
    ['a: b: c', ['5:4 error a value that itself contains ": " has to be put in quotes']],
    ['\tx: 1', ['5:1 error indent with spaces, not with tabs']],
    ['x: *y', ['5:4 error "*y": put a value that starts with * in quotes']],
    ['x: &y z', ['5:7 error "&y": put a value that starts with & in quotes']],
    ['? [a]\n: b', ['5:3 error a key has to be a word; put a value that starts with { or [ in quotes']],
    ['x: "half', ['5:9 error not valid YAML: missing closing "quote']],
  ])('%s', (line, problems) => {
    expect(matter(...good, line)).toEqual(problems);
  });
});

describe('blocks', () => {
  it.each<[string, string, string[]]>([
    ['an empty step', fence('sql', ' '), ['10:1 error the sql block is empty']],
    [
      'an id used twice',
      fence('sql #one', 'select 2;'),
      ['10:8 error the id "one" is already taken by another block'],
    ],
    [
      'an id that is no name',
      fence('sql #Two', 'select 2;'),
      ['10:8 error "#Two": an id has small letters, digits, - and _, and begins with a letter'],
    ],
    ['two ids', fence('sql #a #b', 'select 2;'), ['10:11 error "#b": the block already has the id "a"']],
    [
      'two sessions',
      fence('sql bob explian', 'select 2;'),
      ['10:12 error "explian": the block already names the session "bob"; did you mean "explain"?'],
    ],
    [
      'a session that looks like a misspelt flag',
      fence('sql explian', 'select 2;'),
      ['10:8 warning "explian" is taken for a session; did you mean "explain"?'],
    ],
    [
      'a session that is no name',
      fence('sql Bob', 'select 2;'),
      [
        '10:8 error "Bob": the name of a session has small letters, digits, - and _, and begins with a letter',
      ],
    ],
    [
      'a session called none',
      fence('sql none', 'select 2;'),
      ['10:8 error "none" cannot be the name of a session'],
    ],
    [
      'teardown',
      fence('sql teardown', 'select 2;'),
      ['10:8 error teardown is not supported by this version'],
    ],
    [
      'a version that is not understood',
      fence('sql pg15', 'select 2;'),
      [
        '10:8 error pg: expected PostgreSQL versions, found "15"; write it as ">=15", ">=15 <=16", "<18" or "=17"',
      ],
    ],
    [
      'versions that exclude each other',
      fence('sql pg>=16 pg<15', 'select 2;'),
      ['10:8 error pg: no version of PostgreSQL is >=16 and <15'],
    ],
    [
      'a version long gone',
      fence('sql pg<14', 'select 2;'),
      ['10:8 error pg: PostgreSQL 14 is the oldest supported version'],
    ],
    [
      'setup with wait',
      fence('sql setup wait', 'select 2;'),
      ['10:14 error setup cannot be combined with wait'],
    ],
    [
      'setup in a session',
      fence('sql bob setup', 'select 2;'),
      ['10:8 error setup runs in a session of its own, not in "bob"'],
    ],
    [
      'batch with explain',
      fence('sql batch explain', 'select 2;'),
      ['10:8 error batch cannot be combined with explain'],
    ],
    [
      'a block for later',
      fence('load #fix', 'task: x'),
      ['10:1 error load blocks are not supported by this version'],
    ],
    [
      'a misspelt block',
      fence('expct', 'rows: []'),
      ['10:4 warning a "expct" block is only shown; did you mean "expect"?'],
    ],
    [
      'a step inside a list',
      '- item\n\n  ```sql\n  select 1;\n  ```\n',
      [
        '12:3 warning a sql block inside a list or a quote is shown, not run; start it at the left margin, or write "sql show"',
      ],
    ],
    ['a page without blocks', '## Q\n', ['10:1 warning the page "Q" is empty']],
    ['a page without a title', '##\n\ntext\n', ['10:1 error a page needs a title after ##']],
    [
      'a level-1 heading',
      '# Q\n',
      ['10:1 warning the title of a lesson is in its front matter; a page begins with ##'],
    ],
    ['HTML', '\n<div>\nx\n</div>\n', ['11:1 warning HTML is left out; write Markdown']],
    [
      'inline HTML',
      '\nand <i>y</i>\n',
      ['11:5 warning HTML is left out; write Markdown', '11:9 warning HTML is left out; write Markdown'],
    ],
    [
      'inline notes',
      '\nand <!-- notes: x --> y\n',
      ['11:5 warning notes are read only when the comment stands on lines of its own'],
    ],
    ['a picture', '\n![x](y.png)\n', ['11:1 warning pictures are not shown in a terminal']],
    [
      'a link by reference',
      '\n[x][y]\n\n[y]: https://z\n',
      ['11:1 warning a link by reference is not shown as one; write [text](https://…)'],
    ],
    [
      'an unknown kind of note',
      '\n> [!NOET]\n> x\n',
      ['11:1 warning [!NOET] is no kind of note; did you mean "note"?'],
    ],
    ['nesting without end', `\n${'> '.repeat(55)}x\n`, ['11:103 error nested too deeply']],
    ['nesting beyond the stack', `\n${'- '.repeat(9000)}x\n`, ['11:1 error nested too deeply']],
    [
      'a view without a name',
      fence('view'),
      ['10:1 error view: name a picture: locks, lock-matrix, row-lock-matrix, truth-table, heap-page'],
    ],
    [
      'an unknown view',
      fence('view lokcs'),
      ['10:9 error view: unknown picture "lokcs"; did you mean "locks"?'],
    ],
    [
      'a heap page of nothing',
      fence('view heap-page', 'page: -1'),
      ['11:1 error relation: missing', '11:7 error page: expected 0 or more, found -1'],
    ],
    [
      'a measure of one, with a word too much',
      fence('measure here', 'of: pages\nvariants:\n  - { name: a, sql: select 1 }'),
      ['10:12 error measure: "here" is not understood', '13:3 error variants: at least two are needed'],
    ],
    [
      'a measure of nothing known',
      fence(
        'measure',
        'of: seconds\nvariants:\n  - { name: a, sql: select 1 }\n  - { name: b, sql: select 2 }',
      ),
      ['11:5 error of: expected one of pages, wal, bytes, count, found "seconds"'],
    ],
    [
      'variants of one name',
      fence('measure', 'of: wal\nvariants:\n  - { name: a, sql: select 1 }\n  - { name: a, sql: select 2 }'),
      ['14:13 error variants: "a" is there already'],
    ],
    [
      'claims about a bar that say nothing',
      fence('measure', 'of: wal\nvariants:\n  - { name: a, sql: select 1 }\n  - { name: b, sql: select 2 }') +
        fence('expect', 'measured:\n  - { variant: a }\n  - { variant: b, times: 3 }'),
      [
        '18:5 error measured: claim a value, or times with the variant it is times of',
        '19:5 error measured: times and of go together',
      ],
    ],
    [
      'a view for later',
      fence('view wait-graph'),
      ['10:9 error view: "wait-graph" is not supported by this version'],
    ],
    ['a view with a flag', fence('view locks wait'), ['10:15 error view: "wait" is for sql blocks']],
    ['a view with settings', fence('view locks', 'a: 1'), ['11:1 error view: locks takes no settings']],
    [
      'a truth table without operators',
      fence('view truth-table'),
      ['11:1 error expected operators: [and, or, not], found nothing'],
    ],
    [
      'an unknown operator',
      fence('view truth-table', 'operators: [and, is nul]'),
      ['11:18 error operators: unknown operator "is nul"; did you mean "is null"?'],
    ],
  ])('%s', (_, body, problems) => {
    expect(below(body)).toEqual(problems);
  });

  it('says when a step never runs', () => {
    const text = `${front.replace('minutes', 'needs: { postgres: ">=15" }\nminutes')}## P\n${fence('sql #a pg<15', 'x')}`;
    expect(problemsOf(text)).toEqual([
      '8:1 warning "a" never runs: the lesson needs other versions of PostgreSQL',
    ]);
  });
});

describe('expect', () => {
  it.each<[string, string[], string[]]>([
    ['nothing', [], ['11:1 error expected claims such as { rowCount: 1 }, found nothing']],
    [
      'a key that is unknown',
      ['rowcount: 1'],
      ['11:1 error rowcount: unknown key; did you mean "rowCount"?'],
    ],
    [
      'a claim for later',
      ['deadlockVictim: x'],
      ['11:1 error deadlockVictim: not supported by this version'],
    ],
    [
      'a value of the wrong kind',
      ['rowCount: ten'],
      ['11:11 error rowCount: expected a number, found "ten"'],
    ],
    ['a count below zero', ['rowCount: -1'], ['11:11 error rowCount: expected 0 or more, found -1']],
    [
      'rows that are no list of lists',
      ['rows: [1, 2]'],
      [
        '11:8 error rows[1]: expected a row such as [1, a], found "1"',
        '11:11 error rows[2]: expected a row such as [1, a], found "2"',
      ],
    ],
    [
      'an array without quotes',
      ['rows: [[{1,2}]]'],
      [
        '11:9 error rows[1][1]: expected a value, found keys and values in { }; put a value such as "{1,2}" in quotes',
      ],
    ],
    [
      'a broken pattern in a row',
      ['rows: [[{ matches: "(" }]]'],
      ['11:9 error rows[1][1]: matches: "(" is not a valid regular expression (unterminated group)'],
    ],
    [
      'a broken pattern',
      ['message: "[a"'],
      ['11:10 error message: "[a" is not a valid regular expression (unterminated character class)'],
    ],
    [
      'a SQLSTATE too short',
      ['error: 4001'],
      ['11:8 error error: expected a SQLSTATE such as "40001", or none, found "4001"'],
    ],
    [
      'a name instead of a SQLSTATE',
      ['error: unique_violation'],
      ['11:8 error error: expected a SQLSTATE such as "40001", or none, found "unique_violation"'],
    ],
    [
      'ordered alone',
      ['ordered: true', 'tag: X'],
      ['11:1 error ordered: says how to compare rows, but there are none'],
    ],
    ['only a step', ['step: one'], ['11:1 error at least one claim is needed']],
    [
      'an unknown step',
      ['step: onne', 'rowCount: 1'],
      ['11:7 error step: there is no step "onne"; did you mean "one"?'],
    ],
    [
      'an unknown session',
      ['blockedBy: alcie'],
      ['11:1 error blockedBy: there is no session "alcie"; did you mean "alice"?'],
    ],
    [
      'waiting for itself',
      ['blockedBy: alice'],
      ['11:1 error blockedBy: "alice" is the session of the step itself'],
    ],
    [
      'a lock mode',
      ['lock: { mode: share }'],
      ['11:15 error lock.mode: expected a lock mode such as ShareLock, found "share"'],
    ],
    ['an empty lock', ['lock: {}'], ['11:1 error lock: name a mode, a type or a relation']],
    ['a state without rows', ['state: { sql: select 1 }'], ['11:8 error state.rows: missing']],
    [
      'states in a list',
      ['state:', '  - { sql: select 1, rows: [[1]] }', '  - { sql: select 2, rosw: [[1]] }'],
      ['13:5 error state[2].rows: missing', '13:22 error state[2].rosw: unknown key; did you mean "rows"?'],
    ],
    [
      'sets in a list',
      ['- rowCount: 1', '- tag: X', '  rowcount: 2'],
      ['13:3 error [2].rowcount: unknown key; did you mean "rowCount"?'],
    ],
    [
      'two documents',
      ['tag: A', '---', 'tag: B'],
      ['12:1 error a line of --- cannot stand here; a list of "- { … }" holds several sets of claims'],
    ],
    [
      'half a list',
      ['rows: [[1, 2'],
      [
        '11:13 error not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
      ],
    ],
  ])('%s', (_, lines, problems) => {
    expect(expects(...lines)).toEqual(problems);
  });

  it('needs a step above it on its page', () => {
    const text = '11:1 error expect: there is no step above it on this page';
    expect(below('## Q\n', fence('expect', 'rowCount: 1'))).toEqual([text]);
    expect(below(fence('sql setup', 'select 1;'), fence('expect', 'rowCount: 1'))).toEqual([
      '13:1 error expect: setup carries no claims',
    ]);
  });

  it('may not be nested beyond the stack', () => {
    expect(expects('['.repeat(9000))).toEqual([expect.stringMatching(/^11:\d+ error nested too deeply$/)]);
    expect(expects('{a: '.repeat(9000))).toEqual([expect.stringMatching(/^11:\d+ error nested too deeply$/)]);
  });

  it('speaks of steps that have run', () => {
    const after = fence('sql #later', 'select 2;');
    expect(below(fence('expect', 'step: later', 'rowCount: 1'), after)).toEqual([
      '11:7 error step: "later" comes later; claims are about steps that have run',
    ]);
    expect(below(after, fence('expect', 'step: one', 'rowCount: 1'))).toEqual([]);
  });

  it('takes nothing after its name', () => {
    expect(below(fence('expect pg>=15 x', 'rowCount: 1'))).toEqual([
      '10:11 error expect: write versions inside: postgres: ">=18"',
      '10:18 error expect: "x" is not understood',
    ]);
  });

  it.each<[string, string[], string[]]>([
    [
      'an error and a result',
      ['error: "23505"', 'rowCount: 1', 'tag: INSERT 0 1'],
      [
        '12:1 error rowCount: a statement that fails has no result (contradicts the error)',
        '13:1 error tag: a statement that fails has no result (contradicts the error)',
      ],
    ],
    [
      'a message and a result',
      ['message: duplicate', 'rows: []'],
      ['12:1 error rows: a statement that fails has no result (contradicts the error)'],
    ],
    [
      'a message without an error',
      ['error: none', 'message: x'],
      ['12:1 error message: there is no message without an error'],
    ],
    [
      'rows and a count',
      ['rowCount: 2', 'rows: [[1]]'],
      ['11:1 error rowCount: 2 contradicts rows, of which there are 1'],
    ],
    [
      'a tag and a count',
      ['tag: UPDATE 3', 'rowCount: 2'],
      ['11:1 error tag: "UPDATE 3" contradicts rowCount 2'],
    ],
    [
      'a tag and rows',
      ['tag: INSERT 0 2', 'rows: [[1]]'],
      ['11:1 error tag: "INSERT 0 2" contradicts rows, of which there are 1'],
    ],
    [
      'rows of two lengths',
      ['rows: [[1, 2], [3]]'],
      ['11:1 error rows: row 2 has 1 value, but the first has 2'],
    ],
    [
      'rows and columns',
      ['rows: [[1, 2]]', 'columns: [a]'],
      ['11:1 error rows: row 1 has 2 values, but there are 1 columns'],
    ],
    [
      'a lock without a wait',
      ['blockedBy: none', 'lock: { type: tuple }'],
      ['12:1 error lock: a step that is never blocked waits for no lock (contradicts blockedBy)'],
    ],
  ])('contradiction: %s', (_, lines, problems) => {
    expect(expects(...lines)).toEqual(problems);
  });

  it('contradiction: blocked and unblocked', () => {
    expect(
      below(fence('sql bob', 'select 2;'), fence('expect', 'blocks: alice', 'unblocks: [alice, alice]')),
    ).toEqual([
      '15:1 error unblocks: "alice" cannot be in blocks and in unblocks',
      '15:1 error unblocks: a session is named twice',
    ]);
  });
});

describe('predict', () => {
  const choices = [
    'choices:',
    '  - { text: a, when: { rowCount: 1 } }',
    '  - { text: b, when: { rowCount: 2 } }',
  ];

  it.each<[string, string[], string[]]>([
    ['no question', [...choices, 'why: w'], ['11:1 error question: missing']],
    [
      'an empty question',
      ['question:', ...choices, 'why: w'],
      ['11:10 error question: expected a question, found nothing'],
    ],
    ['no choices', ['question: q', 'why: w'], ['11:1 error choices: missing']],
    ['no reason', ['question: q', ...choices], ['11:1 error why: missing']],
    [
      'one choice',
      ['question: q', ...choices.slice(0, 2), 'why: w'],
      ['12:1 error choices: at least 2 are needed, found 1'],
    ],
    [
      'a choice without a text',
      ['question: q', ...choices, '  - { text: "", when: { rowCount: 3 } }', 'why: w'],
      ['15:13 error choices[3].text: expected text, found nothing'],
    ],
    [
      'a choice without claims',
      ['question: q', ...choices, '  - { text: c, when: {} }', 'why: w'],
      ['15:22 error when: at least one claim is needed'],
    ],
    [
      'a comma without quotes',
      ['question: q', ...choices, '  - { text: no, never, when: { rowCount: 3 } }', 'why: w'],
      ['15:17 error choices[3].never: not a key; put a text that has a comma in it in quotes'],
    ],
    [
      'the same text twice',
      ['question: q', ...choices, '  - { text: a, when: { rowCount: 3 } }', 'why: w'],
      ['15:5 error choices[3]: the same text as choice 1'],
    ],
    [
      'the same claims twice',
      ['question: q', ...choices, '  - { text: c, when: { rowCount: 2 } }', 'why: w'],
      ['15:5 error choices[3]: the same claims as choice 2, so both would be right'],
    ],
  ])('%s', (_, lines, problems) => {
    expect(predicts(...lines)).toEqual(problems);
  });

  const good = fence('predict', 'question: q', ...choices, 'why: w');

  it('needs a step below it on its page', () => {
    expect(below(good, '## Q\n', fence('sql', 'select 1;'))).toEqual([
      '10:1 error predict: no step follows on this page',
    ]);
    expect(below(good)).toEqual(['10:1 error predict: no step follows on this page']);
  });

  it('asks once about each step', () => {
    expect(below(good, good, fence('sql', 'select 1;'))).toEqual([
      '17:1 error predict: another prediction already asks about the step that follows',
    ]);
  });

  it('takes only an id', () => {
    expect(below(good.replace('predict', 'predict bob wait #one'), fence('sql', 'select 1;'))).toEqual([
      '10:12 error predict: "bob" is not understood',
      '10:16 error predict: "wait" is for sql blocks',
      '10:21 error the id "one" is already taken by another block',
    ]);
  });

  it('judges by steps that have run by then', () => {
    const when = (id: string) =>
      good.replace('{ rowCount: 1 }', `{ step: ${id}, rowCount: 1 }`) +
      fence('sql #two', 'x') +
      fence('sql #three', 'x');
    expect(below(when('one'))).toEqual([]);
    expect(below(when('two'))).toEqual([]);
    expect(below(when('three'))).toEqual([
      '13:30 error step: "three" comes later; claims are about steps that have run',
    ]);
  });
});
