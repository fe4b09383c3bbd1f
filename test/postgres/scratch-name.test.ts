import { expect, test } from 'vitest';
import { isScratchName, ownerLock, scratchName } from '../../src/postgres/scratch-name.ts';

test.each([
  ['transactions/lost-update', /^pg_tutor_lost_update_[a-z2-7]{8}$/],
  ['locks', /^pg_tutor_locks_[a-z2-7]{8}$/],
  ['x/Ünïcode "quoted"; drop', /^pg_tutor_n_code_quoted_drop_[a-z2-7]{8}$/],
  ['x/日本', /^pg_tutor_lesson_[a-z2-7]{8}$/],
  ['x/', /^pg_tutor_lesson_[a-z2-7]{8}$/],
  [`x/${'long-'.repeat(40)}`, /^pg_tutor_(long_)*l?o?n?g?_[a-z2-7]{8}$/],
])('%s is short, plain and recognised', (lesson, pattern) => {
  const name = scratchName(lesson);
  expect(name).toMatch(pattern);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  expect(isScratchName(name)).toBe(true);
});

test('no two are alike', () => {
  expect(new Set(Array.from({ length: 1000 }, () => scratchName('a'))).size).toBeGreaterThan(995);
});

test('a name that a human chose is not ours', () => {
  const name = scratchName('lost-update');
  const changed = `${name.slice(0, -1)}${name.endsWith('a') ? 'b' : 'a'}`;
  for (const other of [
    'pg_tutor',
    'pg_tutor_',
    'pg_tutor_mine',
    'pg_tutor_lost_update_abcdefgh',
    changed,
    `${name} `,
    `x${name}`,
    name.toUpperCase(),
    `${name}\n`,
  ]) {
    expect(isScratchName(other)).toBe(false);
  }
});

test('the lock of a name is one 64-bit key in two halves', () => {
  const { key, inPgLocks } = ownerLock(scratchName('a'));
  const [high = '', low = ''] = inPgLocks.split(':');
  expect(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))).toBe(BigInt(key));
});
