import type { Blockquote, Nodes, RootContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { didYouMean } from './closest.ts';
import type { Problems } from './problems.ts';
import type { Admonition, Position, ProseNode } from './types.ts';

/** A line that opens dozens of quotes and lists, each inside the one before it. */
const deepLine = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])[ \t])){60}/m;

/** @returns null after an error, which is then among the problems */
export const readMarkdown = (text: string, position: Position, problems: Problems): RootContent[] | null => {
  // The parser would take minutes for it.
  const deep = deepLine.exec(text);
  if (deep) {
    const line = position.line + text.slice(0, deep.index).split('\n').length - 1;
    problems.error({ ...position, line, column: 1 }, 'nested too deeply');
    return null;
  }
  try {
    return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }).children;
  } catch (error) {
    // The library nests calls as deep as the text nests quotes and lists.
    if (!(error instanceof RangeError)) throw error;
    problems.error(position, 'nested too deeply');
    return null;
  }
};

const kinds = ['note', 'tip', 'important', 'warning', 'caution'] as const;

/** `> [!NOTE]` as the first line of a quote, the way GitHub writes admonitions. */
const toAdmonition = (quote: Blockquote, place: Position, problems: Problems): ProseNode => {
  const [paragraph] = quote.children;
  if (paragraph?.type !== 'paragraph') return quote;
  const [first] = paragraph.children;
  if (first?.type !== 'text') return quote;
  const marker = /^\[!([A-Za-z]+)\][ \t]*(?:\n|$)/.exec(first.value);
  if (!marker?.[1]) return quote;
  const word = marker[1].toLowerCase();
  const kind = kinds.find((known) => known === word);
  if (!kind) {
    problems.warning(
      place,
      `[!${marker[1]}] is no kind of note${didYouMean(word, kinds) || `; known are ${kinds.join(', ')}`}`,
    );
    return quote;
  }
  first.value = first.value.slice(marker[0].length);
  if (first.value === '') paragraph.children.shift();
  if (paragraph.children[0]?.type === 'break') paragraph.children.shift();
  const children = paragraph.children.length > 0 ? quote.children : quote.children.slice(1);
  return { type: 'admonition', kind, children } satisfies Admonition;
};

const unsupported: Partial<Record<Nodes['type'], string>> = {
  linkReference: 'a link by reference is not shown as one; write [text](https://…)',
  imageReference: 'pictures are not shown in a terminal',
  image: 'pictures are not shown in a terminal',
  footnoteReference: 'footnotes are not supported; write the remark where it belongs',
};

const isComment = (html: string): boolean => html.trimStart().startsWith('<!--');

type Place = (node: Nodes) => Position;

/** Nodes below nodes; what is drawn later may walk the tree by recursion. */
const maxDepth = 50;

/** Takes HTML out of a tree and warns of what a terminal cannot show. */
const clean = (node: Nodes, place: Place, problems: Problems, depth = 0): void => {
  if (depth > maxDepth) {
    problems.error(place(node), 'nested too deeply');
    return;
  }
  const remark = unsupported[node.type];
  if (remark) problems.warning(place(node), remark);
  if (node.type === 'code' && /^(sql|expect|predict|view)$/.test(node.lang ?? '') && node.meta !== 'show')
    problems.warning(
      place(node),
      `a ${node.lang} block inside a list or a quote is shown, not run; start it at the left margin, or write "sql show"`,
    );
  if (!('children' in node)) return;
  for (let index = node.children.length - 1; index >= 0; index--) {
    const child = node.children[index];
    if (child?.type === 'html') {
      warnOfHtml(child.value, place(child), problems);
      node.children.splice(index, 1);
    } else if (child) clean(child, place, problems, depth + 1);
  }
};

const warnOfHtml = (html: string, position: Position, problems: Problems): void => {
  if (!isComment(html)) problems.warning(position, 'HTML is left out; write Markdown');
  else if (/^<!--\s*notes:/.test(html.trimStart()))
    problems.warning(position, 'notes are read only when the comment stands on lines of its own');
};

/** A node at the top of a page as it is shown; null when nothing of it is. */
export const toProse = (node: RootContent, place: Place, problems: Problems): ProseNode | null => {
  if (node.type === 'html') {
    warnOfHtml(node.value, place(node), problems);
    return null;
  }
  if (node.type === 'definition' || node.type === 'footnoteDefinition') return null;
  if (node.type !== 'code') clean(node, place, problems);
  if (node.type === 'paragraph' && node.children.length === 0) return null;
  return node.type === 'blockquote' ? toAdmonition(node, place(node), problems) : node;
};

/** `<!-- notes: … -->`, for the instructor. */
export const readNotes = (html: string): string | null => {
  const match = /^\s*<!--\s*notes:([\s\S]*?)-->\s*$/.exec(html);
  return match?.[1]?.trim() ?? null;
};

/** A comment without end, which hides the rest of the file. */
export const isOpenComment = (html: string): boolean => isComment(html) && !html.includes('-->');
