import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where pg-tutor keeps things. None of the folders is made here. */
export type Folders = {
  /** What must survive: progress, servers trusted, data directories. */
  readonly state: string;
  /** What can be made again. */
  readonly cache: string;
  readonly config: string;
  /** Sockets and locks; emptied by the system. */
  readonly runtime: string;
};

const home = (env: Environment): string => {
  if (env.HOME && path.isAbsolute(env.HOME)) return env.HOME;
  try {
    return homedir();
  } catch {
    // A uid that is not in passwd and no HOME (some containers).
    return path.join(tmpdir(), `pg-tutor-home-${process.getuid?.() ?? 'user'}`);
  }
};

/** The XDG base directories (basedir-spec 0.8: a relative path counts as unset), on macOS too. */
export const folders = (env: Environment = process.env): Folders => {
  const folder = (name: string, fallback: () => string): string => {
    const value = env[name];
    return path.join(value && path.isAbsolute(value) ? value : fallback(), 'pg-tutor');
  };
  const runtimeFallback = () =>
    path.join(env.TMPDIR || tmpdir(), `pg-tutor-run-${process.getuid?.() ?? 'user'}`);
  return {
    state: folder('XDG_STATE_HOME', () => path.join(home(env), '.local', 'state')),
    cache: folder('XDG_CACHE_HOME', () => path.join(home(env), '.cache')),
    config: folder('XDG_CONFIG_HOME', () => path.join(home(env), '.config')),
    runtime: folder('XDG_RUNTIME_DIR', runtimeFallback),
  };
};

export const progressFile = (env: Environment = process.env): string =>
  path.join(folders(env).state, 'progress.json');
