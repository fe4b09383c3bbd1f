import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** More than anybody writes, bytes: an editor may leave anything behind. */
const largest = 256 * 1024;

/** `$VISUAL`, else `$EDITOR`, else vi, as other programs of the terminal choose. */
export const editorOf = (env: Readonly<Record<string, string | undefined>>): string =>
  env.VISUAL?.trim() || env.EDITOR?.trim() || 'vi';

/**
 * Text as the learner leaves it in their own editor, which has the terminal until then. The file it is given is in a
 * folder of its own that others cannot read, and is gone afterwards. Aborting ends the editor.
 *
 * @throws {Error} with words for the learner when there is no such editor, or it fails; the text is then as it was
 */
export const editText = async (
  text: string,
  { env = process.env, signal }: { env?: NodeJS.ProcessEnv; signal?: AbortSignal } = {},
): Promise<string> => {
  const editor = editorOf(env);
  const folder = await mkdtemp(path.join(tmpdir(), 'pg-tutor-edit-'));
  try {
    const file = path.join(folder, 'answer.sql');
    await writeFile(file, text === '' || text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
    const code = await new Promise<number | null>((resolve, reject) => {
      // By the shell, as the variable may hold arguments ("code --wait"); in its place, so that it gets our signal.
      const inPlace = /^[\w./~+-]+(\s|$)/.test(editor) ? 'exec ' : '';
      const child = spawn('sh', ['-c', `${inPlace}${editor} "$@"`, editor, file], { stdio: 'inherit', env });
      const end = (): void => void child.kill('SIGTERM');
      signal?.addEventListener('abort', end);
      child.on('error', reject);
      child.on('exit', (exit) => {
        signal?.removeEventListener('abort', end);
        resolve(exit);
      });
    });
    if (code === 127) throw new Error(`There is no editor ${editor}. Set EDITOR to one that you have.`);
    if (code !== 0) throw new Error(`${editor} failed; the text is as it was.`);
    const edited = await readFile(file, 'utf8');
    if (edited.length > largest)
      throw new Error('That is longer than an answer can be; the text is as it was.');
    return edited;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
