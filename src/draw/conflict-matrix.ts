import { conflict } from '../locks/conflicts.ts';
import { tableLockModes } from '../locks/modes.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, type Span, span } from '../text/line.ts';
import type { OpenWait } from '../timeline/at.ts';
import type { SessionLock } from '../timeline/events.ts';

/** Two modes that met on one thing. */
export type Collision = {
  readonly held: string;
  readonly wanted: string;
  readonly holder: string;
  readonly waiter: string;
  /** false: the holder only wants it, but stands before the waiter in the queue. */
  readonly granted: boolean;
};

const sameThing = (a: SessionLock, wait: OpenWait['wait']): boolean =>
  a.type === wait.lock.type &&
  a.relation === wait.lock.relation &&
  a.tuple === wait.lock.tuple &&
  a.transactionId === wait.lock.transactionId &&
  a.virtualXid === wait.lock.virtualXid &&
  a.advisoryKey === wait.lock.advisoryKey;

/**
 * The modes that keep each waiting session waiting: held by a session it waits for, or wanted by one before it in the
 * queue. The strongest when a session holds several.
 */
export const collisions = (waits: readonly OpenWait[], locks: readonly SessionLock[]): readonly Collision[] =>
  waits.flatMap(({ step, wait }): Collision[] => {
    const rank = (mode: string): number => tableLockModes.findIndex((one) => one.mode === mode);
    return wait.by.flatMap((holder): Collision[] => {
      const modes = locks
        .filter(
          (lock) => lock.session === holder && sameThing(lock, wait) && conflict(lock.mode, wait.lock.mode),
        )
        .sort((a, b) => Number(b.granted) - Number(a.granted) || rank(b.mode) - rank(a.mode));
      const [lock] = modes;
      if (!lock) return [];
      return [
        {
          held: lock.mode,
          wanted: wait.lock.mode,
          holder,
          waiter: step.session,
          granted: lock.granted,
        },
      ];
    });
  });

/** The 8x8 matrix of lock modes as the manual has it, with the pairs that collide now marked. 38 columns. */
export const drawConflictMatrix = (
  found: readonly Collision[],
  { glyphs }: { readonly glyphs: Glyphs },
): Line[] => {
  const heldNow = new Set(found.map((one) => one.held));
  const wantedNow = new Set(found.map((one) => one.wanted));
  const cell = (held: string, wanted: string): Span[] => {
    const hit = found.some((one) => one.held === held && one.wanted === wanted);
    const sign = conflict(held, wanted) ? glyphs.waiting : glyphs.none;
    return hit
      ? [span(`[${sign}]`, { color: 'yellow', bold: true }), span(' ')]
      : [span(` ${sign}  `, { dim: true })];
  };
  const name = (short: string, mode: string, on: ReadonlySet<string>, width: number): Span =>
    span(short.padEnd(width), on.has(mode) ? { bold: true, color: 'yellow' } : { dim: true });
  return [
    [span('      '), ...tableLockModes.map((mode) => name(mode.short, mode.mode, wantedNow, 4))],
    ...tableLockModes.map(
      (held): Line => [
        span(' '),
        name(held.short, held.mode, heldNow, 4),
        ...tableLockModes.flatMap((wanted) => cell(held.mode, wanted.mode)),
      ],
    ),
  ];
};
