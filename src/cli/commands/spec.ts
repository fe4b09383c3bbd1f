import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { drawTimeline } from '../../draw/timeline.ts';
import { maxStepWait, regressSettings } from '../../isolation/conditions.ts';
import { parseSpec } from '../../isolation/parse.ts';
import { runSpec } from '../../isolation/run-spec.ts';
import type { Spec } from '../../isolation/spec.ts';
import type { SpecRunOptions } from '../../isolation/stage.ts';
import { createScratch, type Scratch } from '../../postgres/scratch.ts';
import type { Server } from '../../postgres/types.ts';
import { lineText } from '../../text/line.ts';
import { sanitize } from '../../text/sanitize.ts';
import type { EventBody, RunEvent } from '../../timeline/events.ts';
import { createRecorder } from '../../timeline/recorder.ts';
import { reduceTimeline } from '../../timeline/reduce.ts';
import { emptyTimeline } from '../../timeline/state.ts';
import type { Command } from '../command.ts';
import { describeError, exitCodes, Failure, UsageError } from '../errors.ts';
import { untilSignal } from '../leaving.ts';
import { serverAccess } from '../server.ts';
import { textSettings } from '../terminal.ts';

/** How long written text may lie about, ms, and how much of it, characters: a spec writes thousands of short lines. */
const outputDelay = 20;
const outputSize = 65_536;

/** Keeps stdout and stderr in order. A terminal gets no control characters; a file gets every byte. */
const createOutput = () => {
  let text = '';
  let timer: NodeJS.Timeout | null = null;
  const clean = process.stdout.isTTY ? sanitize : (raw: string) => raw;
  const flush = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (text !== '') process.stdout.write(clean(text));
    text = '';
  };
  return {
    flush,
    write: (more: string): void => {
      text += more;
      if (text.length > outputSize) flush();
      else timer ??= setTimeout(flush, outputDelay);
    },
    warn: (words: string): void => {
      flush();
      process.stderr.write(process.stderr.isTTY ? sanitize(words) : words);
    },
  };
};

type Output = ReturnType<typeof createOutput>;
type Source = { readonly spec: Spec; readonly name: string };

const readStdin = async (): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
};

/** @throws {Failure | SpecError} */
const readSpec = async (file: string): Promise<Source> => {
  const label = file === '-' ? '<stdin>' : file;
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await readStdin() : await readFile(file);
  } catch (error) {
    throw new Failure(`${label} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Failure(`${label} is not in UTF-8.`);
  }
  return { spec: parseSpec(text, label), name: file === '-' ? 'stdin' : path.basename(file, '.spec') };
};

/** Draws the timeline of each permutation below its output. */
const createView = (spec: Spec, write: (text: string) => void) => {
  const { width, glyphs } = textSettings();
  const sessions = spec.sessions.map(({ name }) => name);
  let timeline = emptyTimeline;
  const emit = createRecorder(
    () => performance.now(),
    (event: RunEvent) => {
      timeline = reduceTimeline(timeline, event);
    },
  );
  return {
    onEvent: (event: EventBody) => emit(event),
    onPermutation: (_: unknown, phase: 'begin' | 'end'): void => {
      if (phase === 'begin') timeline = { ...emptyTimeline, sessions: timeline.sessions };
      else {
        const { header, body } = drawTimeline(timeline, { sessions, width, glyphs, now: timeline.at });
        const lines = [...header, ...body].map((line) => lineText(line).trimEnd());
        write(`\n${lines.join('\n')}\n`);
      }
    },
  };
};

type Conditions = {
  readonly server: Server;
  readonly database: () => string;
  readonly settings: Readonly<Record<string, string>>;
  /** Goes before the session in application_name. */
  readonly applicationName: (spec: string) => string;
  readonly view: boolean;
  readonly signal: AbortSignal;
};

const runFile = async (file: string, conditions: Conditions, { write, warn }: Output): Promise<boolean> => {
  const { server, database, settings, applicationName, view, signal } = conditions;
  const { spec, name } = await readSpec(file);
  const options: SpecRunOptions = {
    spec,
    server,
    database: database(),
    applicationName: applicationName(name),
    settings,
    maxStepWait: maxStepWait(process.env),
    write,
    warn,
    signal,
  };
  return runSpec(view ? { ...options, ...createView(spec, write) } : options);
};

export const command: Command = {
  usage: 'spec <file>...',
  description: `Runs isolation specs, the files in which PostgreSQL tests what happens when several
sessions work at once, and writes what PostgreSQL's own isolationtester writes.
They run in a database of our own, which is dropped at the end. - reads standard input.
PG_TEST_TIMEOUT_DEFAULT is half the time a step may take, in seconds (180).
Exit code 1: a spec could not be read, or not be run to its end.`,
  options: {
    dbname: { type: 'string', value: 'NAME', help: 'run in this database, which exists' },
    regress: { type: 'boolean', help: 'with the settings of pg_isolation_regress' },
    view: { type: 'boolean', help: 'draw the timeline of each permutation below it' },
  },
  maxPositionals: Number.POSITIVE_INFINITY,
  async run({ globals, values, positionals }) {
    if (positionals.length === 0)
      throw new UsageError('which spec? For example: pg-tutor spec deadlock.spec');
    const { dbname } = values;
    return untilSignal(async (signal) => {
      const access = await serverAccess(globals);
      const output = createOutput();
      let scratch: Scratch | null = null;
      try {
        const server = await access.open();
        if (typeof dbname !== 'string') {
          scratch = await createScratch(server, { lesson: 'spec', prepare: async () => {}, spare: false });
        }
        const own = scratch;
        const database = (): string => own?.name ?? String(dbname);
        const { target } = access;
        const given = target.kind === 'server' ? target.config.applicationName : process.env.PGAPPNAME;
        const conditions: Conditions = {
          server,
          database,
          settings: values.regress ? await regressSettings(server, database()) : {},
          applicationName: (name) => (values.regress ? `isolation/${name}` : given || 'pg-tutor'),
          view: values.view === true,
          signal,
        };
        let good = true;
        for (const [index, file] of positionals.entries()) {
          if (signal.aborted) break;
          if (positionals.length > 1) output.write(`${index > 0 ? '\n' : ''}== ${file}\n`);
          let ended = false;
          try {
            ended = await runFile(file, conditions, output);
          } catch (error) {
            output.warn(`${describeError(error, globals.debug)}\n`);
          }
          good &&= ended;
          // What a spec that did not get to its end has left must not disturb the next.
          if (!ended && index < positionals.length - 1 && !signal.aborted) await scratch?.reset();
        }
        return good ? exitCodes.ok : exitCodes.failed;
      } finally {
        output.flush();
        await scratch?.drop();
        await access.close();
      }
    });
  },
};
