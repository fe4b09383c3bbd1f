import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { editFor } from '../../src/authoring/claim-text.ts';
import { applyEdits, type Edit, unifiedDiff } from '../../src/authoring/unified-diff.ts';
import type { ActualValue } from '../../src/timeline/events.ts';

/** The place of a word, in a lesson that has nothing but one block. */
const mend = (yaml: string, word: string, actual: ActualValue): string | null => {
  const text = `Before.\n\n\`\`\`expect\n${yaml}\n\`\`\`\n\nAfter.\n`;
  const at = text.indexOf(word);
  const line = text.slice(0, at).split('\n').length;
  const column = at - text.lastIndexOf('\n', at);
  const edit = editFor(text, { line, column }, actual);
  if (!edit) return null;
  const mended = applyEdits(text, [edit]);
  expect(mended.startsWith('Before.\n\n```expect\n') && mended.endsWith('\n```\n\nAfter.\n')).toBe(true);
  return mended.slice('Before.\n\n```expect\n'.length, -'\n```\n\nAfter.\n'.length);
};

describe('a claim made to say what happened', () => {
  it.each<[string, string, string, ActualValue, string | null]>([
    [
      'rows',
      'rows: [[1]]',
      'rows',
      { rows: [['2', null, 'a, b', 'null', '1.10', 'true']] },
      'rows: [[2, null, "a, b", "null", 1.10, "true"]]',
    ],
    [
      'rows in lines',
      'rows:\n  - [1]\n  - [2]\ntag: SELECT 2',
      'rows',
      { rows: [['3']] },
      'rows: [[3]]\ntag: SELECT 2',
    ],
    ['rows at the indent of their key', 'rows:\n- [1]\n- [2]', 'rows', { rows: [] }, 'rows: []'],
    [
      'rows that need lines',
      'tag: A\nrows: [[1]]',
      'rows',
      { rows: [['x'.repeat(60)], ['y'.repeat(60)]] },
      `tag: A\nrows:\n  - [${'x'.repeat(60)}]\n  - [${'y'.repeat(60)}]`,
    ],
    [
      'rows in braces',
      '- { step: a, rows: [[1]] } # why',
      'rows',
      { rows: [['x'.repeat(60)], ['y'.repeat(60)]] },
      `- { step: a, rows: [[${'x'.repeat(60)}], [${'y'.repeat(60)}]] } # why`,
    ],
    ['columns', 'columns: [a]', 'columns', { names: ['?column?', 'b'] }, 'columns: ["?column?", b]'],
    ['rowCount', 'rowCount: 1 # one', 'rowCount', { text: '2' }, 'rowCount: 2 # one'],
    ['tag', 'tag: UPDATE 1', 'tag', { text: 'UPDATE 0' }, 'tag: UPDATE 0'],
    ['error', 'error: none', 'error', { text: '40001' }, 'error: "40001"'],
    ['no error', 'error: "40001"', 'error', { text: 'none' }, 'error: none'],
    [
      'message',
      'message: nothing',
      'message',
      { text: 'value (1) of "a" is bad' },
      String.raw`message: "value \\(1\\) of \"a\" is bad"`,
    ],
    [
      'one notice of a list',
      'notice: [a, b]',
      'b]',
      { text: 'table gone, skipping' },
      'notice: [a, "table gone, skipping"]',
    ],
    ['blockedBy', 'blockedBy: alice', 'blockedBy', { names: [] }, 'blockedBy: none'],
    ['two sessions', 'unblocks: none', 'unblocks', { names: ['alice', 'bob'] }, 'unblocks: [alice, bob]'],
    [
      'lock',
      'lock: { type: tuple, mode: ShareLock }',
      'lock',
      { lock: { mode: 'ExclusiveLock', type: 'relation', relation: 'account' } },
      'lock: { type: relation, mode: ExclusiveLock }',
    ],
    [
      'a lock without a relation',
      'lock: { relation: account }',
      'lock',
      { lock: { mode: 'ShareLock', type: 'transactionid', relation: null } },
      null,
    ],
    [
      'state',
      'state: { sql: "select rows: 1", rows: [[1]] }',
      'state',
      { rows: [['2']] },
      'state: { sql: "select rows: 1", rows: [[2]] }',
    ],
    [
      'one state of a list',
      'state:\n  - { sql: a, rows: [[1]] }\n  - sql: b\n    rows: [[1]]',
      'sql: b',
      { rows: [['2']] },
      'state:\n  - { sql: a, rows: [[1]] }\n  - sql: b\n    rows: [[2]]',
    ],
    ['what is not there', 'tag: A', 'A', { text: 'B' }, null],
  ])('%s', (_, yaml, word, actual, expected) => {
    expect(mend(yaml, word, actual)).toBe(expected);
  });
});

/** Applies a patch to a file with a program of the system. */
const patched = (text: string, diff: string, program: readonly string[]): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pg-tutor-patch-'));
  try {
    writeFileSync(path.join(folder, 'a.md'), text);
    const [command = '', ...args] = program;
    const { status, stderr } = spawnSync(command, args, { cwd: folder, input: diff, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    return readFileSync(path.join(folder, 'a.md'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const numbered = (count: number): string =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}`).join('\n');
const replace = (text: string, word: string, fresh: string): Edit => {
  const start = text.indexOf(word);
  return { start, end: start + word.length, text: fresh };
};

describe('a patch', () => {
  const long = `${numbered(40)}\n`;
  it.each<[string, string, Edit[]]>([
    ['of one line', long, [replace(long, 'line 20', 'line twenty')]],
    [
      'of two places far apart, one of which grows',
      long,
      [replace(long, 'line 5\n', 'a\nb\nc\n'), replace(long, 'line 30', 'z')],
    ],
    ['of neighbours', long, [replace(long, 'line 5', 'five'), replace(long, 'line 9', 'nine')]],
    ['of two words on a line', long, [replace(long, 'line 7', '7'), replace(long, '\nline 9\n', '\nnine\n')]],
    ['that takes lines away', long, [replace(long, 'line 10\nline 11\n', '')]],
    [
      'at both ends, without a last line end',
      numbered(3),
      [replace(numbered(3), 'line 1', 'one'), replace(numbered(3), 'line 3', 'three')],
    ],
    [
      'of a file with other line ends',
      long.replaceAll('\n', '\r\n'),
      [replace(long.replaceAll('\n', '\r\n'), 'line 20', 'twenty')],
    ],
  ])('%s is what git and patch take', (_, text, edits) => {
    const diff = unifiedDiff('a.md', text, edits);
    expect(patched(text, diff, ['git', 'apply', '-'])).toBe(applyEdits(text, edits));
  });

  it('is nothing without edits', () => {
    expect(unifiedDiff('a.md', long, [])).toBe('');
  });
});
