import { Writable } from 'node:stream';

/** A terminal that only takes note of when a text was written to it. */
export type Sink = {
  readonly stdout: NodeJS.WriteStream;
  readonly size: { readonly columns: number; readonly rows: number };
  /** performance.now() of the write, after this call, that has the text in it, styles left out; 5 s are given. */
  readonly until: (text: string) => Promise<number>;
};

const styles = /\x1b\[[\d;]*m/g;

export const createSink = (size: Sink['size']): Sink => {
  const waiting = new Map<string, (at: number) => void>();
  const stdout = new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      const at = performance.now();
      const text = waiting.size > 0 ? chunk.toString().replace(styles, '') : '';
      for (const [wanted, resolve] of waiting) {
        if (!text.includes(wanted)) continue;
        waiting.delete(wanted);
        resolve(at);
      }
      done();
    },
  });
  return {
    stdout: Object.assign(stdout, { isTTY: true, ...size }) as unknown as NodeJS.WriteStream,
    size,
    until: (text) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`nothing with "${text}" was drawn`)), 5_000);
        waiting.set(text, (at) => {
          clearTimeout(timer);
          resolve(at);
        });
      }),
  };
};
