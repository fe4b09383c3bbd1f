import type { Definition, PhrasingContent } from 'mdast';
import { type Line, lineText, type Span, type Style, span } from '../text/line.ts';
import { sanitize } from '../text/sanitize.ts';

/** What reference links are resolved with, by identifier. */
export type Definitions = ReadonlyMap<string, Definition>;

/** A space where the source has a line break: only `break` starts a new line. */
const flow = (text: string): string => sanitize(text).replace(/\s*\n\s*/g, ' ');

const manualPage = /^https:\/\/www\.postgresql\.org\/docs\/[^/]+\/([\w-]+)\.html(#.*)?$/;

/**
 * Where a link leads, for those who cannot click: nothing when its text says it already, and of the PostgreSQL manual the
 * name of the page, since the end of a lesson has the addresses.
 */
const target = (url: string, text: string): Span[] => {
  const shown = sanitize(url).replaceAll('\n', '');
  const bare = (address: string): string => address.replace(/^(mailto:|https?:\/\/)/i, '').replace(/\/$/, '');
  if (shown === '' || shown.startsWith('#') || bare(shown) === bare(text)) return [];
  return [span(` (${manualPage.exec(shown)?.[1] ?? shown})`, { dim: true })];
};

/**
 * Text with emphasis, code and links as lines: one, or more where the source has hard breaks. Not wrapped.
 * HTML is left out but for `<br>`.
 */
export const inlineLines = (
  nodes: readonly PhrasingContent[],
  definitions: Definitions,
  base: Style = {},
): Line[] => {
  const lines: Span[][] = [[]];
  const add = (text: string, own: Style): void => {
    if (text !== '') lines.at(-1)?.push(Object.keys(own).length > 0 ? span(text, own) : span(text));
  };
  const link = (children: readonly PhrasingContent[], url: string, own: Style): void => {
    const text = inlineLines(children, definitions).map(lineText).join(' ');
    walk(children, { ...own, underline: true });
    lines.at(-1)?.push(...target(url, text));
  };
  const walk = (children: readonly PhrasingContent[], own: Style): void => {
    for (const node of children) {
      switch (node.type) {
        case 'text':
          add(flow(node.value), own);
          break;
        case 'strong':
          walk(node.children, { ...own, bold: true });
          break;
        case 'emphasis':
          walk(node.children, { ...own, italic: true });
          break;
        case 'inlineCode':
          add(flow(node.value), { ...own, color: 'cyan' });
          break;
        case 'delete': {
          const style = { ...own, dim: true };
          add('~~', style);
          walk(node.children, style);
          add('~~', style);
          break;
        }
        case 'link':
          link(node.children, node.url, own);
          break;
        case 'linkReference':
          link(node.children, definitions.get(node.identifier)?.url ?? '', own);
          break;
        case 'image':
        case 'imageReference':
          add(flow(node.alt ?? ''), { ...own, italic: true });
          break;
        case 'footnoteReference':
          add(`[${flow(node.label ?? node.identifier)}]`, { ...own, dim: true });
          break;
        case 'break':
          lines.push([]);
          break;
        case 'html':
          if (/^<br\s*\/?>$/i.test(node.value)) lines.push([]);
          break;
      }
    }
  };
  walk(nodes, base);
  return lines;
};
