import { sanitizeLine } from '../text/sanitize.ts';

/** A line on a terminal's stderr that is written over; nothing where stderr is not a terminal. */
export const progressLine = () => {
  const shown = process.stderr.isTTY === true;
  return {
    show: (text: string): void => {
      if (shown)
        process.stderr.write(`\r\x1b[K${sanitizeLine(text).slice(0, (process.stderr.columns ?? 80) - 1)}`);
    },
    clear: (): void => {
      if (shown) process.stderr.write('\r\x1b[K');
    },
  };
};
