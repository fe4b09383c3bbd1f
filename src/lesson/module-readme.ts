import type { RootContent } from 'mdast';
import { toString as plainText } from 'mdast-util-to-string';
import { makeExcerpt } from './excerpt.ts';
import type { Problems } from './problems.ts';
import { readMarkdown } from './prose.ts';
import { list, mapping, pattern, readShape } from './schema.ts';
import { readYaml } from './yaml.ts';

const frontMatter = mapping('{ after: [module, …] }', {
  after: list(
    pattern('the name of a module such as types, without its number', /^[a-z0-9]+(-[a-z0-9]+)*$/),
    'a list of modules such as [types, querying]',
  ),
});

/** Modules to do before, from an optional front matter, and the text with blank lines in its place. */
const readAfter = (
  text: string,
  file: string,
  problems: Problems,
): { readonly after: readonly string[]; readonly body: string } => {
  const lines = text.split('\n');
  const end =
    lines[0]?.trimEnd() === '---' ? lines.findIndex((line, at) => at > 0 && line.trimEnd() === '---') : -1;
  if (end < 0) return { after: [], body: text };
  const source = readYaml(makeExcerpt(file, lines, 2, lines.slice(1, end).join('\n')), problems);
  const data = source && readShape(frontMatter, source, problems);
  return { after: data?.after ?? [], body: '\n'.repeat(end + 1) + lines.slice(end + 1).join('\n') };
};

/**
 * A module's README.md: its first heading is the title, its first paragraph the summary; front matter may name the
 * modules that are best done before it.
 */
export const parseModuleReadme = (
  text: string,
  file: string,
  problems: Problems,
): { title: string | null; summary: string; after: readonly string[] } => {
  const top = { file, line: 1, column: 1 };
  const { after, body } = readAfter(text.replace(/\r\n?/g, '\n'), file, problems);
  const nodes = readMarkdown(body, top, problems) ?? [];
  const first = (type: RootContent['type']): string => {
    const node = nodes.find((candidate) => candidate.type === type);
    return node ? plainText(node, { includeHtml: false }).replace(/\s+/g, ' ').trim() : '';
  };
  const title = first('heading');
  const summary = first('paragraph');
  if (title === '') problems.warning(top, 'a module README begins with a heading: the title of the module');
  if (summary === '') problems.warning(top, 'a module README has a paragraph: the summary of the module');
  return { title: title || null, summary, after };
};
