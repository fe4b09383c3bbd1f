import type { Glyphs } from '../text/glyphs.ts';
import { type Line, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, padEnd } from '../text/width.ts';
import type { SessionLock } from '../timeline/events.ts';
import { lockInWords, sessionColor } from './words.ts';

/** Every transaction holds its own; it says nothing about who waits for whom. */
const isOwnVirtualXid = (lock: SessionLock): boolean =>
  lock.type === 'virtualxid' && lock.granted && lock.mode === 'ExclusiveLock';

/** Who holds and who wants which lock: one line a lock, what is waited for first in each session. */
export const drawLocks = (
  locks: readonly SessionLock[],
  { sessions, glyphs }: { readonly sessions: readonly string[]; readonly glyphs: Glyphs },
): Line[] => {
  const shown = locks.filter((lock) => !isOwnVirtualXid(lock));
  const names = [...new Set([...sessions, ...shown.map((lock) => lock.session)])];
  const target = (lock: SessionLock): string => lockInWords(lock).slice(lock.mode.length + ' on '.length);
  const nameWidth = Math.max(0, ...names.map((name) => displayWidth(sanitizeLine(name))));
  const targetWidth = Math.max(0, ...shown.map((lock) => displayWidth(target(lock))));
  const modeWidth = Math.max(0, ...shown.map((lock) => displayWidth(lock.mode)));
  return names.flatMap((name) =>
    shown
      .filter((lock) => lock.session === name)
      .sort((a, b) => Number(a.granted) - Number(b.granted))
      .map((lock, index): Line => {
        const style = lock.granted ? undefined : ({ color: 'yellow' } as const);
        return [
          span(padEnd(` ${index === 0 ? sanitizeLine(name) : ''}`, nameWidth + 3), {
            bold: true,
            color: sessionColor(sessions, name),
          }),
          span(padEnd(target(lock), targetWidth + 2), style),
          span(padEnd(lock.mode, modeWidth + 2), style),
          lock.granted
            ? span(`${glyphs.done} held`, { color: 'green' })
            : span(`${glyphs.waiting} wanted`, { color: 'yellow', bold: true }),
        ];
      }),
  );
};
