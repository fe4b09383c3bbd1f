import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { bin, type Home, root } from './cli.ts';
import { until } from './until.ts';

export type Ended = { readonly exitCode: number; readonly signal: number };

/** pg-tutor in a real pseudo-terminal, its screen read through xterm. */
export type Pty = {
  readonly pid: number;
  press(keys: string): void;
  resize(columns: number, rows: number): void;
  /** The visible screen as of its last whole frame, trailing spaces left out. */
  screen(): string;
  /** Everything written so far, with its escape sequences. */
  raw(): string;
  /** Resolves with the screen once it is as wanted; the deadline (ms) shows the screen as it was. */
  see(wanted: string | RegExp, deadline?: number): Promise<string>;
  readonly ended: Promise<Ended>;
  kill(signal: string): void;
};

export const openPty = (
  home: Home,
  args: readonly string[],
  /**
   * `piped`: a file that `cat` sends to its stdin, as in a shell. `held`: a shell says `left with` its exit code and
   * waits for Enter, so that the last it has written is not lost with the terminal.
   */
  options: { columns?: number; rows?: number; env?: NodeJS.ProcessEnv; piped?: string; held?: boolean } = {},
): Pty => {
  const { columns = 80, rows = 24 } = options;
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1_000 });
  const own = [process.execPath, bin, ...args];
  const piped = ['sh', '-c', 'file=$1; shift; cat "$file" | "$@"', 'sh', options.piped ?? '', ...own];
  const held = ['sh', '-c', '"$@"; echo "left with $?"; read -r _', 'sh', ...own];
  const [command = '', ...rest] = options.held ? held : options.piped === undefined ? own : piped;
  const child = spawn(command, rest, {
    cols: columns,
    rows,
    cwd: root,
    name: 'xterm-256color',
    env: { ...home.env, ...options.env },
  });
  let raw = '';
  /** The screen when a frame was last whole: what is written between these two is half of one. */
  let whole = '';
  const [begins, ends] = ['\x1b[?2026h', '\x1b[?2026l'];
  const look = (): void => {
    const { active } = terminal.buffer;
    const lines = Array.from({ length: terminal.rows }, (_, row) => active.getLine(active.baseY + row));
    whole = lines.map((line) => line?.translateToString(true) ?? '').join('\n');
  };
  child.onData((data) => {
    raw += data;
    const to = raw.length - 1;
    terminal.write(data, () => {
      if (raw.lastIndexOf(begins, to) <= raw.lastIndexOf(ends, to)) look();
    });
  });
  const ended = new Promise<Ended>((resolve) => {
    // xterm reads what it is given a moment later: the screen is whole when it has come to its end.
    child.onExit(({ exitCode, signal }) => {
      terminal.write('', () => {
        look();
        resolve({ exitCode, signal: signal ?? 0 });
      });
    });
  });
  const screen = (): string => whole;
  return {
    pid: child.pid,
    press: (keys) => child.write(keys),
    resize: (width, height) => {
      terminal.resize(width, height);
      child.resize(width, height);
    },
    screen,
    raw: () => raw,
    see: async (wanted, deadline = 20_000) => {
      const shown = () => (typeof wanted === 'string' ? screen().includes(wanted) : wanted.test(screen()));
      await until(shown, `the screen shows ${wanted}`, deadline).catch((error: Error) => {
        throw new Error(`${error.message}; it shows:\n${screen()}`);
      });
      return screen();
    },
    ended,
    kill: (signal) => child.kill(signal),
  };
};
