import type { Lesson } from '../../lesson/types.ts';
import { falseClaimInWords } from '../../plain/sentences.ts';
import {
  createTranscript,
  isTranscriptFormat,
  type TranscriptFormat,
  type TranscriptOptions,
  transcriptFormats,
} from '../../plain/transcript.ts';
import type { RunSummary } from '../../player/run-lesson.ts';
import type { Server } from '../../postgres/types.ts';
import { loadHighlighter, plainHighlighter } from '../../text/highlight.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import type { Command } from '../command.ts';
import { exitCodes, Failure, UsageError } from '../errors.ts';
import { untilSignal } from '../leaving.ts';
import { needLesson } from '../lessons.ts';
import { unmetOn } from '../needs.ts';
import { serverAccess } from '../server.ts';
import { say, textSettings } from '../terminal.ts';

const formatFrom = (value: unknown): TranscriptFormat => {
  if (value === undefined) return 'text';
  if (typeof value === 'string' && isTranscriptFormat(value)) return value;
  throw new UsageError(`unknown format ${String(value)}; known are ${transcriptFormats.join(', ')}`);
};

/** Says on stderr what did not hold. @returns whether everything did */
const tellFailures = (lesson: Lesson, { checks, failed, error }: RunSummary): boolean => {
  const name = sanitizeLine(`${lesson.number} ${lesson.title}`);
  if (error !== null) say(`${name}: could not be played to its end: ${sanitizeLine(error)}`);
  if (failed.length > 0) {
    say(
      `${name}: ${failed.length} of ${checks.length} claims ${failed.length === 1 ? 'does' : 'do'} not hold:`,
    );
    for (const check of failed) say(`  ${falseClaimInWords(check)}`);
  }
  return error === null && failed.length === 0;
};

type RunOptions = {
  readonly format: TranscriptFormat;
  readonly output: TranscriptOptions;
  readonly signal: AbortSignal;
};

const runOne = async (
  lesson: Lesson,
  server: Server,
  { format, output, signal }: RunOptions,
): Promise<boolean> => {
  const unmet = await unmetOn(server, lesson.needs);
  if (unmet.length > 0) {
    throw new Failure(
      `lesson ${lesson.number} needs ${unmet.join(', ')}; the server is PostgreSQL ${server.info.version}.`,
      'pg-tutor doctor shows what the server has.',
    );
  }
  const { runLesson } = await import('../../player/run-lesson.ts');
  const transcript = await createTranscript(format, lesson, output);
  const summary = await runLesson({
    lesson,
    server,
    signal,
    solve: true,
    onEvent: (event) => {
      if (!signal.aborted) transcript.event(event);
    },
  });
  if (signal.aborted) return false;
  transcript.end(summary);
  return tellFailures(lesson, summary);
};

export const command: Command = {
  usage: 'run <lesson>...',
  description: `Plays lessons from start to end without asking, and writes down what happened.
Predictions are answered by what the server did; every claim is checked.
Exit code 1: a claim did not hold, or a lesson could not be played.`,
  options: {
    format: {
      type: 'string',
      value: 'FORMAT',
      help: 'text (default), markdown, json (one array), or jsonl (the events)',
    },
  },
  maxPositionals: Number.POSITIVE_INFINITY,
  async run({ globals, values, positionals }) {
    const format = formatFrom(values.format);
    if (positionals.length === 0) throw new UsageError('which lesson? For example: pg-tutor run 6.4');
    return untilSignal(async (signal) => {
      const lessons = await Promise.all(positionals.map((wanted) => needLesson(globals.lessons, wanted)));
      const access = await serverAccess(globals);
      try {
        const server = await access.open();
        const settings = textSettings();
        const style = settings.style && format === 'text' && !globals.plain;
        const highlight = style ? await loadHighlighter() : plainHighlighter;
        const write = (text: string): void => {
          process.stdout.write(text);
        };
        let good = true;
        if (format === 'json') write('[');
        for (const [index, lesson] of lessons.entries()) {
          if (signal.aborted) break;
          if (index > 0 && format !== 'jsonl') write(format === 'json' ? ',' : '\n');
          const output = { ...settings, style, highlight, write };
          good = (await runOne(lesson, server, { format, output, signal })) && good;
        }
        if (format === 'json') write(']\n');
        return good ? exitCodes.ok : exitCodes.failed;
      } finally {
        await access.close();
      }
    });
  },
};
