import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { reasonOf } from '../text/error-words.ts';
import { withLock } from './lock.ts';
import { mergeProgress } from './merge.ts';
import { progressFile } from './paths.ts';
import { emptyFile, type ProgressFile, parseProgress, printProgress } from './schema.ts';
import { noProgress, type ProgressStore } from './types.ts';

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/** After a crash of the machine a rename may be undone unless its folder was synced; not every system can. */
const syncFolder = (folder: string): void => {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {}
};

/** Readers see the old file or the new one, whole, whenever we are killed. */
const writeAtomically = (file: string, text: string): void => {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const handle = openSync(temporary, 'w', 0o600);
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(path.dirname(file));
};

/** Temporary files of processes that were killed between writing and renaming. Called under the lock. */
const sweepTemporaries = (file: string): void => {
  const folder = path.dirname(file);
  const prefix = `${path.basename(file)}.`;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    const left = path.join(folder, name);
    try {
      if (Date.now() - statSync(left).mtimeMs > 60_000) rmSync(left);
    } catch {}
  }
};

const stamp = (date: Date): string => date.toISOString().slice(0, 19).replaceAll(':', '-');

/** Progress in one JSON file, shared with other pg-tutor processes. */
export const openProgress = (
  file: string = progressFile(),
  now: () => Date = () => new Date(),
): ProgressStore => {
  const notices: string[] = [];
  const notice = (text: string): void => {
    if (!notices.includes(text)) notices.push(text);
  };
  let swept = false;

  /** @throws when the file is there and cannot be read: then it must not be replaced either */
  const read = (): ProgressFile => {
    try {
      return parseProgress(readFileSync(file, 'utf8'));
    } catch (error) {
      if (isMissing(error)) return emptyFile;
      throw error;
    }
  };

  const setAside = (): void => {
    const aside = `${file}.damaged-${stamp(now())}`;
    renameSync(file, aside);
    notice(`Your progress file was damaged. It is kept as ${aside}; what could be read of it is still here.`);
  };

  /** Reads, sets a damaged file aside, lets `change` decide what to write, writes it. */
  const transaction = (change: (content: ProgressFile) => ProgressFile): ProgressFile => {
    let after = emptyFile;
    try {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      withLock(`${file}.lock`, () => {
        const before = read();
        after = change(before);
        if (before.newer) {
          notice('Your progress was written by a newer pg-tutor. This one reads it and saves nothing.');
          return;
        }
        if (before.damaged) setAside();
        if (after === before && !before.damaged) return;
        writeAtomically(file, printProgress(after));
        if (!swept) sweepTemporaries(file);
        swept = true;
      });
    } catch (error) {
      notice(`Your progress could not be saved: ${reasonOf(error)}.`);
    }
    return after;
  };

  return {
    all() {
      try {
        const content = read();
        return (content.damaged ? transaction((same) => same) : content).lessons;
      } catch (error) {
        notice(`Your progress could not be read: ${reasonOf(error)}.`);
        return {};
      }
    },
    lesson(id) {
      return this.all()[id] ?? noProgress;
    },
    update(id, change) {
      const after = transaction((content) => {
        const before = content.lessons[id] ?? noProgress;
        const lesson = change(before);
        return lesson === before ? content : { ...content, lessons: { ...content.lessons, [id]: lesson } };
      });
      return after.lessons[id] ?? noProgress;
    },
    merge(other) {
      return transaction((content) => {
        const lessons = mergeProgress(content.lessons, other);
        return lessons === content.lessons ? content : { ...content, lessons };
      }).lessons;
    },
    reset(id) {
      const at = now().toISOString();
      this.update(id, () => ({ ...noProgress, resetAt: at, updatedAt: at }));
    },
    forget() {
      try {
        rmSync(file, { force: true });
      } catch (error) {
        notice(`Your progress could not be forgotten: ${reasonOf(error)}.`);
      }
    },
    takeNotices() {
      return notices.splice(0);
    },
  };
};
