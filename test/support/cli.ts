import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');
export const bin = path.join(root, 'bin/pg-tutor.js');

/** A home of its own for the command line: nothing of the machine's user is read or written. */
export type Home = {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Writes a file below the folder. @returns its path */
  write(name: string, text: string): string;
  remove(): void;
};

export const makeHome = (): Home => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pg-tutor-home-'));
  // Servers that root starts run as nobody and have to get at their data.
  chmodSync(folder, 0o755);
  return {
    folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      XDG_STATE_HOME: path.join(folder, 'state'),
      XDG_CACHE_HOME: path.join(folder, 'cache'),
      XDG_CONFIG_HOME: path.join(folder, 'config'),
    },
    write(name, text) {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    // A server that was just left alone may still be writing its last files.
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }),
  };
};

export type CliResult = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type CliOptions = {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Fed to stdin, which is closed after it. */
  readonly input?: string;
};

export const startCli = (
  home: Home,
  args: readonly string[],
  { env = {}, cwd = root }: CliOptions = {},
): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [bin, ...args], { cwd, env: { ...home.env, ...env }, stdio: 'pipe' });

/** Waits for a child of startCli to end. */
export const ended = (child: ChildProcessWithoutNullStreams, input = ''): Promise<CliResult> =>
  new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });

/** Runs the command line users get (the bundle) to its end. */
export const runCli = (home: Home, args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
  ended(startCli(home, args, options), options.input);

/** Two sessions, a wait, a prediction: one page. `rows` is claimed of the last step. */
export const tinyLesson = (rows = '[[300]]', more = ''): string => `---
title: One row, two sessions
summary: A wait that everybody sees.
minutes: 1
needs: { postgres: ">=14" }
covers: []
docs: [explicit-locking]
---

\`\`\`sql setup
create table account (id int primary key, balance int not null);
insert into account values (1, 100);
\`\`\`

## Who waits

Alice is **first**.

\`\`\`sql alice #first
begin;
update account set balance = 200 where id = 1;
\`\`\`

\`\`\`predict
question: Bob updates the same row. He…
choices:
  - { text: waits for Alice, when: { blockedBy: alice } }
  - { text: succeeds at once, when: { blockedBy: [] } }
why: The row is locked until Alice's transaction ends.
\`\`\`

\`\`\`sql bob #second
update account set balance = balance + 100 where id = 1;
\`\`\`

Only Alice can end it.

\`\`\`sql alice #commit
commit;
\`\`\`

\`\`\`sql you #look
select balance from account;
\`\`\`

\`\`\`expect
rows: ${rows}
\`\`\`
${more}
## The end

That is all.
`;

/** A folder of lessons with one module and the lessons given. @returns the folder */
export const writeLessons = (home: Home, lessons: Readonly<Record<string, string>>): string => {
  home.write('lessons/01-first/README.md', '# First steps\n\nOne lesson.\n');
  for (const [name, text] of Object.entries(lessons)) home.write(`lessons/01-first/${name}`, text);
  return path.join(home.folder, 'lessons');
};
