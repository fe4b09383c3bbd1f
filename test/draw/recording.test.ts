import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { drawLocks } from '../../src/draw/locks.ts';
import { drawTimeline } from '../../src/draw/timeline.ts';
import { unicodeGlyphs as glyphs } from '../../src/text/glyphs.ts';
import { lineText } from '../../src/text/line.ts';
import { lineWidth } from '../../src/text/width.ts';
import type { RunEvent } from '../../src/timeline/events.ts';
import { reduceTimeline } from '../../src/timeline/reduce.ts';
import { emptyTimeline, type TimelineState } from '../../src/timeline/state.ts';

/** Made by `pg-tutor run … --format jsonl` on PostgreSQL 18. */
const file = path.join(import.meta.dirname, '../fixtures/skip-locked-queue.jsonl');
const events: RunEvent[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const sessions = ['worker_1', 'worker_2', 'worker_3'];

const states = (): TimelineState[] => {
  let page = '';
  let state = emptyTimeline;
  return events.map((event) => {
    if (event.type === 'page-entered') page = event.page;
    state = reduceTimeline(state, event, page);
    return state;
  });
};

it('draws a real run after every event, whatever the width', () => {
  for (const [index, state] of states().entries()) {
    const width = 60 + ((index * 7) % 140);
    const picture = drawTimeline(state, { sessions, width, glyphs, now: state.at + 1500 });
    const wrong = [...picture.header, ...picture.body].filter((line) => lineWidth(line) !== picture.width);
    expect(wrong).toEqual([]);
  }
});

it('draws each wait of it with its end', () => {
  const all = states();
  const last = all[all.length - 1] ?? emptyTimeline;
  const text = drawTimeline(last, { sessions, width: 140, glyphs, now: last.at })
    .body.map(lineText)
    .join('\n');
  const waits = last.steps.flatMap((step) => step.waits);
  expect(waits.length).toBeGreaterThan(2);
  expect(text.match(/░ waits for worker_/g)).toHaveLength(waits.length);
  expect(text.match(/░ waited /g)).toHaveLength(waits.filter((wait) => wait.to !== null).length);
  expect(text).toContain('released: worker_1');
});

it('lists the locks of each sample, those waited for first', () => {
  for (const state of states()) {
    const lines = drawLocks(state.locks, { sessions, glyphs }).map(lineText);
    expect(lines.filter((line) => line.includes('wanted'))).toHaveLength(
      state.locks.filter((lock) => !lock.granted).length,
    );
  }
});
