import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { editorOf, editText } from '../../src/cli/edit-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pg-tutor-test-edit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An editor that notes its file and its mode, then does this. @returns the environment it is found in */
const editor = (script: string, more = ''): NodeJS.ProcessEnv => {
  const file = path.join(folder, 'editor');
  const note = `printf '%s' "$1" > '${folder}/file'; stat -c %a "$1" > '${folder}/mode' 2>/dev/null\n`;
  writeFileSync(file, `${note}${script}\n`);
  return { PATH: process.env.PATH, EDITOR: `sh '${file}'${more}` };
};
const noted = (name: string): string => readFileSync(path.join(folder, name), 'utf8').trim();

describe('editText', () => {
  it('hands over a file that only its owner reads, takes it back, and leaves nothing', async () => {
    const env = editor('echo "-- 茶碗" >> "$1"');
    expect(await editText('select 1;', { env })).toBe('select 1;\n-- 茶碗\n');
    expect(noted('file')).toMatch(/answer\.sql$/);
    expect(existsSync(path.dirname(noted('file')))).toBe(false);
    if (process.platform === 'linux') expect(noted('mode')).toBe('600');
  });

  it('takes VISUAL before EDITOR, with arguments, and vi without both', async () => {
    expect(editorOf({ VISUAL: 'code --wait', EDITOR: 'ed' })).toBe('code --wait');
    expect(editorOf({ VISUAL: ' ', EDITOR: 'ed' })).toBe('ed');
    expect(editorOf({})).toBe('vi');
    const file = path.join(folder, 'with-arguments');
    writeFileSync(file, 'test "$1" = --now && printf "%s" "$2" > "$3"\n');
    const env = { PATH: process.env.PATH, VISUAL: `sh '${file}' --now 'two words'`, EDITOR: 'false' };
    expect(await editText('before', { env })).toBe('two words');
  });

  it('says what is wrong with the editor, and leaves nothing then either', async () => {
    await expect(editText('x', { env: editor('exit 3') })).rejects.toThrow(/failed; the text is as it was/);
    expect(existsSync(path.dirname(noted('file')))).toBe(false);
    const env = { PATH: process.env.PATH, EDITOR: '/no/such/editor' };
    await expect(editText('x', { env })).rejects.toThrow('There is no editor /no/such/editor.');
    await expect(editText('x', { env: editor('rm "$1"') })).rejects.toThrow();
  });

  it('is ended when the program is', async () => {
    const abort = new AbortController();
    const edited = editText('x', {
      env: editor(`trap 'exit 1' TERM; echo > '${folder}/ready'; while :; do sleep 0.05; done`),
      signal: abort.signal,
    });
    edited.catch(() => {});
    await expect.poll(() => existsSync(path.join(folder, 'ready')), { timeout: 10_000 }).toBe(true);
    abort.abort();
    await expect(edited).rejects.toThrow();
    expect(existsSync(path.dirname(noted('file')))).toBe(false);
  });
});
