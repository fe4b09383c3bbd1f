import type { Lesson } from '../lesson/types.ts';
import { initialPlayerState, type PlayerState, reducePlayer } from '../player/state.ts';
import { toAnsi } from '../text/ansi.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Highlighter } from '../text/highlight.ts';
import type { ClaimCheck, RunEvent } from '../timeline/events.ts';
import { toJson } from './json.ts';
import { Narrator } from './narrator.ts';
import { lessonReport } from './report.ts';
import { TextWriter } from './text.ts';

export const transcriptFormats = ['text', 'markdown', 'json', 'jsonl'] as const;
export type TranscriptFormat = (typeof transcriptFormats)[number];

export const isTranscriptFormat = (name: string): name is TranscriptFormat =>
  transcriptFormats.some((format) => format === name);

export type TranscriptOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  readonly highlight: Highlighter;
  /** Colours and bold, in the text format. */
  readonly style: boolean;
  readonly write: (text: string) => void;
};

type Summary = { readonly checks: readonly ClaimCheck[]; readonly error: string | null };

/** A run written down while it happens; nothing written is ever changed. */
export type Transcript = {
  event(event: RunEvent): void;
  /** After the last event of a lesson. */
  end(summary: Summary): void;
};

const textTranscript = (lesson: Lesson, options: TranscriptOptions): Transcript => {
  const { width, glyphs, highlight, style, write } = options;
  const narrator = new Narrator(lesson);
  const writer = new TextWriter({ lesson, width, glyphs, highlight, asked: false });
  return {
    event(event) {
      const lines = narrator.take(event).flatMap((item) => writer.write(item));
      const text = lines.map((line) => `${toAnsi(line, { color: style, style }).trimEnd()}\n`).join('');
      if (text !== '') write(text);
    },
    end: () => {},
  };
};

const jsonTranscript = (lesson: Lesson, { write }: TranscriptOptions): Transcript => {
  let state = initialPlayerState(lesson);
  const pages = new Map<string, PlayerState>();
  return {
    event(event) {
      state = reducePlayer(state, event);
      if (state.phase !== 'starting') pages.set(state.page, state);
    },
    end(summary) {
      write(`${toJson(lessonReport(lesson, pages, summary), 2)}\n`);
    },
  };
};

const jsonlTranscript = (_lesson: Lesson, { write }: TranscriptOptions): Transcript => ({
  event: (event) => write(`${toJson(event)}\n`),
  end: () => {},
});

const markdownTranscript = async (
  lesson: Lesson,
  { glyphs, write }: TranscriptOptions,
): Promise<Transcript> => {
  const { MarkdownWriter } = await import('./markdown.ts');
  const narrator = new Narrator(lesson);
  const writer = new MarkdownWriter(glyphs);
  return {
    event(event) {
      const text = narrator
        .take(event)
        .map((item) => writer.write(item))
        .join('');
      if (text !== '') write(text);
    },
    end() {
      write(writer.end());
    },
  };
};

export const createTranscript = async (
  format: TranscriptFormat,
  lesson: Lesson,
  options: TranscriptOptions,
): Promise<Transcript> => {
  switch (format) {
    case 'text':
      return textTranscript(lesson, options);
    case 'markdown':
      return markdownTranscript(lesson, options);
    case 'json':
      return jsonTranscript(lesson, options);
    case 'jsonl':
      return jsonlTranscript(lesson, options);
  }
};
