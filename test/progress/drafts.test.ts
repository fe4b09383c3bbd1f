import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDrafts } from '../../src/progress/drafts.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'pg-tutor-drafts-'));
});
afterEach(() => {
  chmodSync(home, 0o700);
  rmSync(home, { recursive: true, force: true });
});

describe('drafts', () => {
  it('are kept by lesson and exercise, for nobody else to read', () => {
    const drafts = openDrafts({ XDG_STATE_HOME: home });
    expect(drafts.read('a/b', 'one')).toBeNull();
    drafts.write('a/b', 'one', 'select 1;\n-- 茶碗');
    drafts.write('a/b', 'two', '');
    drafts.write('../../etc', '../one', 'select 2');
    const again = openDrafts({ XDG_STATE_HOME: home });
    expect(again.read('a/b', 'one')).toBe('select 1;\n-- 茶碗');
    expect(again.read('a/b', 'two')).toBe('');
    expect(again.read('../../etc', '../one')).toBe('select 2');
    const files = readdirSync(home, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => file.endsWith('.sql'))).toHaveLength(3);
    expect(files.every((file) => file.startsWith('pg-tutor'))).toBe(true);
    for (const file of files.filter((one) => one.endsWith('.sql')))
      expect(statSync(path.join(home, file)).mode & 0o077).toBe(0);
  });

  it('are forgotten one lesson at a time, or all', () => {
    const drafts = openDrafts({ XDG_STATE_HOME: home });
    drafts.write('a/b', 'one', 'select 1');
    drafts.write('a/c', 'one', 'select 2');
    drafts.forget('a/b');
    expect(drafts.read('a/b', 'one')).toBeNull();
    expect(drafts.read('a/c', 'one')).toBe('select 2');
    drafts.forget();
    expect(drafts.read('a/c', 'one')).toBeNull();
  });

  it('do not stop anybody when they cannot be kept', () => {
    writeFileSync(path.join(home, 'pg-tutor'), 'a file where the folder should be');
    const drafts = openDrafts({ XDG_STATE_HOME: home });
    expect(() => drafts.write('a/b', 'one', 'select 1')).not.toThrow();
    expect(drafts.read('a/b', 'one')).toBeNull();
  });
});
