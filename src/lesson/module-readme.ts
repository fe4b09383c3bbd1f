import type { RootContent } from 'mdast';
import { toString as plainText } from 'mdast-util-to-string';
import type { Problems } from './problems.ts';
import { readMarkdown } from './prose.ts';

/** A module's README.md: its first heading is the title, its first paragraph the summary. */
export const parseModuleReadme = (
  text: string,
  file: string,
  problems: Problems,
): { title: string | null; summary: string } => {
  const top = { file, line: 1, column: 1 };
  const nodes = readMarkdown(text, top, problems) ?? [];
  const first = (type: RootContent['type']): string => {
    const node = nodes.find((candidate) => candidate.type === type);
    return node ? plainText(node, { includeHtml: false }).replace(/\s+/g, ' ').trim() : '';
  };
  const title = first('heading');
  const summary = first('paragraph');
  if (title === '') problems.warning(top, 'a module README begins with a heading: the title of the module');
  if (summary === '') problems.warning(top, 'a module README has a paragraph: the summary of the module');
  return { title: title || null, summary };
};
