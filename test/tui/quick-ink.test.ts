import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { options } from '../../scripts/build.mjs';

type Write = { readonly x: number; readonly y: number; readonly text: string };
type Grid = {
  write: (x: number, y: number, text: string, more: { transformers: ((text: string) => string)[] }) => void;
  clip: (edges: { x1?: number; x2?: number; y1?: number; y2?: number }) => void;
  unclip: () => void;
  get: () => { output: string; height: number };
};
type GridClass = new (size: { width: number; height: number }) => Grid;

const folder = mkdtempSync(path.join(tmpdir(), 'pg-tutor-ink-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Ink's Output, as it is or as the build changes it. */
const load = async (name: string, plugins: ReturnType<typeof options>['plugins']): Promise<GridClass> => {
  const file = path.resolve('node_modules/ink/build/output.js');
  const outfile = path.join(folder, `${name}.mjs`);
  await build({
    stdin: { contents: `export { default } from ${JSON.stringify(file)}`, resolveDir: process.cwd() },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    plugins: plugins ?? [],
  });
  const module: { default: GridClass } = await import(pathToFileURL(outfile).href);
  return module.default;
};

let theirs: GridClass;
let ours: GridClass;
beforeAll(async () => {
  [theirs, ours] = await Promise.all([load('theirs', []), load('ours', options().plugins)]);
});

/** A small generator of numbers, the same on every run. */
const seeded = (seed: number) => (below: number) => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor((seed / 2147483648) * below);
};

const words = [
  'a',
  'two words',
  ' ',
  '   ',
  '│',
  '日本',
  '한글',
  'é',
  'e\u0301',
  '👍🏽',
  '👨‍👩‍👧',
  '\u200b',
  '',
  '\u00ad',
  '→ x',
  '🇩🇪',
];
const codes = [
  '\x1b[1m',
  '\x1b[2m',
  '\x1b[22m',
  '\x1b[31m',
  '\x1b[39m',
  '\x1b[7m',
  '\x1b[27m',
  '\x1b[4m',
  '\x1b[0m',
];
const rare = ['\x1b[1;36m', '\x1b[38;5;9m', '\x1b]8;;https://x.y\x07', '\x1b]8;;\x07'];

const lineOf = (random: (below: number) => number): string =>
  Array.from({ length: random(12) }, () => {
    const kind = random(20);
    const from = kind < 10 ? words : kind < 19 ? codes : rare;
    return from[random(from.length)];
  }).join('');

const draw = (Output: GridClass, writes: readonly Write[], bold: boolean, clipped: boolean) => {
  const grid = new Output({ width: 20, height: 6 });
  const transformers = bold ? [(text: string) => `\x1b[1m${text}\x1b[22m`] : [(text: string) => text];
  if (clipped) grid.clip({ x1: 0, x2: 9, y1: 0, y2: 4 });
  for (const { x, y, text } of writes) grid.write(x, y, text, { transformers });
  if (clipped) grid.unclip();
  return grid.get();
};

it('draws full lines as Ink does, also when it saw them before', () => {
  const random = seeded(7);
  const seen: string[] = [];
  for (let round = 0; round < 600; round++) {
    const writes = Array.from({ length: 6 }, (_, y) => {
      const text = seen.length > 0 && random(2) === 0 ? (seen[random(seen.length)] ?? '') : lineOf(random);
      seen.push(text);
      return { x: 0, y, text };
    });
    const bold = random(10) === 0;
    expect(draw(ours, writes, bold, false)).toEqual(draw(theirs, writes, bold, false));
  }
});

it('draws what is no screen of full lines as Ink does', () => {
  const random = seeded(11);
  for (let round = 0; round < 600; round++) {
    const writes = Array.from({ length: 1 + random(8) }, () => ({
      x: random(4) === 0 ? random(24) - 2 : 0,
      y: random(8) - 1,
      text: random(5) === 0 ? `${lineOf(random)}\n${lineOf(random)}` : lineOf(random),
    }));
    const clipped = random(4) === 0;
    expect(draw(ours, writes, false, clipped)).toEqual(draw(theirs, writes, false, clipped));
  }
});
