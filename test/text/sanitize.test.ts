import xterm from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { sanitize, sanitizeLine } from '../../src/text/sanitize.ts';
import { displayWidth } from '../../src/text/width.ts';
import { nasty, nastyRaw } from './nasty.ts';

describe('sanitize', () => {
  it.each([
    ['a\x1b]0;x\x07b', 'ab'],
    ['a\x1b]0;x\x1b\\b', 'ab'],
    ['a\x1b[2Jb\x1b[1;31mc\x1b[?1049hd', 'abcd'],
    ['a\x9b2Jb', 'ab'],
    ['a\x1bP+q544e\x1b\\b', 'ab'],
    ['a\x1b_G\x1b\\b\x1b^x\x1b\\c\x1bXy\x1b\\d', 'abcd'],
    ['a\x9d0;t\x9cb', 'ab'],
    ['a\x1bcb\x1b(0c\x1b7d', 'abcd'],
    ['a\x00\x08\x07\x0b\x0c\x0e\x7f\x85\x9fb', 'ab'],
    ['a\r\nb\rc', 'a\nbc'],
    ['a\u202eb\u2066c\u2069d\u202c', 'abcd'],
    ['a\ud800b', 'a\ufffdb'],
    ['😀', '😀'],
    ['a\u2028b', 'a b'],
    ['❤\ufe0f', '❤'],
    ['👩‍👧', '👩👧'],
    ['\u0301a\n\u0302', '◌\u0301a\n◌\u0302'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
  ])('%j becomes %j', (text, expected) => {
    expect(sanitize(text)).toBe(expected);
  });

  it('shows the text behind a control string that never ends', () => {
    expect(sanitize('a\x1b]0;title and more')).toBe('a0;title and more');
    expect(sanitize('a\x1b]0;one\x1b[2Jtwo')).toBe('a0;onetwo');
  });

  it('expands tabs to every eighth column of their line', () => {
    expect(sanitize('a\tb')).toBe('a       b');
    expect(sanitize('1234567\tb\t|')).toBe('1234567 b       |');
    expect(sanitize('12345678\tb')).toBe('12345678        b');
    expect(sanitize('日本\tb\n\tc')).toBe('日本    b\n        c');
  });

  it('keeps at most eight marks on a letter', () => {
    expect(sanitize(`z${'\u0301'.repeat(1000)}a`)).toBe(`z${'\u0301'.repeat(8)}a`);
  });

  it('leaves nothing that a second pass would take out', () => {
    for (const text of nastyRaw) expect(sanitize(sanitize(text))).toBe(sanitize(text));
  });

  it('lets no control character through, whatever is put together', () => {
    const parts = [
      '\x1b',
      '[',
      ']',
      '0;',
      '\x07',
      '\\',
      '\x9b',
      '\x9d',
      '\x9c',
      'P',
      'm',
      '\n',
      '\t',
      '\ud83d',
      '日',
    ];
    let seed = 7;
    const next = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return parts[seed % parts.length] ?? '';
    };
    for (let round = 0; round < 5000; round += 1) {
      const text = Array.from({ length: 12 }, next).join('');
      expect(sanitize(text)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]|\p{Surrogate}/u);
    }
  });

  it.each([
    '\x1b]',
    '\x1b',
    '\x1b[',
    '\x1b]0;',
    '\x9d',
    '\t',
    'a\u0301',
    '\u0301',
    '\x1b[1;',
    '\u200d',
    '\r',
    '👩\u200d',
  ])('takes linear time for a megabyte of %j', (part) => {
    const text = part.repeat(Math.ceil(1_000_000 / part.length));
    const start = performance.now();
    sanitize(text);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('sanitizeLine', () => {
  it('shows line breaks', () => {
    expect(sanitizeLine('a\r\nb\nc')).toBe('a↵b↵c');
    expect(sanitizeLine('a\nb', '+')).toBe('a+b');
  });
});

describe('in a terminal', () => {
  it('each text stays on its own line and moves the cursor no further than its width', async () => {
    const terminal = new xterm.Terminal({ cols: 80, rows: 40, allowProposedApi: true });
    let title = '';
    terminal.onTitleChange((text) => {
      title = text;
    });
    for (const [row, text] of nasty.entries()) {
      await new Promise<void>((done) => terminal.write(text, done));
      expect(terminal.buffer.active.cursorY).toBe(row);
      expect(terminal.buffer.active.cursorX).toBeLessThanOrEqual(displayWidth(text));
      await new Promise<void>((done) => terminal.write('\r\n', done));
    }
    expect(title).toBe('');
    expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toBe('plain');
    terminal.dispose();
  });
});
