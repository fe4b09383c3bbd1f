import { describe, expect, it } from 'vitest';
import { colorHighlighter } from '../../../src/text/color-highlighter.ts';
import { lineText, plainLine } from '../../../src/text/line.ts';
import { clusters, displayWidth, lineWidth } from '../../../src/text/width.ts';
import { emptyEditor, lineStart, paste, up } from '../../../src/tui/editor/state.ts';
import { drawEditor } from '../../../src/tui/editor/view.ts';

const prompt = { first: plainLine('=#  '), more: plainLine('    ') };
const draw = (text: string, width: number, height = 10, edit = (editor: typeof emptyEditor) => editor) =>
  drawEditor(edit(paste(emptyEditor, text)), {
    width,
    height,
    highlight: colorHighlighter,
    focused: true,
    prompt,
  });

describe('the picture of an editor', () => {
  it('has the text, its colours and the cursor', () => {
    const { lines, cursor } = draw('select 1\n  from t;', 20);
    expect(lines.map(lineText)).toEqual(['=#  select 1        ', '      from t;       ']);
    expect(lines[0]?.find((part) => part.text === 'select')?.style).toEqual({ bold: true });
    expect(cursor).toEqual({ row: 1, column: 13 });
    expect(lines[1]?.filter((part) => part.style?.inverse).map((part) => part.text)).toEqual([' ']);
  });

  it('breaks long lines, never through a wide character, the cursor always in sight', () => {
    const text = '日本語のテキスト and more 👍🏽 é';
    for (let width = 8; width < 40; width += 1) {
      const { lines } = draw(text, width, 40);
      expect(lines.every((line) => lineWidth(line) === width)).toBe(true);
      const shown = lines
        .map((line) => lineText(line).slice(4))
        .join('')
        .replaceAll(' ', '');
      expect(shown).toBe(
        [...clusters(text)]
          .map((cluster) => cluster.text)
          .join('')
          .replaceAll(' ', ''),
      );
      expect(lines.flat().filter((part) => part.style?.inverse)).toHaveLength(1);
    }
  });

  it('breaks lines behind a space where there is one', () => {
    const { lines } = draw('select balance from account', 20);
    expect(lines.map((line) => lineText(line).trimEnd())).toEqual(['=#  select balance', '    from account']);
  });

  it('puts a cursor behind a full line on the next', () => {
    expect(draw('abcd', 8).cursor).toEqual({ row: 1, column: 4 });
    expect(draw('日日', 8).cursor).toEqual({ row: 1, column: 4 });
    const { lines, cursor } = draw('日本', 20, 5, lineStart);
    expect(cursor.column).toBe(4);
    expect(displayWidth(lines[0]?.find((part) => part.style?.inverse)?.text ?? '')).toBe(2);
  });

  it('scrolls with the cursor', () => {
    const text = Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n');
    const end = draw(text, 20, 5);
    expect(end.lines).toHaveLength(5);
    expect(lineText(end.lines[end.cursor.row] ?? [])).toContain('line 29');
    let editor = paste(emptyEditor, text);
    for (let count = 0; count < 29; count += 1) editor = up(editor, []);
    const top = drawEditor(editor, {
      width: 20,
      height: 5,
      highlight: colorHighlighter,
      focused: true,
      prompt,
    });
    expect(lineText(top.lines[0] ?? [])).toMatch(/^=# {2}line 0/);
  });
});
