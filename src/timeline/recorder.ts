import type { EventBody, RunEvent } from './events.ts';

/** Milliseconds; only differences count. */
export type Clock = () => number;

/** Gives each event its number and its time since the first. */
export const createRecorder = (
  clock: Clock,
  onEvent: (event: RunEvent) => void,
): ((body: EventBody) => void) => {
  const start = clock();
  let seq = 0;
  return (body) => onEvent({ seq: seq++, at: Math.round((clock() - start) * 1000) / 1000, ...body });
};
