/** The parts of pgpass that look neither at process.env nor, once told so, at the terminal. */
declare module 'pgpass/lib/helper.js' {
  export const getPassword: (
    wanted: { host: string; port: number; database: string; user: string },
    stream: import('node:stream').Readable,
    found: (password: string | undefined) => void,
  ) => void;
  /** Where warnings go; stderr before it is called. */
  export const warnTo: (stream: import('node:stream').Writable) => unknown;
}
