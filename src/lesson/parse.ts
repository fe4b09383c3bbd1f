import { BodyReader } from './body.ts';
import { findContradictions } from './contradictions.ts';
import { maxLessonBytes, tooLarge } from './decode.ts';
import { readFrontMatter } from './front-matter.ts';
import { collectProblems, hasError, type Problems, sortProblems } from './problems.ts';
import { readMarkdown } from './prose.ts';
import { checkReferences, checkVersions } from './references.ts';
import type { Lesson, ModuleInfo, ParsedLesson } from './types.ts';

export type LessonContext = {
  readonly file: string;
  readonly module: ModuleInfo;
  readonly id: string;
  readonly number: string;
};

/** Markdown to lesson. Pure; never throws: whatever is wrong is among the problems, with its place. */
export const parseLesson = (text: string, context: LessonContext): ParsedLesson => {
  const problems = collectProblems();
  const lesson = read(text, context, problems);
  const list = sortProblems(problems.list);
  return { lesson: hasError(list) ? null : lesson, problems: list };
};

const read = (original: string, context: LessonContext, problems: Problems): Lesson | null => {
  const top = { file: context.file, line: 1, column: 1 };
  if (original.length > maxLessonBytes) {
    problems.error(top, tooLarge);
    return null;
  }
  const text = original.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const lines = text.split('\n');
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const before = text.slice(0, nul).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    problems.error({ ...top, line: before.length, column }, 'not a text file: it contains a NUL byte');
    return null;
  }
  if (text.trim() === '') {
    problems.error(top, 'the file is empty');
    return null;
  }

  const { front, length } = readFrontMatter(context.file, lines, problems);
  // Blank lines in place of the front matter keep every line number true.
  const markdown = '\n'.repeat(length) + lines.slice(length).join('\n');
  const nodes = readMarkdown(markdown, top, problems);
  if (!nodes) return null;
  const body = new BodyReader(context.file, lines, front?.title ?? 'Introduction', problems);
  body.read(nodes);
  if (body.pages.length === 0 && length < lines.length)
    problems.error({ ...top, line: length + 1 }, 'the lesson has no pages; a page begins with a ## heading');

  const used = new Set(body.steps.flatMap((step) => (step.kind === 'sql' ? [step.session] : [])));
  const sessions = used.size > 0 ? [...used] : ['you'];
  for (const { set } of body.claims) findContradictions(set, problems);
  checkReferences(body.claims, body.steps, sessions, problems);
  if (!front) return null;
  checkVersions([...body.setup, ...body.steps], front.needs.postgres, problems);
  return {
    ...context,
    ...front,
    counts: {
      pages: body.pages.length,
      predictions: body.predictions,
      exercises: body.exercises,
      sessions: sessions.length,
    },
    setup: body.setup,
    sessions,
    pages: body.pages,
  };
};
