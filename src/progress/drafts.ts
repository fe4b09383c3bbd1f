import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Environment, folders } from './paths.ts';

/** What learners have written for exercises and not thrown away, so that leaving, Ctrl+C or a kill loses nothing. */
export interface Drafts {
  /** null: nothing was written yet. */
  read(lesson: string, exercise: string): string | null;
  /** When this returns it is in the file; what is wrong with the disk is not the learner's concern while they write. */
  write(lesson: string, exercise: string, text: string): void;
  /** Forgets those of a lesson, or all. */
  forget(lesson?: string): void;
}

/** Larger than an answer can be: a file that somebody else has put there. */
const largest = 256 * 1024;

const remove = (file: string): void => {
  try {
    rmSync(file, { recursive: true, force: true });
  } catch {
    // It is not there, or not ours to remove.
  }
};

/** One file an exercise, `drafts/<lesson>/<exercise>.sql`, written whole and put in place at once. */
export const openDrafts = (env: Environment = process.env): Drafts => {
  const root = path.join(folders(env).state, 'drafts');
  const folderOf = (lesson: string): string => path.join(root, encodeURIComponent(lesson));
  const fileOf = (lesson: string, exercise: string): string =>
    path.join(folderOf(lesson), `${encodeURIComponent(exercise)}.sql`);
  return {
    read: (lesson, exercise) => {
      try {
        const text = readFileSync(fileOf(lesson, exercise), 'utf8');
        return text.length > largest ? null : text;
      } catch {
        return null;
      }
    },
    write: (lesson, exercise, text) => {
      const file = fileOf(lesson, exercise);
      const temporary = `${file}.${process.pid}.tmp`;
      try {
        mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
        writeFileSync(temporary, text, { mode: 0o600 });
        renameSync(temporary, file);
      } catch {
        remove(temporary);
      }
    },
    forget: (lesson) => {
      remove(lesson === undefined ? root : folderOf(lesson));
    },
  };
};
