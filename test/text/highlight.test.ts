import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { options } from '../../scripts/build.mjs';
import { type Highlighter, loadHighlighter, plainHighlighter } from '../../src/text/highlight.ts';
import { type Line, lineText } from '../../src/text/line.ts';
import { sanitize } from '../../src/text/sanitize.ts';
import { nastyRaw } from './nasty.ts';

const sql = "select count(*), 'a\nb', 1.5 -- why\nfrom t where x is null;";

const styleOf = (lines: readonly Line[], text: string) =>
  lines.flat().find((part) => part.text === text)?.style;

describe('plainHighlighter', () => {
  it('gives the sanitized lines of the code', () => {
    expect(plainHighlighter('a\n\tb\x1b[2J', 'sql').map(lineText)).toEqual(['a', '        b']);
  });
});

describe('loadHighlighter', () => {
  let highlight: Highlighter;
  beforeAll(async () => {
    highlight = await loadHighlighter();
  });

  it('styles the parts of SQL, one line for each line', () => {
    const lines = highlight(sql, 'sql');
    expect(lines.map(lineText)).toEqual(sql.split('\n'));
    expect(styleOf(lines, 'select')).toEqual({ bold: true });
    expect(styleOf(lines, "'a")).toEqual({ color: 'green' });
    expect(styleOf(lines, "b'")).toEqual({ color: 'green' });
    expect(styleOf(lines, '1.5')).toEqual({ color: 'cyan' });
    expect(styleOf(lines, '-- why')).toEqual({ dim: true });
    expect(styleOf(lines, ' count(*), ')).toBeUndefined();
  });

  it('styles JSON, and nothing in text', () => {
    const lines = highlight('{"a": [1, "x", true]}', 'json');
    expect(styleOf(lines, '1')).toEqual({ color: 'cyan' });
    expect(styleOf(lines, '"x"')).toEqual({ color: 'green' });
    expect(highlight('select 1', 'text')).toEqual([[{ text: 'select 1' }]]);
  });

  it('never changes the text', () => {
    const codes = [
      '',
      '\n',
      'a\n\nb\n',
      "select '<b>&amp;&lt;</b>' < 1 && x > 2; -- </span>",
      'create function f() as $$ begin select 1; end $$ language plpgsql;',
      "select 'open",
      '/* open\n comment',
      ...nastyRaw,
      nastyRaw.map((text) => `select '${text}', "${text}"; -- ${text}`).join('\n'),
    ];
    for (const code of codes) {
      for (const language of ['sql', 'json', 'text'] as const) {
        expect(highlight(code, language).map(lineText).join('\n')).toBe(sanitize(code));
      }
    }
  });

  it('is not confused by its own markers', () => {
    const lines = highlight('select \ufdd0\ufdef\ufdd1 1', 'sql');
    expect(lines.map(lineText)).toEqual(['select \ufffd\ufffd\ufffd 1']);
  });

  it('shows huge code plain instead of making the reader wait', () => {
    const start = performance.now();
    expect(highlight('select 1;\n'.repeat(100_000), 'sql')).toHaveLength(100_001);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('in the bundle', () => {
  it('highlights the same with four languages only', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'pg-tutor-highlight-'));
    try {
      const entry = path.join(folder, 'entry.ts');
      const source = path.resolve('src/text/highlight.ts');
      await writeFile(
        entry,
        `import { loadHighlighter } from ${JSON.stringify(source)};
const highlight = await loadHighlighter();
process.stdout.write(JSON.stringify(highlight(${JSON.stringify(sql)}, 'sql')));`,
      );
      const outdir = path.join(folder, 'dist');
      const result = await build({ ...options(outdir), entryPoints: { main: entry } });
      const inputs = Object.keys(result.metafile?.inputs ?? {});
      expect(inputs.filter((input) => input.includes('highlight.js/lib/languages/'))).toHaveLength(4);
      // Nothing of it is in what a start without highlighting loads.
      expect((await readFile(path.join(outdir, 'main.js'))).length).toBeLessThan(60_000);
      await writeFile(path.join(outdir, 'package.json'), '{"type":"module"}');
      const { stdout } = await promisify(execFile)(process.execPath, [path.join(outdir, 'main.js')]);
      const highlight = await loadHighlighter();
      expect(JSON.parse(stdout)).toEqual(highlight(sql, 'sql'));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
