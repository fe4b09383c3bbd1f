import type { Exercise, Lesson } from '../lesson/types.ts';

export const exerciseBlocks = (lesson: Lesson): Exercise[] =>
  lesson.pages.flatMap((page) => page.blocks.filter((block): block is Exercise => block.kind === 'exercise'));
