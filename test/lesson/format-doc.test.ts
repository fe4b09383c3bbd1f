import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { describe, expect, it } from 'vitest';
import { isStep } from '../../src/player/state.ts';
import { lessonOf, parse } from './support.ts';

const doc = readFileSync(path.join(import.meta.dirname, '../../docs/lesson-format.md'), 'utf8');
const example = fromMarkdown(doc)
  .children.filter((node) => node.type === 'code')
  .find((node) => node.lang === 'markdown')?.value;

describe('the worked example of docs/lesson-format.md', () => {
  if (example === undefined) throw new Error('docs/lesson-format.md has no example');

  it('has no problem', () => {
    expect(parse(example).problems).toEqual([]);
  });

  it('is read whole', () => {
    const lesson = lessonOf(example);
    expect(lesson).toMatchObject({
      id: 'transactions/x',
      number: '6.4',
      title: 'Two withdrawals at once',
      minutes: 6,
      needs: { postgres: { from: 14 }, extensions: [], privileges: [] },
      covers: ['S2-57', 'S2-78'],
      docs: ['explicit-locking', 'transaction-iso'],
      counts: { pages: 4, predictions: 1, sessions: 2 },
      sessions: ['alice', 'bob'],
    });
    expect(lesson.setup.map(({ id, session }) => [id, session])).toEqual([['setup-1', 'you']]);
    expect(lesson.pages.map(({ id, title, blocks }) => [id, title, blocks.map(({ kind }) => kind)])).toEqual([
      ['two-withdrawals-at-once', 'Two withdrawals at once', ['prose']],
      ['alice-is-first', 'Alice is first', ['prose', 'sql']],
      ['bob-comes-second', 'Bob comes second', ['prediction', 'sql', 'prose', 'notes']],
      ['alice-commits', 'Alice commits', ['sql', 'prose']],
    ]);
    const steps = lesson.pages.flatMap((page) => page.blocks).filter(isStep);
    expect(steps.map(({ id }) => id)).toEqual(['take', 'second', 'alice-commits-1']);
    expect(steps[2]?.claims.map((set) => [set.step, set.claims.map(({ kind }) => kind)])).toEqual([
      [undefined, ['unblocks', 'state']],
      ['second', ['rows', 'error']],
    ]);
  });

  it('knows where everything stands', () => {
    const lines = example.split('\n');
    const lesson = lessonOf(example);
    const at = ({ line, column }: { line: number; column: number }) => lines[line - 1]?.slice(column - 1);
    for (const page of lesson.pages.slice(1)) expect(at(page.position)).toBe(`## ${page.title}`);
    for (const block of lesson.pages.flatMap((page) => page.blocks)) {
      if (block.kind === 'sql') {
        expect(at(block.position)).toMatch(/^```sql /);
        expect(at(block.sqlPosition)).toBe(block.sql.split('\n')[0]);
      }
      if (block.kind === 'prediction')
        for (const choice of block.choices) expect(at(choice.when.position)).toMatch(/^{ [a-zA-Z]+: /);
      const sets =
        block.kind === 'prediction'
          ? block.choices.map((choice) => choice.when)
          : isStep(block)
            ? block.claims
            : [];
      for (const claim of sets.flatMap((set) => set.claims))
        expect(at(claim.position)).toMatch(new RegExp(`^${claim.kind}: `));
    }
  });

  it('never throws, wherever it is cut off, and gives a lesson or says why not', () => {
    for (const text of [example, example.replaceAll('\n', '\r\n')])
      for (let length = 0; length < text.length; length += 37) {
        const { lesson, problems } = parse(text.slice(0, length));
        expect(lesson === null).toBe(problems.some(({ severity }) => severity === 'error'));
        for (const { position } of problems) {
          expect(position.line).toBeLessThanOrEqual(text.slice(0, length).split('\n').length);
          expect(position.column).toBeGreaterThan(0);
        }
      }
  });

  it('never throws when a piece of it is missing', () => {
    for (let start = 0; start < example.length; start += 37)
      expect(() => parse(example.slice(0, start) + example.slice(start + 61))).not.toThrow();
  });

  it('is the same with CRLF and a byte order mark', () => {
    expect(lessonOf(`\uFEFF${example.replaceAll('\n', '\r\n')}`)).toEqual(lessonOf(example));
  });
});
