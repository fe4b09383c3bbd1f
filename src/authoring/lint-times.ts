import type { Lesson, Position, ProseNode } from '../lesson/types.ts';
import { exerciseBlocks } from './lint-blocks.ts';

/** A number of milliseconds or less. Seconds are waits that people feel, and timeouts that are set. */
const time = /\b\d[\d.,]*\s?(?:ms|milliseconds?|µs|us|microseconds?)\b/;

type Node = ProseNode | { readonly type: string; readonly children?: readonly Node[] };
type Told = { readonly position: Position; readonly words: string };

const inText = (text: string, position: Position): Told[] => {
  const [words] = time.exec(text) ?? [];
  return words === undefined ? [] : [{ position, words }];
};

/** Words outside of code, which may well set a timeout of 200 ms. */
const inNodes = (nodes: readonly Node[], position: Position): Told[] =>
  nodes.flatMap((node) => {
    if (node.type === 'code' || node.type === 'inlineCode') return [];
    if ('value' in node && typeof node.value === 'string') return inText(node.value, position);
    return 'children' in node && node.children ? inNodes(node.children, position) : [];
  });

/** Times that the lesson's words claim. */
export const timesInProse = (lesson: Lesson): Told[] => [
  ...lesson.pages.flatMap((page) =>
    page.blocks.flatMap((block) => {
      if (block.kind === 'prose')
        return block.nodes.flatMap((node) => {
          const start = 'position' in node ? node.position?.start : undefined;
          const { file, line, column } = block.position;
          return inNodes([node], { file, line: start?.line ?? line, column: start?.column ?? column });
        });
      if (block.kind !== 'prediction') return [];
      return [
        ...inText(block.question.replace(/`[^`]*`/g, ''), block.position),
        ...block.choices.flatMap(({ text, position }) => inText(text.replace(/`[^`]*`/g, ''), position)),
        ...inNodes(block.why, block.position),
      ];
    }),
  ),
  ...exerciseBlocks(lesson).flatMap((exercise) =>
    inNodes([...exercise.task, ...exercise.explanation, ...exercise.hints.flat()], exercise.position),
  ),
];
