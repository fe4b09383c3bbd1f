import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { z } from 'zod';
import { findBinaries } from '../../src/postgres/embedded/majors.ts';
import { hashOf } from '../../src/postgres/embedded/place.ts';
import { sleep } from '../../src/postgres/embedded/process.ts';
import { openFolder } from './embedded.ts';

export const isRoot = process.getuid?.() === 0;

/** To be an ordinary user when the tests run as root: an account with a name that is not the server's `nobody`. */
export const ordinaryUid = Number(
  /^(?:daemon|bin|games):[^:]*:(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1],
);

/** Waits for a condition; fails with `what` after `ms`. */
export const until = async (what: string, ms: number, holds: () => boolean): Promise<void> => {
  for (const deadline = Date.now() + ms; !holds(); await sleep(10)) {
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
  }
};

const saying = z.union([
  z.object({ word: z.string() }),
  z.object({
    postmaster: z.number(),
    major: z.number(),
    dsm: z.string(),
    host: z.string(),
    dataDir: z.string(),
  }),
  z.object({ code: z.string(), message: z.string(), remedy: z.string() }),
]);

export type Started = { postmaster: number; major: number; dsm: string; host: string; dataDir: string };
export type Failed = { code: string; message: string; remedy: string };

/** A process using the embedded server. */
export type User = {
  readonly child: ChildProcess;
  /** The first sentence it was told, for tests that kill it on the way. */
  readonly firstWord: Promise<string>;
  readonly started: Promise<Started>;
  readonly failed: Promise<Failed>;
  leave(): Promise<void>;
  kill(): Promise<void>;
};

export type Options = {
  stateDir: string;
  packageDir?: string;
  major?: number;
  uid?: number;
  env?: NodeJS.ProcessEnv;
  /** A command to run node under. */
  under?: readonly string[];
};

/** Folders and processes of one test file; `close` removes them. */
export const openBench = async () => {
  const folder = realpathSync(openFolder('embedded'));
  const script = path.join(folder, 'user.mjs');
  const users = new Set<ChildProcess>();
  let readable: string | undefined;
  await build({
    entryPoints: [path.join(import.meta.dirname, 'embedded-user.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pg-native'],
    logLevel: 'error',
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });

  /** A copy of the package, as npm unpacks it, without what its install script makes. */
  const copyPackage = (to: string): string => {
    const from = path.dirname(findBinaries(18));
    try {
      execFileSync('cp', ['-al', from, to], { stdio: 'ignore' });
    } catch {
      rmSync(to, { recursive: true, force: true });
      execFileSync('cp', ['-a', from, to]);
    }
    const lib = path.join(to, 'native', 'lib');
    for (const entry of readdirSync(lib, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) rmSync(path.join(lib, entry.name));
    }
    return to;
  };

  const start = (options: Options): User => {
    const { uid, under = [], env, ...rest } = options;
    const [command = '', ...args] = [
      ...under,
      process.execPath,
      script,
      JSON.stringify({ packageDir: path.dirname(findBinaries(18)), ...rest }),
    ];
    const child = spawn(command, args, {
      cwd: '/',
      env: { PATH: process.env.PATH, HOME: folder, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    users.add(child);
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const lines = createInterface(child.stdout);
    lines.on('line', (line) => said.push(saying.parse(JSON.parse(line))));
    const said: z.infer<typeof saying>[] = [];
    const over = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const find = <T>(pick: (what: z.infer<typeof saying>) => T | undefined): Promise<T> => {
      const found = new Promise<T>((resolve, reject) => {
        const look = (what: z.infer<typeof saying>) => {
          const value = pick(what);
          if (value !== undefined) resolve(value);
        };
        lines.on('line', (line) => look(saying.parse(JSON.parse(line))));
        child.once('close', (code, signal) =>
          reject(new Error(`user ended (${code ?? signal}): ${JSON.stringify(said)} ${errors}`)),
        );
      });
      found.catch(() => {});
      return found;
    };
    return {
      child,
      firstWord: find((what) => ('word' in what ? what.word : undefined)),
      started: find((what) => ('postmaster' in what ? what : undefined)),
      failed: find((what) => ('code' in what ? what : undefined)),
      leave: () => {
        child.stdin.end();
        return over;
      },
      kill: () => {
        child.kill('SIGKILL');
        return over;
      },
    };
  };

  return {
    folder,
    start,
    copyPackage,
    /** A package that ordinary users can read but not write. */
    openPackage: (): string => {
      if (!readable) {
        readable = copyPackage(path.join(folder, 'package'));
        if (!isRoot) execFileSync('find', [readable, '-type', 'd', '-exec', 'chmod', 'a-w', '{}', '+']);
      }
      return readable;
    },
    /** A folder that belongs to this user. */
    folderOf: (uid: number, name: string): string => {
      const own = path.join(folder, name);
      mkdirSync(own, { mode: 0o700 });
      chownSync(own, uid, uid);
      return own;
    },
    /** A new state folder, with the data directory of `like` if given (a server that has stopped). */
    newState: (name: string, like?: string): string => {
      const state = path.join(folder, name);
      if (like) execFileSync('cp', ['-a', like, state]);
      return state;
    },
    close: () => {
      for (const user of users) user.kill('SIGKILL');
      if (readable) execFileSync('chmod', ['-R', 'u+w', readable]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
};

const processes = (): { pid: number; line: string; cwd: string }[] => {
  if (!existsSync('/proc/self/stat')) {
    const list = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8' });
    return list.split('\n').map((line) => ({ pid: Number.parseInt(line, 10), line, cwd: '' }));
  }
  return readdirSync('/proc').flatMap((name) => {
    try {
      const line = readFileSync(`/proc/${Number(name)}/cmdline`, 'utf8');
      return [{ pid: Number(name), line, cwd: readlinkSync(`/proc/${name}/cwd`) }];
    } catch {
      return [];
    }
  });
};

/** Socket folders, locks and half-made data directories of a server that are still there. */
const filesLeft = (place: string): string[] => [
  ...readdirSync(os.tmpdir()).filter((name) => name.startsWith(`pg-tutor-${hashOf(place)}-`)),
  ...(existsSync(place) ? readdirSync(place).filter((name) => /^start\.lock|^data\.new/.test(name)) : []),
];

/** Processes of a server that are still there: postgres, initdb, keepers. */
const processesLeft = (place: string): string[] =>
  processes()
    .filter(
      ({ pid, line, cwd }) =>
        pid !== process.pid && !line.includes('user.mjs') && `${line} ${cwd}`.includes(`${place}/`),
    )
    .map(({ pid, line }) => `process ${pid} ${line.replaceAll('\0', ' ').slice(0, 60)}`);

/** Within two seconds nothing is left. */
export const allGone = async (stateDir: string, major = 18): Promise<void> => {
  const place = path.join(stateDir, String(major));
  let left: string[] = [];
  const gone = () => {
    left = filesLeft(place);
    // A look at all processes is dear, and the keeper removes the lock last.
    if (left.length === 0) left = processesLeft(place);
    return left.length === 0;
  };
  await until('all gone', 2_000, gone).catch(() => {
    throw new Error(`left after 2 s: ${left.join('; ')}`);
  });
};
