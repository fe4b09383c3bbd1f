import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Block } from '../../src/lesson/types.ts';
import { lessonOf, prose, Recorder, sqlStep } from '../support/recording.ts';
import { type Opened, openLesson } from '../support/tui.ts';

const planText = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, `../fixtures/plans/18/${name}.json`), 'utf8');

const compare: Block = {
  kind: 'compare',
  of: 'plans',
  left: { step: 'slow', label: 'sorted on disk' },
  right: { step: 'fast', label: 'in order already' },
  position: { file: 'x.md', line: 1, column: 1 },
};
const lesson = lessonOf(
  ['you'],
  [
    {
      id: 'p',
      title: 'Two ways to sort',
      blocks: [
        sqlStep('you', 'slow', 'select 1', { explain: true }),
        sqlStep('you', 'fast', 'select 2', { explain: true }),
        compare,
        prose('The end.'),
      ],
    },
  ],
);

const ran = (recorder: Recorder, step: string, plan: string): Recorder =>
  recorder.send(step, 'you', 'select 1').add(
    { type: 'plan-captured', step, plan },
    {
      type: 'statement-finished',
      step,
      result: {
        statement: 1,
        tag: 'EXPLAIN',
        columns: [{ name: 'QUERY PLAN', typeOid: 114 }],
        rows: [[plan]],
        rowCount: 1,
      },
    },
    { type: 'step-finished', step },
    { type: 'step-settled', step },
  );

let opened: Opened | null = null;
afterEach(async () => {
  await opened?.quit();
  opened = null;
});

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 36 },
];

describe.each(sizes)('a lesson with plans at $columns x $rows', (size) => {
  it('draws the tree of an explain step, and opens it over the whole screen and back', async () => {
    const { events } = ran(new Recorder().start(lesson), 'slow', planText('sort-disk'));
    opened = openLesson(lesson, events, size);
    const { screen } = opened;
    const text = await screen.until(/p plan/);
    expect(text).toMatch(/pages│[\s\S]*# +pages|plan of \d+ nodes, most in/);
    expect(text).not.toContain('"Node Type"');
    await screen.until(() => screen.rawMode);
    screen.type('p');
    await screen.until(/hot #\d[\s\S]*#1 .*[\s\S]*1-9 hot/);
    screen.type('q');
    await screen.until(/run your select/);
  });

  it('compares two of them, on the page and side by side', async () => {
    const { events } = ran(
      ran(new Recorder().start(lesson), 'slow', planText('sort-disk')),
      'fast',
      planText('incremental-sort'),
    );
    opened = openLesson(lesson, events, size);
    const { screen } = opened;
    await screen.until(/p plan/);
    await screen.until(() => screen.rawMode);
    screen.type('p');
    await screen.until(/pages +self ms +(before|after)/);
    screen.type('d');
    await screen.until(/hot #\d/);
    screen.type('q');
    await screen.until(/The end|sorted on disk/);
  });
});
