import { parseLesson } from '../../src/lesson/parse.ts';
import type { Lesson } from '../../src/lesson/types.ts';

/** A lesson of its pages alone. @throws when it has problems */
export const lessonOf = (pages: string, front = ''): Lesson => {
  const text = `---\ntitle: Test\nsummary: A lesson of a test.\nminutes: 1\n${front}---\n\n${pages}`;
  const { lesson, problems } = parseLesson(text, {
    file: 'test.md',
    id: 'test/lesson',
    number: '9.9',
    module: { slug: 'test', number: 9, title: 'Test', summary: '' },
  });
  if (!lesson)
    throw new Error(problems.map(({ position, message }) => `${position.line}: ${message}`).join('\n'));
  return lesson;
};

/** A fenced block. */
export const fence = (info: string, body: string): string => `\`\`\`${info}\n${body}\n\`\`\`\n`;
