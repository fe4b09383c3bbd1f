import { expect, it } from 'vitest';
import { drawLockMatrix } from '../../src/draw/lock-matrix.ts';
import { rowLockModes, tableLockModes } from '../../src/locks/modes.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/text/glyphs.ts';
import { lineText } from '../../src/text/line.ts';
import { displayWidth } from '../../src/text/width.ts';

const columns = ['held', 'requested', 'outcome', 'evidence'];
const text = (...args: Parameters<typeof drawLockMatrix>) =>
  drawLockMatrix(...args)
    .map((line) => lineText(line).trimEnd())
    .join('\n');

it('has an empty cell until its pair was tried', () => {
  const rows = [
    ['FOR KEY SHARE', 'FOR KEY SHARE', 'granted', 'granted at once'],
    ['FOR KEY SHARE', 'FOR UPDATE', 'waits', 'pid 2 waits for pid 1'],
  ];
  expect(text({ columns, rows }, rowLockModes, { width: 66, glyphs: unicodeGlyphs })).toBe(
    [
      ' held ↓  asked →     KS   S    NKU  U',
      ' FOR KEY SHARE       ·              ░',
      ' FOR SHARE',
      ' FOR NO KEY UPDATE',
      ' FOR UPDATE',
      '',
      ' · granted at once   ░ waits   2 of 16 pairs tried',
      ' ▸ FOR UPDATE against FOR KEY SHARE: waits. Seen: pid 2 waits for',
      '   pid 1. For example DELETE, UPDATE of a key column, SELECT …',
      '   FOR UPDATE while another session has done the check of a',
      '   foreign key, on the referenced row.',
    ].join('\n'),
  );
});

it('takes modes as pg_locks names them, and fits narrow panes', () => {
  const rows = [['AccessShareLock', 'AccessExclusiveLock', 'waits', '']];
  const picture = text({ columns, rows }, tableLockModes, { width: 44, glyphs: asciiGlyphs });
  expect(picture).toMatch(/^ AS {5} {4}.*#$/m);
  for (const line of picture.split('\n').slice(0, 9)) expect(displayWidth(line)).toBeLessThanOrEqual(44);
});

it('is whole before anything was tried', () => {
  const picture = text(null, tableLockModes, { width: 70, glyphs: unicodeGlyphs });
  expect(picture).toContain('0 of 64 pairs tried');
  expect(picture).toContain('SHARE UPDATE EXCLUSIVE');
});
