import { homedir } from 'node:os';
import { resolveTarget, type Target } from '../postgres/target.ts';
import type { Server, ServerInfo } from '../postgres/types.ts';
import { folders } from '../progress/paths.ts';
import { glyphsFor } from '../text/glyphs.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { askYesNo } from './ask.ts';
import type { Globals } from './command.ts';
import { Failure } from './errors.ts';
import { say } from './terminal.ts';

/** One server for the whole process, opened when it is first needed. */
export type ServerAccess = {
  readonly target: Target;
  /** The server; closing it is left to `close` below. @throws {PostgresError | Failure} */
  open(): Promise<Server>;
  /** In words, once it is open. */
  label(): string | null;
  close(): Promise<void>;
};

const home = (): string => {
  try {
    return process.env.HOME || homedir();
  } catch {
    return '/';
  }
};

/** Asks on stderr before a server that we did not start is used. */
const confirm = async (info: ServerInfo): Promise<boolean> => {
  const { describeServer } = await import('../postgres/server.ts');
  const name = sanitizeLine(describeServer(info));
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new Failure(
      `${name}: pg-tutor did not start this server and nobody is there to agree to its use.`,
      'Add --yes to use it, or leave the address out (--url, DATABASE_URL, PG* variables) for a server of our own.',
    );
  }
  say(`pg-tutor would use ${name}.`);
  say('It makes databases of its own there, named pg_tutor_*, and drops them at the end.');
  return askYesNo('Use it?');
};

const shared = (server: Server): Server => ({
  info: server.info,
  connect: (options) => server.connect(options),
  revive: () => server.revive(),
  close: async () => {},
});

export type AccessOptions = {
  /** Of our own server. */
  readonly major?: number;
  /** Told what takes time. */
  readonly log?: (line: string) => void;
  /** Asks before a server that we did not start is used. */
  readonly confirm?: (info: ServerInfo) => Promise<boolean>;
};

/** @throws {PostgresError} bad-configuration */
export const serverAccess = async (globals: Globals, options: AccessOptions = {}): Promise<ServerAccess> => {
  const target: Target =
    options.major === undefined
      ? await resolveTarget({ url: globals.url, env: process.env, home: home() })
      : { kind: 'embedded' };
  const words = (line: string): void => {
    if (process.stderr.isTTY) say(sanitizeLine(line));
  };
  let opening: Promise<Server> | null = null;
  let opened: Server | null = null;
  let sweeping: Promise<unknown> = Promise.resolve();

  const connect = async (): Promise<Server> => {
    // The driver takes its time to load, and the list of lessons needs no server.
    const [{ openServer }, { sweep }] = await Promise.all([
      import('../postgres/server.ts'),
      import('../postgres/sweep.ts'),
    ]);
    const server = await openServer({
      target,
      stateDir: folders().state,
      confirm: options.confirm ?? confirm,
      yes: globals.yes,
      log: options.log ?? words,
      major: options.major,
    });
    opened = server;
    // What dead processes left; nobody has to wait for it.
    sweeping = sweep(server).catch(() => {});
    return server;
  };

  return {
    target,
    async open() {
      opening ??= connect();
      try {
        return shared(await opening);
      } catch (error) {
        // Another try may find it (it was starting, or the network was down).
        opening = null;
        throw error;
      }
    },
    label: () => {
      if (!opened) return null;
      const { version, own, host, port } = opened.info;
      return sanitizeLine(
        `PostgreSQL ${version} ${glyphsFor(process.env).middleDot} ${own ? 'own server' : `${host}:${port}`}`,
      );
    },
    async close() {
      const server = await opening?.catch(() => null);
      opening = null;
      await sweeping;
      await server?.close();
    },
  };
};
