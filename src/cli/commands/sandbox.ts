import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from '../command.ts';
import { Failure, UsageError } from '../errors.ts';
import { canRedraw } from '../terminal.ts';

const largest = 16 * 1024 * 1024;

/** @throws {UsageError} */
const sessionCount = (value: string): number => {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 2 || count > 6)
    throw new UsageError(`--sessions takes a number from 2 to 6, not ${value}`);
  return count;
};

/** @throws {Failure} */
const readScript = async (file: string): Promise<{ name: string; sql: string }> => {
  try {
    const bytes = await readFile(path.resolve(file));
    if (bytes.length > largest) throw new Error('it is larger than 16 MB');
    return { name: file, sql: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};

export const command: Command = {
  usage: 'sandbox [file.sql]',
  description: `Opens sessions side by side on a scratch database, each with an editor, and shows
who waits for whom as it happens. The file's SQL is run first; a reset goes back to it.`,
  options: {
    sessions: { type: 'string', value: 'N', help: 'how many sessions to begin with, 2 to 6 (2)' },
    database: {
      type: 'string',
      value: 'NAME',
      help: 'work in this database of yours instead; asks, and undoes nothing',
    },
  },
  maxPositionals: 1,
  async run({ globals, values, positionals }) {
    const sessions = typeof values.sessions === 'string' ? sessionCount(values.sessions) : 2;
    const database = typeof values.database === 'string' ? values.database : null;
    const [file] = positionals;
    const setup = file === undefined ? null : await readScript(file);
    if (globals.plain || !canRedraw())
      throw new Failure(
        'The sandbox needs a terminal whose screen can be redrawn.',
        'Without one, write the sessions as a lesson or a .spec file: pg-tutor run, pg-tutor spec.',
      );
    const { playOnScreen } = await import('../play.ts');
    return playOnScreen({ screen: 'sandbox', sandbox: { sessions, database, setup } }, globals);
  },
};
