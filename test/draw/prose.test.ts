import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import { layoutProse } from '../../src/draw/prose.ts';
import type { ProseNode } from '../../src/lesson/types.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/text/glyphs.ts';
import { loadHighlighter } from '../../src/text/highlight.ts';
import { type Line, lineText } from '../../src/text/line.ts';
import { lineWidth } from '../../src/text/width.ts';
import { nastyRaw } from '../text/nasty.ts';

const parse = (markdown: string): ProseNode[] =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }).children;

const layout = (markdown: string, width = 40): Line[] =>
  layoutProse(parse(markdown), { width, glyphs: unicodeGlyphs });

const drawn = (markdown: string, width = 40): string[] => layout(markdown, width).map(lineText);

describe('layoutProse', () => {
  it('wraps paragraphs, with one blank line between blocks and none at the end', () => {
    expect(drawn('One two three four five.\nSix.\n\nSeven.\n\n', 20)).toEqual([
      'One two three four',
      'five. Six.',
      '',
      'Seven.',
    ]);
  });

  it('styles what is emphasized', () => {
    expect(layout('a **b** *c* ***d*** `e` ~~f~~')).toEqual([
      [
        { text: 'a ' },
        { text: 'b', style: { bold: true } },
        { text: ' ' },
        { text: 'c', style: { italic: true } },
        { text: ' ' },
        { text: 'd', style: { italic: true, bold: true } },
        { text: ' ' },
        { text: 'e', style: { color: 'cyan' } },
        { text: ' ' },
        { text: '~~f~~', style: { dim: true } },
      ],
    ]);
  });

  it('says where links lead unless their text does', () => {
    expect(
      drawn('[manual](https://a.org/b) <https://a.org> [here](#x) https://b.org/ <me@a.org>', 100),
    ).toEqual(['manual (https://a.org/b) https://a.org here https://b.org/ me@a.org']);
    expect(
      drawn('[locks](https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS), too', 100),
    ).toEqual(['locks (explicit-locking), too']);
    expect(drawn('see [the page][1] and [`x`]\n\n[1]: https://a.org "Title"\n[`x`]: y.md', 100)).toEqual([
      'see the page (https://a.org) and x (y.md)',
    ]);
  });

  it('keeps hard breaks, shows the text of images, leaves out HTML', () => {
    expect(drawn('a\\\nb<br>c <b>d</b> ![alt](x.png)\n\n<div>\nno\n</div>\n\n<!-- no -->')).toEqual([
      'a',
      'b',
      'c d alt',
    ]);
  });

  it('draws lists', () => {
    expect(drawn('- one two three\n- four\n  1. five\n  2. six\n\n     seven\n', 12)).toEqual([
      '• one two',
      '  three',
      '• four',
      '  1. five',
      '',
      '  2. six',
      '',
      '     seven',
    ]);
    expect(drawn('9. a\n10. b\n')).toEqual([' 9. a', '10. b']);
    expect(drawn('- [x] a\n- [ ] b')).toEqual(['[x] a', '[ ] b']);
    expect(drawn('- a\n\n- b')).toEqual(['• a', '', '• b']);
    expect(drawn('-\n- b')).toEqual(['• ', '• b']);
  });

  it('draws quotes and admonitions with a bar', () => {
    expect(drawn('> a\n>\n> > b')).toEqual(['▌ a', '▌ ', '▌ ▌ b']);
    const [quote] = parse('> Mind the **gap**.');
    if (quote?.type !== 'blockquote') throw new Error('not a quote');
    const node: ProseNode = { type: 'admonition', kind: 'warning', children: quote.children };
    expect(layoutProse([node], { width: 12, glyphs: unicodeGlyphs })).toEqual([
      [
        { text: '▌ ', style: { color: 'yellow' } },
        { text: 'Warning', style: { bold: true, color: 'yellow' } },
      ],
      [{ text: '▌ ', style: { color: 'yellow' } }, { text: 'Mind the' }],
      [{ text: '▌ ', style: { color: 'yellow' } }, { text: 'gap', style: { bold: true } }, { text: '.' }],
    ]);
    expect(layoutProse([node], { width: 40, glyphs: asciiGlyphs }).map(lineText)).toEqual([
      '| Warning',
      '| Mind the gap.',
    ]);
  });

  it('indents code, wraps it and colours SQL', async () => {
    const highlight = await loadHighlighter();
    const code = '```sql\nselect 1\n\n  from a_table where x = 1;\n```\n\n```\nselect 1\n```';
    const lines = layoutProse(parse(code), { width: 20, glyphs: unicodeGlyphs, highlight });
    expect(lines.map(lineText)).toEqual([
      '  select 1',
      '',
      '    from a_table',
      '      where x = 1;',
      '',
      '  select 1',
    ]);
    expect(lines[0]?.[1]).toEqual({ text: 'select', style: { bold: true } });
    expect(lines[5]?.[1]).toEqual({ text: 'select 1' });
  });

  it('draws headings and rules', () => {
    expect(layout('# A `b`\n\n---', 5)).toEqual([
      [
        { text: 'A ', style: { bold: true } },
        { text: 'b', style: { bold: true, color: 'cyan' } },
      ],
      [],
      [{ text: '─────', style: { dim: true } }],
    ]);
  });

  it('draws footnotes', () => {
    expect(drawn('a[^n]\n\n[^n]: The note goes on.', 12)).toEqual([
      'a[n]',
      '',
      '[n] The note',
      '    goes on.',
    ]);
  });

  describe('tables', () => {
    const table =
      '| level | n | what it does |\n|:--|--:|:-:|\n| **one** | 10 | a |\n| two | 9 | bb cc dd ee ff |\n| x |\n';

    it('are as wide as they need to be', () => {
      expect(drawn(table).map((line) => line.trimEnd())).toEqual([
        'level │  n │  what it does',
        '──────┼────┼───────────────',
        'one   │ 10 │       a',
        'two   │  9 │ bb cc dd ee ff',
        'x     │    │',
      ]);
    });

    it('wrap their widest cells', () => {
      expect(drawn(table, 24).map((line) => line.trimEnd())).toEqual([
        'level │  n │   what it',
        '      │    │    does',
        '──────┼────┼────────────',
        'one   │ 10 │      a',
        'two   │  9 │ bb cc dd ee',
        '      │    │     ff',
        'x     │    │',
      ]);
    });

    it('become records where even that does not fit', () => {
      expect(drawn(table, 16)).toEqual([
        'level: one',
        'n: 10',
        'what it does: a',
        '',
        'level: two',
        'n: 9',
        'what it does: bb',
        '  cc dd ee ff',
        '',
        'level: x',
      ]);
    });
  });

  it('never exceeds its width and never prints a control character', async () => {
    const highlight = await loadHighlighter();
    const text = (value: string): ProseNode => ({
      type: 'paragraph',
      children: [
        { type: 'text', value },
        { type: 'inlineCode', value },
        { type: 'link', url: value, children: [{ type: 'strong', children: [{ type: 'text', value }] }] },
        { type: 'image', url: 'x', alt: value },
      ],
    });
    const nodes: ProseNode[] = nastyRaw.flatMap((value): ProseNode[] => [
      text(value),
      { type: 'code', lang: 'sql', value },
      {
        type: 'table',
        children: [
          {
            type: 'tableRow',
            children: [value, value].map((cell) => ({
              type: 'tableCell',
              children: [{ type: 'text', value: cell }],
            })),
          },
        ],
      },
    ]);
    const deep = parse(
      `${'> '.repeat(12)}deep quote of many words\n\n${'- '.repeat(15)}deep list item\n\n| a | b | c | d | e | f | g |\n|-|-|-|-|-|-|-|\n| aaaaaaaaaa | bbbbbbbbbbbb | c | d | e | f | g |\n`,
    );
    for (const width of [1, 2, 10, 20, 33, 80]) {
      for (const glyphs of [unicodeGlyphs, asciiGlyphs]) {
        const lines = layoutProse([...nodes, ...deep], { width, glyphs, highlight });
        for (const line of lines) {
          expect(lineWidth(line)).toBeLessThanOrEqual(width);
          expect(lineText(line)).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
        }
      }
    }
  });
});
