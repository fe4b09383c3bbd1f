import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

/** What each layer of src/ may import from. docs/design.md says why. */
const pure = ['text', 'lesson', 'explain', 'locks', 'timeline'];
const allowed: Readonly<Record<string, readonly string[]>> = {
  text: ['text'],
  explain: ['explain', 'text'],
  locks: ['locks', 'text'],
  // A lesson may claim any node of a plan, and the plan reader has the list of them.
  lesson: ['lesson', 'text', 'locks', 'explain/node-types.ts'],
  timeline: ['timeline', 'text', 'locks'],
  draw: [
    'draw',
    ...pure,
    'player/state.ts',
    'player/sandbox-state.ts',
    'player/lab-state.ts',
    'player/judge-state.ts',
    'player/workbook-state.ts',
  ],
  postgres: ['postgres', ...pure],
  engine: ['engine', 'postgres', ...pure],
  isolation: ['isolation', 'engine', 'postgres', ...pure],
  progress: ['progress', 'player/state.ts', 'player/judge-state.ts', ...pure],
  player: ['player', 'engine', 'postgres', ...pure],
  tui: [
    'tui',
    'draw',
    'progress',
    'player/state.ts',
    'player/sandbox-state.ts',
    'player/lab-state.ts',
    'player/judge-state.ts',
    'player/workbook-state.ts',
    'player/orders.ts',
    ...pure,
  ],
  plain: [
    'plain',
    'draw',
    'progress',
    'player/state.ts',
    'player/lab-state.ts',
    'player/judge-state.ts',
    'player/workbook-state.ts',
    ...pure,
  ],
  authoring: ['authoring', 'draw', 'player/state.ts', ...pure],
  cli: [
    'cli',
    'authoring',
    'tui',
    'plain',
    'draw',
    'player',
    'progress',
    'isolation',
    'engine',
    'postgres',
    ...pure,
  ],
};

/** Packages with one home. */
const homes: Readonly<Record<string, readonly string[]>> = {
  pg: ['postgres'],
  'pg-copy-streams': ['postgres'],
  'pg-connection-string': ['postgres'],
  pgpass: ['postgres'],
  ink: ['tui'],
  react: ['tui'],
  'cli-highlight': ['text'],
  'mdast-util-from-markdown': ['lesson'],
};

const src = path.resolve(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => file.split(path.sep).join('/'));

const imports = (file: string): string[] =>
  [...readFileSync(path.join(src, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );

/** A relative import as a path below src/. */
const target = (file: string, specifier: string): string =>
  path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));

describe('the direction of imports', () => {
  it('knows every folder of src/', () => {
    const layers = new Set(files.map((file) => file.split('/')[0]));
    expect([...layers].filter((layer) => !allowed[layer ?? ''])).toEqual([]);
  });

  it.each(Object.keys(allowed))('%s imports only from the layers below it', (layer) => {
    const wrong = files
      .filter((file) => file.startsWith(`${layer}/`))
      .flatMap((file) =>
        imports(file)
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => ({ file, to: target(file, specifier) }))
          .filter(({ to }) => !allowed[layer]?.some((ok) => to === ok || to.startsWith(`${ok}/`))),
      );
    expect(wrong).toEqual([]);
  });

  it('keeps each package in its home', () => {
    const wrong = files.flatMap((file) =>
      imports(file)
        .filter((specifier) => homes[specifier] && !homes[specifier].includes(file.split('/')[0] ?? ''))
        .map((specifier) => ({ file, specifier })),
    );
    expect(wrong).toEqual([]);
  });

  it('reads lesson files in one place', () => {
    const readers = files.filter(
      (file) => file.startsWith('lesson/') && imports(file).some((name) => /^node:fs/.test(name)),
    );
    expect(readers.filter((file) => file !== 'lesson/build-index.ts')).toEqual(['lesson/catalog.ts']);
  });

  it('has no import cycle', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        imports(file)
          .filter((name) => name.startsWith('.'))
          .map((name) => target(file, name)),
      ]),
    );
    const done = new Set<string>();
    const visit = (file: string, trail: readonly string[]): string[] | null => {
      if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
      if (done.has(file)) return null;
      for (const next of graph.get(file) ?? []) {
        const cycle = visit(next, [...trail, file]);
        if (cycle) return cycle;
      }
      done.add(file);
      return null;
    };
    expect(files.map((file) => visit(file, [])).filter(Boolean)).toEqual([]);
  });
});
