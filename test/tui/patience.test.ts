import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/timeline/events.ts';
import { reduceTimeline } from '../../src/timeline/reduce.ts';
import { emptyTimeline } from '../../src/timeline/state.ts';
import { patienceOf } from '../../src/tui/patience.ts';

const patienceAfter = (...events: readonly (readonly [at: number, body: EventBody])[]): number =>
  patienceOf(
    events.reduce(
      (state, [at, body], index) => reduceTimeline(state, { seq: index + 1, at, ...body }),
      emptyTimeline,
    ),
  );
const sent: EventBody = { type: 'step-sent', step: 'a1', session: 'alice', sql: 'commit' };
const statement: EventBody = { type: 'statement-sent', step: 'a1', statement: 1, sql: 'commit' };

describe('patienceOf', () => {
  it('is great when a step was sent and nothing else has happened', () => {
    const others = patienceAfter();
    expect(patienceAfter([5, sent])).toBeGreaterThan(others);
    expect(patienceAfter([5, sent], [5.1, statement])).toBeGreaterThan(others);
  });

  it('is small for all that comes of it', () => {
    const others = patienceAfter();
    const blocked: EventBody = {
      type: 'step-blocked',
      step: 'a1',
      by: ['bob'],
      lock: { type: 'relation', mode: 'AccessShareLock' },
    };
    expect(patienceAfter([5, sent], [5.5, { type: 'step-finished', step: 'a1' }])).toBe(others);
    expect(patienceAfter([5, sent], [5.5, blocked])).toBe(others);
    expect(patienceAfter([5, sent], [9, { type: 'session-opened', session: 'bob', pid: 2 }])).toBe(others);
  });
});
