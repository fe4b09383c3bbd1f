import { describe, expect, it } from 'vitest';
import { type LintOptions, lintLesson } from '../../src/authoring/lint.ts';
import { parseLesson } from '../../src/lesson/parse.ts';

const front = (more = 'docs: [mvcc]\n'): string => `---\ntitle: T\nsummary: S.\nminutes: 1\n${more}---\n`;

const lint = (text: string, options: Partial<LintOptions> = {}): string[] => {
  const { lesson, problems } = parseLesson(text, {
    file: 'a.md',
    id: 'test/a',
    number: '9.9',
    module: { slug: 'test', number: 9, title: 'Test', summary: '' },
  });
  if (!lesson) throw new Error(problems.map(({ message }) => message).join('\n'));
  return lintLesson(lesson, { text, inventory: null, lessons: null, ...options }).map(
    ({ position, rule, severity }) => `${position.line}:${position.column} ${severity} ${rule}`,
  );
};

const ask =
  '```predict\nquestion: Q?\nchoices:\n  - { text: a, when: { error: "22012" } }\n  - { text: b, when: { rowCount: 1 } }\nwhy: W.\n```\n';
const fail = '```sql\nselect 1/0;\n```\n```expect\nerror: "22012"\n```\n';
const lines = (count: number): string =>
  Array.from({ length: count }, (_, at) => `${at + 1}. line\n`).join('');

describe('the linter', () => {
  it('says what a bare lesson lacks, at its place in the front matter', () => {
    expect(
      lint(`${front('covers: [S2-5, S2-57]\n')}\n## A page\n\nHello.\n`, { inventory: new Set(['S2-57']) }),
    ).toEqual([
      '1:1 warning docs',
      '2:1 warning exercise',
      '2:1 warning predictions',
      '2:1 warning remember',
      '2:1 warning notes',
      '5:10 error covers',
    ]);
  });

  it('wants two right and two wrong answers of an exercise', () => {
    const exercise = (more: string): string[] =>
      lint(
        `${front()}\n## A page\n\n\`\`\`exercise #x\ntask: x\nsolution: select 1\ncheck: { result: rows }\n${more}\`\`\`\n`,
      ).filter((finding) => finding.endsWith('answers'));
    expect(exercise('')).toEqual(['10:1 warning answers', '10:1 warning answers']);
    expect(exercise('right: [select 1.0]\n')).toHaveLength(2);
    const wrong = '{ sql: select 2, verdict: missing-row }';
    expect(exercise(`right: [select 1.0, select 2 - 1]\nwrong: [${wrong}]\n`)).toHaveLength(1);
    expect(exercise(`right: [select 1.0, select 2 - 1]\nwrong: [${wrong}, ${wrong}]\n`)).toEqual([]);
  });

  it('takes any id where there is no inventory', () => {
    expect(lint(`${front('covers: [S2-5]\n')}\n## A page\n\nHello.\n`)).not.toContain('5:10 error covers');
  });

  it('finds lessons that are named, in notes too, and not there', () => {
    const page = `${front()}\n## A page\n\nSee lesson 1.1, and\nLesson 1.12.\n\n<!-- notes: lesson 7.5. -->\n`;
    const found = (lessons: ReadonlySet<string> | null): string[] =>
      lint(page, { lessons }).filter((finding) => finding.endsWith(' lesson'));
    expect(found(new Set(['1.1', '9.9']))).toEqual(['11:1 warning lesson', '13:13 warning lesson']);
    expect(found(null)).toEqual([]);
  });

  it('measures what is read at once as the screen lays it out: 20 lines fit, 21 do not', () => {
    // The title, an empty line, the list.
    expect(lint(`${front()}\n## A page\n\n${lines(18)}`)).not.toContain('8:1 warning long');
    expect(lint(`${front()}\n## A page\n\n${lines(19)}`)).toContain('8:1 warning long');
  });

  it('begins to count again after a step, whose SQL and question count with what stands before it', () => {
    const step = '```sql\nselect 1;\n```\n';
    expect(lint(`${front()}\n## A page\n\n${lines(12)}\n${step}\n${lines(18)}`)).not.toContain(
      '8:1 warning long',
    );
    // An empty line, "next · you", and the SQL follow the list and its title.
    expect(lint(`${front()}\n## A page\n\n${lines(16)}\n${step}`)).toContain('8:1 warning long');
    expect(lint(`${front()}\n## A page\n\n${step}\n${lines(19)}\n${step}`)).toContain('14:1 warning long');
  });

  it('finds the first surprise of its kind that nobody was asked about', () => {
    expect(lint(`${front()}\n## A page\n\n${fail}`)).toContain('10:1 warning surprise');
    expect(lint(`${front()}\n## A page\n\n${ask}${fail}`)).not.toContain('17:1 warning surprise');
    const second = lint(`${front()}\n## A page\n\n${ask}${fail}${fail}`);
    expect(second.filter((finding) => finding.endsWith('surprise'))).toEqual([]);
    const page = lint(`${front()}\n## A page\n\n${ask}${fail}\n## Another\n\n${fail}`);
    expect(page.filter((finding) => finding.endsWith('surprise'))).toEqual(['26:1 warning surprise']);
  });

  it.each([
    ['error: none', []],
    ['blockedBy: none', []],
    ['blockedBy: bob', ['surprise']],
    ['lost: bob', ['surprise']],
  ])('knows whether %s is a surprise', (claim, expected) => {
    const bob = '```sql bob\nselect 1;\n```\n';
    const found = lint(
      `${front()}\n## A page\n\n${bob}\`\`\`sql\nselect 1;\n\`\`\`\n\`\`\`expect\n${claim}\n\`\`\`\n`,
    );
    expect(
      found.flatMap((finding) => finding.split(' ')[2] ?? []).filter((rule) => rule === 'surprise'),
    ).toEqual(expected);
  });

  it('finds times in words, not in code', () => {
    const text = `${front()}\n## A page\n\nIt took **12.5 ms**.\n\nSet \`lock_timeout\` to \`200 ms\`.\n`;
    expect(lint(text).filter((finding) => finding.endsWith('milliseconds'))).toEqual([
      '10:1 warning milliseconds',
    ]);
  });
});
