import type { Definition, List, ListItem, RootContent } from 'mdast';
import type { Admonition, ProseNode } from '../lesson/types.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Highlighter, plainHighlighter } from '../text/highlight.ts';
import { type Color, type Line, type Span, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { displayWidth, lineWidth, padEnd, padStart } from '../text/width.ts';
import { wrapCode, wrapLine } from '../text/wrap.ts';
import { type Definitions, inlineLines } from './inline.ts';
import { rule } from './lines.ts';
import { drawProseTable } from './prose-table.ts';

export type ProseOptions = {
  readonly width: number;
  readonly glyphs: Glyphs;
  /** Colours fenced SQL and JSON; they stay plain without it. */
  readonly highlight?: Highlighter;
};

type Context = Required<ProseOptions> & { readonly definitions: Definitions };

/** Nested blocks keep at least this many columns; what then stands over is wrapped once more at the end. */
const narrowest = 8;

const admonitions: Record<Admonition['kind'], { readonly word: string; readonly color: Color }> = {
  note: { word: 'Note', color: 'blue' },
  tip: { word: 'Tip', color: 'green' },
  important: { word: 'Important', color: 'magenta' },
  warning: { word: 'Warning', color: 'yellow' },
  caution: { word: 'Caution', color: 'red' },
};

const languageOf = (lang: string | null | undefined): 'sql' | 'json' | 'text' => {
  const name = (lang ?? '').toLowerCase();
  if (['sql', 'pgsql', 'postgres', 'postgresql', 'plpgsql'].includes(name)) return 'sql';
  return name === 'json' ? 'json' : 'text';
};

/** Puts `first` before the first line and as many spaces before the others. */
const hanging = (lines: readonly Line[], first: Span): Line[] => {
  const rest = span(' '.repeat(displayWidth(first.text)));
  return lines.map((line, index) => {
    if (index === 0) return [first, ...line];
    return line.length > 0 ? [rest, ...line] : [];
  });
};

const inner = (context: Context, prefix: number): Context => ({
  ...context,
  width: Math.max(narrowest, context.width - prefix),
});

const drawBar = (lines: readonly Line[], bar: Span): Line[] => lines.map((line) => [bar, ...line]);

const drawAdmonition = (node: Admonition, context: Context): Line[] => {
  const { word, color } = admonitions[node.kind];
  const title: Line = [span(word, { bold: true, color })];
  const content = drawBlocks(node.children, inner(context, 2));
  return drawBar([title, ...content], span(`${context.glyphs.quoteBar} `, { color }));
};

const markerOf = (list: List, item: ListItem, index: number, glyphs: Glyphs): string => {
  const marker = list.ordered ? `${(list.start ?? 1) + index}.` : glyphs.bullet;
  return item.checked === null || item.checked === undefined
    ? marker
    : `${list.ordered ? `${marker} ` : ''}[${item.checked ? 'x' : ' '}]`;
};

const drawList = (list: List, context: Context): Line[] => {
  const markers = list.children.map((item, index) => markerOf(list, item, index, context.glyphs));
  const markerWidth = Math.max(0, ...markers.map(displayWidth));
  const loose = list.spread || list.children.some((item) => item.spread);
  return list.children.flatMap((item, index) => {
    const blocks = drawBlocks(item.children, inner(context, markerWidth + 1), loose === true);
    const lines = blocks.length > 0 ? blocks : [[]];
    const marker = markers[index] ?? '';
    const drawn = hanging(
      lines,
      span(`${list.ordered ? padStart(marker, markerWidth) : padEnd(marker, markerWidth)} `),
    );
    return loose && index > 0 ? [[], ...drawn] : drawn;
  });
};

const drawBlock = (node: ProseNode, context: Context): Line[] => {
  const { width, glyphs, definitions } = context;
  switch (node.type) {
    case 'paragraph':
      return inlineLines(node.children, definitions).flatMap((line) => wrapLine(line, width));
    case 'heading':
      return inlineLines(node.children, definitions, { bold: true }).flatMap((line) => wrapLine(line, width));
    case 'list':
      return drawList(node, context);
    case 'blockquote':
      return drawBar(
        drawBlocks(node.children, inner(context, 2)),
        span(`${glyphs.quoteBar} `, { dim: true }),
      );
    case 'admonition':
      return drawAdmonition(node, context);
    case 'code': {
      const lines = context.highlight(node.value, languageOf(node.lang));
      const wrapped = lines.flatMap((line) => wrapCode(line, Math.max(narrowest, width - 2)));
      return wrapped.map((line) => (line.length > 0 ? [span('  '), ...line] : line));
    }
    case 'table':
      return drawProseTable(
        node.children.map((row, index) =>
          row.children.map((cell) =>
            inlineLines(cell.children, definitions, index === 0 ? { bold: true } : undefined),
          ),
        ),
        node.align ?? [],
        context,
      );
    case 'thematicBreak':
      return [rule(width, glyphs)];
    case 'footnoteDefinition': {
      const label = `[${sanitizeLine(node.label ?? node.identifier)}] `;
      const lines = drawBlocks(node.children, inner(context, displayWidth(label)));
      return hanging(lines, span(label, { dim: true }));
    }
    default:
      return [];
  }
};

const drawBlocks = (nodes: readonly ProseNode[], context: Context, spaced = true): Line[] => {
  const blocks = nodes
    .map((node) => drawBlock(node, context))
    .filter((lines) => lines.some((line) => line.length > 0));
  return blocks.flatMap((lines, index) => (spaced && index > 0 ? [[], ...lines] : lines));
};

const collectDefinitions = (nodes: readonly (ProseNode | RootContent)[]): Map<string, Definition> => {
  const found = new Map<string, Definition>();
  const walk = (node: ProseNode | RootContent): void => {
    if (node.type === 'definition' && !found.has(node.identifier)) found.set(node.identifier, node);
    if ('children' in node) for (const child of node.children) walk(child);
  };
  for (const node of nodes) walk(node);
  return found;
};

/**
 * Markdown as lines of at most `width` columns, one blank line between blocks and none at the end. HTML and what
 * has no text is left out.
 */
export const layoutProse = (nodes: readonly ProseNode[], options: ProseOptions): Line[] => {
  const width = Math.max(1, options.width);
  const context: Context = {
    ...options,
    width,
    highlight: options.highlight ?? plainHighlighter,
    definitions: collectDefinitions(nodes),
  };
  return drawBlocks(nodes, context).flatMap((line) =>
    lineWidth(line) > width ? wrapLine(line, width) : [line],
  );
};
