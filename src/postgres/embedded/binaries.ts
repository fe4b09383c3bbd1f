import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { type Account, ENTER, mayUse, READ } from './account.ts';
import { hashOf, type Place } from './place.ts';
import { errorCode } from './process.ts';

/** Binaries that can be run by the server's account as they are, given `env`. */
export type Binaries = {
  readonly initdb: string;
  readonly postgres: string;
  /** Where the dynamic linker must look besides, if anywhere. */
  readonly env: Readonly<Record<string, string>>;
};

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** The links that the package's install script would have made: npm 12, pnpm and bun do not run it. */
const wantedLinks = (native: string): { name: string; file: string }[] => {
  let text: string;
  try {
    text = readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8');
  } catch {
    return [];
  }
  const inPackage = (file: string) => path.join(path.dirname(native), file);
  return symlinkList.parse(JSON.parse(text)).map(({ source, target }) => ({
    name: inPackage(target),
    file: inPackage(source),
  }));
};

const link = (to: string, name: string): void => {
  try {
    symlinkSync(to, name);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
};

/** Makes missing links beside their files, or, where the package is read-only, in a folder of ours. */
const linkLibraries = (native: string, place: Place): Record<string, string> => {
  const missing = wantedLinks(native).filter(({ name }) => !existsSync(name));
  try {
    for (const { name, file } of missing) link(path.relative(path.dirname(name), file), name);
    return {};
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error))) throw error;
  }
  const folder = path.join(place.folder, `links-${hashOf(native)}`);
  mkdirSync(folder, { recursive: true });
  for (const { name, file } of wantedLinks(native)) link(file, path.join(folder, path.basename(name)));
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  return { [variable]: `${folder}:${path.join(native, 'lib')}` };
};

/** Whether the account can run what is there; a few files stand for all, as one umask made them. */
const usable = (native: string, account: Account): boolean =>
  mayUse(path.join(native, 'bin', 'postgres'), account, READ | ENTER) &&
  mayUse(path.join(native, 'lib'), account, READ | ENTER) &&
  mayUse(path.join(native, 'share', 'postgresql', 'postgres.bki'), account, READ);

const copyTree = (from: string, to: string): void => {
  mkdirSync(to);
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    const target = path.join(to, entry.name);
    if (entry.isDirectory()) copyTree(source, target);
    else if (entry.isFile()) copyFile(source, target);
  }
};

/** A hard link where that is enough (20 ms for all), else a copy: another device, or a mode closed to others. */
const copyFile = (source: string, target: string): void => {
  const mode = statSync(source).mode;
  const open = mode & 0o100 ? 0o755 : 0o644;
  try {
    if ((mode & open & 0o7) !== (open & 0o7)) throw Object.assign(new Error('closed'), { code: 'EACCES' });
    linkSync(source, target);
  } catch {
    copyFileSync(source, target, constants.COPYFILE_FICLONE);
    chmodSync(target, open);
  }
};

/** A copy of the package where the server's account can reach it, made once for each version of the package. */
const stage = (native: string, place: Place): string => {
  const { ino, mtimeMs, size } = statSync(path.join(native, 'bin', 'postgres'));
  const staged = path.join(place.folder, `binaries-${hashOf(`${native} ${ino} ${mtimeMs} ${size}`)}`);
  const result = path.join(staged, 'native');
  if (existsSync(result)) return result;
  for (const name of readdirSync(place.folder)) {
    if (name.startsWith('binaries-')) rmSync(path.join(place.folder, name), { recursive: true, force: true });
  }
  const making = `${staged}.new`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making);
  copyTree(native, path.join(making, 'native'));
  chmodSync(making, 0o755);
  renameSync(making, staged);
  return result;
};

/** Makes the binaries of a package runnable by the account. Called under the start lock. */
export const prepareBinaries = (packageNative: string, account: Account, place: Place): Binaries => {
  const found = realpathSync(packageNative);
  // A colon cannot be written in LD_LIBRARY_PATH, which a read-only package would need.
  const native = usable(found, account) && !found.includes(':') ? found : stage(found, place);
  const env = linkLibraries(native, place);
  return {
    initdb: path.join(native, 'bin', 'initdb'),
    postgres: path.join(native, 'bin', 'postgres'),
    env,
  };
};
