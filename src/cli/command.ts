/** An option of a command, for node:util's parseArgs and for the help text. */
export type Option = {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
  /** What stands for the value in help: `URL`. */
  readonly value?: string;
  readonly help: string;
  /** May be given more than once. */
  readonly multiple?: boolean;
};

export type Options = Readonly<Record<string, Option>>;

/** The options every command takes. */
export type Globals = {
  readonly url: string | undefined;
  readonly yes: boolean;
  readonly plain: boolean;
  /** The folder of `--lessons`, else the one we ship. */
  readonly lessons: string;
  /** The index made by the build; only the lessons we ship have one. */
  readonly indexFile: string | undefined;
  readonly debug: boolean;
  /** Of pg-tutor. */
  readonly version: string;
};

export type Arguments = {
  readonly globals: Globals;
  /** Options of the command itself that were given. */
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly positionals: readonly string[];
};

/** What a file in commands/ exports as `command`. */
export type Command = {
  /** After `pg-tutor `: `learn <lesson>[:page]`. */
  readonly usage: string;
  /** A few sentences for `--help`, wrapped by hand at 80 columns. */
  readonly description: string;
  readonly options: Options;
  readonly maxPositionals: number;
  /** @returns the exit code @throws {UsageError} and typed errors with a remedy */
  run(args: Arguments): Promise<number>;
};

export const globalOptions: Options = {
  url: {
    type: 'string',
    value: 'URL',
    help: 'use this PostgreSQL server (postgresql://user@host/db); else DATABASE_URL, PG* variables, or our own',
  },
  yes: { type: 'boolean', short: 'y', help: 'do not ask before using a server that pg-tutor did not start' },
  plain: { type: 'boolean', help: 'text only, nothing is ever redrawn (for screen readers and pipes)' },
  lessons: { type: 'string', value: 'DIR', help: 'take lessons from this folder' },
  'no-color': { type: 'boolean', help: 'no colours (also: NO_COLOR=1)' },
  debug: { type: 'boolean', help: 'show the stack of an error' },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
  version: { type: 'boolean', short: 'V', help: 'show the version' },
};
