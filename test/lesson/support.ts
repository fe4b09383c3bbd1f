import type { LessonContext } from '../../src/lesson/parse.ts';
import { parseLesson } from '../../src/lesson/parse.ts';
import type { Lesson, ParsedLesson } from '../../src/lesson/types.ts';

export const context: LessonContext = {
  file: 'x.md',
  id: 'transactions/x',
  number: '6.4',
  module: { slug: 'transactions', number: 6, title: 'Transactions', summary: 'Who waits.' },
};

export const parse = (text: string): ParsedLesson => parseLesson(text, context);

/** `12:3 error message`, one for each problem. */
export const problemsOf = (text: string): string[] =>
  parse(text).problems.map(
    ({ position, severity, message }) => `${position.line}:${position.column} ${severity} ${message}`,
  );

export const lessonOf = (text: string): Lesson => {
  const { lesson, problems } = parse(text);
  if (!lesson) throw new Error(`expected a lesson, found ${JSON.stringify(problems)}`);
  return lesson;
};

/** Five lines, so that a body begins on line 6. */
export const front = '---\ntitle: T\nsummary: S\nminutes: 5\n---\n';

/** A page (line 6), a step of alice's (lines 7-9); what follows begins on line 10. */
export const step = `${front}## P\n\`\`\`sql alice #one\nselect 1;\n\`\`\`\n`;

/** A fenced block. */
export const fence = (info: string, ...lines: string[]): string =>
  ['```'.concat(info), ...lines, '```', ''].join('\n');
