import { createInterface } from 'node:readline';

/** Lines of an input, read ahead and handed out one by one. The terminal's own line editing is left as it is. */
export class LineReader {
  readonly #lines: string[] = [];
  readonly #waiting: ((line: string | null) => void)[] = [];
  readonly #interface;
  #ended = false;

  constructor(input: NodeJS.ReadableStream) {
    this.#interface = createInterface({ input, terminal: false });
    this.#interface.on('line', (line) => {
      const waiting = this.#waiting.shift();
      if (waiting) waiting(line);
      else this.#lines.push(line);
    });
    this.#interface.on('close', () => {
      this.#ended = true;
      for (const waiting of this.#waiting.splice(0)) waiting(null);
    });
  }

  /** The next line without its end; null: there will be none. */
  next(): Promise<string | null> {
    const line = this.#lines.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (this.#ended) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#interface.close();
  }
}
