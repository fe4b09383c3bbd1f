import { unwatchFile, watch, watchFile as watchByAsking } from 'node:fs';
import path from 'node:path';

/** One save is several events, and the first may find the file empty, half-written or gone; ms. */
const quiet = 80;
/** Where the system does not tell of changes; ms. */
const askEvery = 500;

/**
 * Calls `changed` shortly after each change of a file. The folder is watched, since editors write a new file and
 * rename it over the old one. Where that cannot be (no watches left, a network drive), the file is looked at now and then.
 * @returns a function that stops it
 */
export const watchFile = (file: string, changed: () => void): (() => void) => {
  const full = path.resolve(file);
  let timer: NodeJS.Timeout | null = null;
  const soon = (): void => {
    if (timer) clearTimeout(timer);
    timer = setTimeout(changed, quiet);
  };
  let stop = (): void => {};
  const ask = (): void => {
    watchByAsking(full, { interval: askEvery }, soon);
    stop = () => unwatchFile(full, soon);
  };
  try {
    const watcher = watch(path.dirname(full), (_event, name) => {
      if (name === null || name === path.basename(full)) soon();
    });
    stop = () => watcher.close();
    watcher.on('error', () => {
      watcher.close();
      ask();
    });
  } catch {
    ask();
  }
  return () => {
    if (timer) clearTimeout(timer);
    stop();
  };
};
