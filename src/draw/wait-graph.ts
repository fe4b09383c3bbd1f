import type { Glyphs } from '../text/glyphs.ts';
import { type Line, type Span, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import type { OpenWait } from '../timeline/at.ts';
import { sessionColor } from './words.ts';

type Edges = ReadonlyMap<string, readonly string[]>;

/** Chains of waits: each from the session at its head to the one that waits last; a ring ends where it began. */
export const waitChains = (waits: readonly OpenWait[]): readonly (readonly string[])[] => {
  const blockers: Edges = new Map(waits.map(({ step, wait }) => [step.session, wait.by]));
  const waiters = new Map<string, string[]>();
  for (const [session, by] of blockers) {
    for (const holder of by) waiters.set(holder, [...(waiters.get(holder) ?? []), session]);
  }
  const chains: string[][] = [];
  const walk = (chain: readonly string[]): void => {
    const end = chain[chain.length - 1] ?? '';
    const next = waiters.get(end) ?? [];
    // Who stands further back in a queue waits for all before it; the longest way says it all.
    const direct = next.filter(
      (name) => !(blockers.get(name) ?? []).some((other) => next.includes(other) && other !== name),
    );
    const following = direct.length > 0 ? direct : next;
    if (following.length === 0) return void chains.push([...chain]);
    for (const name of following) {
      if (chain.includes(name)) chains.push([...chain.slice(chain.indexOf(name)), name]);
      else walk([...chain, name]);
    }
  };
  const idle = [...new Set([...blockers.values()].flat())].filter((name) => !blockers.has(name));
  for (const name of idle) walk([name]);
  const seen = new Set(chains.flat());
  for (const name of blockers.keys()) {
    if (seen.has(name)) continue;
    walk([name]);
    for (const chain of chains) for (const one of chain) seen.add(one);
  }
  return chains;
};

const isRing = (chain: readonly string[]): boolean =>
  chain.length > 1 && chain[0] === chain[chain.length - 1];

/** Who waits for whom: `alice ←── bob ←── carol`, one chain a line; a ring says so. */
export const drawWaitGraph = (
  waits: readonly OpenWait[],
  { sessions, glyphs }: { readonly sessions: readonly string[]; readonly glyphs: Glyphs },
): Line[] =>
  waitChains(waits).map((chain): Line => {
    const ring = isRing(chain);
    const style = ring ? ({ color: 'red', bold: true } as const) : ({ color: 'yellow' } as const);
    const arrow = span(` ${glyphs.arrowLeft}${glyphs.hLine}${glyphs.hLine} `, style);
    return [
      span(' '),
      ...chain.flatMap((name, index): Span[] => [
        ...(index > 0 ? [arrow] : []),
        span(sanitizeLine(name), { bold: true, color: sessionColor(sessions, name) }),
      ]),
      ...(ring ? [span('   a ring: a deadlock', style)] : []),
    ];
  });
