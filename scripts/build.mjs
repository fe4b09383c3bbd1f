// Bundles src/ into dist/: one entry, code split at every dynamic import, React in production mode.

import { readFileSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { quickInk } from './quick-ink.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

export const options = (outdir = path.join(root, 'dist')) => ({
  absWorkingDir: root,
  // The second is for writeIndex below; its code is in the bundle anyway.
  entryPoints: { main: 'src/cli/main.ts', catalog: 'src/lesson/catalog.ts' },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
  chunkNames: 'chunks/[name]-[hash]',
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
    // Yoga would fetch its own data: URL, and Node load all of undici for it. We fetch nothing.
    fetch: 'undefined',
    'Intl.Segmenter': 'LazySegmenter',
    PG_TUTOR_VERSION: JSON.stringify(version),
  },
  alias: {
    // Ink imports it when DEV=true only; it would bring a web socket server.
    'react-devtools-core': './scripts/empty.mjs',
    // cli-highlight imports all 190 languages; we show four.
    'highlight.js': './src/text/highlight-languages.cjs',
    // Its CommonJS twin, the main file, would have no names when it is imported late.
    'libpg-query': './node_modules/libpg-query/wasm/index.js',
  },
  inject: ['scripts/lazy-segmenter.mjs'],
  plugins: quickInk,
  external: ['pg-native'],
  banner: {
    // libpg-query looks for its WebAssembly beside itself, in __dirname.
    js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url),__dirname=import.meta.dirname;",
  },
});

/** The licence texts of everything that ended up inside the bundle. */
const thirdPartyNotices = (metafile) => {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const match = input.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/);
    if (match) packages.add(match[1]);
  }
  return [...packages].sort().map((name) => {
    const folder = path.join(root, 'node_modules', name);
    const { version: v, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    let text = '';
    for (const file of ['LICENSE', 'license', 'LICENSE.md', 'license.md', 'LICENSE.txt', 'LICENCE']) {
      try {
        text = readFileSync(path.join(folder, file), 'utf8');
        break;
      } catch {}
    }
    return `${name} ${v} (${license ?? 'see its repository'})\n\n${text.trim()}\n`;
  });
};

/** Reads all lessons with the code just built, so that listing them later needs no parser. */
const writeIndex = async (outdir) => {
  const { buildIndex } = await import(pathToFileURL(path.join(outdir, 'catalog.js')).href);
  const index = await buildIndex(path.join(root, 'lessons'));
  await writeFile(path.join(outdir, 'catalog.json'), JSON.stringify(index));
};

/** Builds beside the folder and swaps at the end: a pg-tutor that runs, or another build, never sees half a bundle. */
export const buildAll = async (outdir = path.join(root, 'dist')) => {
  const fresh = `${outdir}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  try {
    const result = await build(options(fresh));
    await writeFile(
      path.join(fresh, 'THIRD-PARTY-NOTICES.txt'),
      thirdPartyNotices(result.metafile).join('\n---\n\n'),
    );
    await copyFile(
      path.join(root, 'node_modules/libpg-query/wasm/libpg-query.wasm'),
      path.join(fresh, 'chunks/libpg-query.wasm'),
    );
    await writeIndex(fresh);
    await rm(outdir, { recursive: true, force: true });
    await rename(fresh, outdir);
    return result;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll();
