import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import xterm from '@xterm/headless';

const { Terminal } = xterm;

export type ScreenSize = { readonly columns: number; readonly rows: number };

/**
 * A terminal without a window: what the program writes is interpreted by xterm, and can be read back as a person
 * would see it. Every wait has a deadline.
 */
export class Screen {
  readonly #terminal: InstanceType<typeof Terminal>;
  readonly stdout: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  /** Everything that was written, with its escape sequences. */
  raw = '';
  rawMode = false;
  title = '';
  #changes = new EventEmitter();
  #pending = 0;
  /** When the last bytes came, performance.now(). */
  lastWrite = 0;

  constructor({ columns, rows }: ScreenSize) {
    this.#terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 500 });
    this.#terminal.onTitleChange((title) => {
      this.title = title;
    });
    const write = (chunk: Buffer | string, _encoding: string, done: () => void): void => {
      const text = chunk.toString();
      this.raw += text;
      this.lastWrite = performance.now();
      this.#pending += 1;
      // A terminal's line discipline turns \n into \r\n.
      this.#terminal.write(text.replaceAll('\n', '\r\n'), () => {
        this.#pending -= 1;
        this.#changes.emit('change');
      });
      done();
    };
    const stdout = new Writable({ write, decodeStrings: false });
    this.stdout = Object.assign(stdout, { isTTY: true, columns, rows }) as unknown as NodeJS.WriteStream;
    const stdin = new Readable({ read: () => {} });
    this.stdin = Object.assign(stdin, {
      isTTY: true,
      setRawMode: (mode: boolean) => {
        this.rawMode = mode;
        return stdin;
      },
      ref: () => stdin,
      unref: () => stdin,
    }) as unknown as NodeJS.ReadStream;
  }

  type(keys: string): void {
    this.stdin.push(keys);
  }

  resize({ columns, rows }: ScreenSize): void {
    this.#terminal.resize(columns, rows);
    Object.assign(this.stdout, { columns, rows });
    this.stdout.emit('resize');
  }

  /** The visible lines, spaces at their ends left out. */
  lines(): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: this.#terminal.rows },
      (_, row) =>
        active
          .getLine(active.baseY + row)
          ?.translateToString(true)
          .trimEnd() ?? '',
    );
  }

  text(): string {
    return this.lines().join('\n');
  }

  /** Whether the alternate screen is shown. */
  get alternate(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  /** Terminal column, from 0, of each occurrence of `text` in a line: wide characters count two. */
  columnOf(row: number, text: string): number {
    const line = this.#terminal.buffer.active.getLine(this.#terminal.buffer.active.baseY + row);
    if (!line) return -1;
    let seen = '';
    const columns: number[] = [];
    for (let column = 0; column < line.length; column += 1) {
      const characters = line.getCell(column)?.getChars() ?? '';
      const width = line.getCell(column)?.getWidth() ?? 1;
      if (width === 0) continue;
      for (const _ of characters || ' ') columns.push(column);
      seen += characters || ' ';
    }
    const at = seen.indexOf(text);
    return at < 0 ? -1 : (columns[[...seen.slice(0, at)].length] ?? -1);
  }

  /** A cell's looks, to see what is bold or coloured. */
  cell(
    row: number,
    column: number,
  ): { text: string; bold: boolean; dim: boolean; inverse: boolean; color: number } {
    const { active } = this.#terminal.buffer;
    const cell = active.getLine(active.baseY + row)?.getCell(column);
    return {
      text: cell?.getChars() ?? '',
      bold: Boolean(cell?.isBold()),
      dim: Boolean(cell?.isDim()),
      inverse: Boolean(cell?.isInverse()),
      color: cell?.isFgPalette() ? cell.getFgColor() : -1,
    };
  }

  /** Resolves when the screen is as wanted; @throws with the screen as it is when `timeout` ms have gone. */
  async until(wanted: string | RegExp | ((text: string) => boolean), timeout = 5_000): Promise<string> {
    const holds = (): boolean => {
      if (this.#pending > 0) return false;
      const text = this.text();
      if (typeof wanted === 'string') return text.includes(wanted);
      return wanted instanceof RegExp ? wanted.test(text) : wanted(text);
    };
    if (holds()) return this.text();
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#changes.off('change', check);
      };
      const check = (): void => {
        if (!holds()) return;
        stop();
        resolve(this.text());
      };
      const timer = setTimeout(() => {
        stop();
        reject(
          new Error(
            `The screen did not show ${String(wanted)} within ${timeout} ms. It shows:\n${this.text()}`,
          ),
        );
      }, timeout);
      this.#changes.on('change', check);
    });
  }
}
