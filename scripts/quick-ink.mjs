// esbuild plugins that make Ink quick for what we draw: a screen full of lines that are already as wide as the screen,
// most of which were in the frame before. Each changes the text of one file of Ink's (or of a library of its), stops
// the build when that file is not as expected, and gives the very bytes that Ink would give (test/tui/quick-ink.test.ts).

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** A plugin that replaces texts, each of which must be there, in the file that `filter` finds. */
const patch = (name, filter, ...changes) => ({
  name,
  setup(builder) {
    builder.onLoad({ filter }, async ({ path: file }) => {
      let contents = await readFile(file, 'utf8');
      for (const [from, to] of changes) {
        if (!contents.includes(from)) throw new Error(`${file} is not as scripts/quick-ink.mjs expects it`);
        contents = contents.replace(from, () => to);
      }
      return { contents, loader: 'js' };
    });
  },
});

/** What measures text with string-width in Ink and its libraries does it through scripts/string-width.mjs. */
const quickStringWidth = {
  name: 'quick-string-width',
  setup(builder) {
    const own = path.join(here, 'string-width.mjs');
    builder.onResolve({ filter: /^string-width$/ }, ({ importer }) =>
      importer === own || !importer.includes('node_modules') ? undefined : { path: own },
    );
  },
};

/** Compiling this expression takes Node 13 ms, half of what node itself needs to start; few texts are ever tested. */
const lateEmoji = patch('late-emoji', /[\\/]string-width[\\/]index\.js$/, [
  'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
  `let rgiEmoji;
const rgiEmojiRegex = {test: text => (rgiEmoji ??= new RegExp('^\\\\p{RGI_Emoji}$', 'v')).test(text)};`,
]);

/**
 * Ink makes a grid of cells, writes every text into it, and writes the grid out. A row of the grid into which one
 * text is written, from column 0 and unclipped, depends on nothing but that text and the width: it is kept.
 */
const keepRows = patch(
  'keep-rows',
  /[\\/]ink[\\/]build[\\/]output\.js$/,
  [
    'export default class Output',
    `import { finishedRow, normalLine } from ${JSON.stringify(path.join(here, 'ink-rows.mjs'))};
let kept = new OutputCaches();
const keptCaches = () => {
    if (kept.styledChars.size > 1000) kept = new OutputCaches();
    return kept;
};
let lines = new Map();
let rows = new Map();
let rowWidth = 0;
const normal = (text) => {
    let line = lines.get(text);
    if (line === undefined) {
        line = normalLine(text) ?? styledCharsToString(keptCaches().getStyledChars(text));
        lines.set(text, line);
    }
    return line;
};
const finished = (line, width) => {
    let row = rows.get(line);
    if (row === undefined) {
        const grid = new Output({ width, height: 1 });
        grid.write(0, 0, line, { transformers: [] });
        row = finishedRow(line, width) ?? grid.getFromGrid().output;
        rows.set(line, row);
    }
    return row;
};
export default class Output`,
  ],
  ['caches = new OutputCaches();', 'caches = keptCaches();'],
  [
    '    get() {',
    `    get() {
        if (rowWidth !== this.width || lines.size > 1000 || rows.size > 1000) {
            lines = new Map();
            rows = new Map();
            rowWidth = this.width;
        }
        const screen = new Array(this.height).fill(undefined);
        for (const { type, x, y, text, transformers } of this.operations) {
            if (type !== 'write' || x !== 0 || !(y in screen) || screen[y] !== undefined || text.includes('\\n')) {
                return this.getFromGrid();
            }
            let line = normal(text);
            for (const transformer of transformers) line = transformer(line, 0);
            screen[y] = finished(line, this.width);
        }
        return { output: screen.map((row) => row ?? '').join('\\n'), height: this.height };
    }
    getFromGrid() {`,
  ],
);

/** Each text is cleaned of sequences twice a frame, and most are what they were. */
const keepCleanTexts = patch('keep-clean-texts', /[\\/]ink[\\/]build[\\/]squash-text-nodes\.js$/, [
  'export default squashTextNodes;',
  `let clean = new Map();
export default (node) => {
    if (node.nodeName !== 'ink-text' || node.childNodes.length !== 1 || node.childNodes[0].nodeName !== '#text') {
        return squashTextNodes(node);
    }
    const from = node.childNodes[0].nodeValue;
    let text = clean.get(from);
    if (text === undefined) {
        if (clean.size > 1000) clean = new Map();
        clean.set(from, text = squashTextNodes(node));
    }
    return text;
};`,
]);

/** The layout has measured it, and Ink keeps those measures. */
const measureOnce = patch(
  'measure-once',
  /[\\/]ink[\\/]build[\\/]render-node-to-output\.js$/,
  ["import widestLine from 'widest-line';", "import measureText from './measure-text.js';"],
  ['const currentWidth = widestLine(text);', 'const currentWidth = measureText(text).width;'],
);

/**
 * A line that has changed is written whole. Ink looks for where it changed, to save bytes, and takes both lines apart
 * into graphemes for it: with the frames and bars of our screens that was a tenth of the time of a frame.
 */
const wholeLines = patch('whole-lines', /[\\/]ink[\\/]build[\\/]log-update\.js$/, [
  `areColumnsUnchanged && nextLines.length === previousLines.length
                ? lineUpdate(previousLines[i], nextLine, stream.columns)
                : ansiEscapes`,
  'ansiEscapes',
]);

export const quickInk = [quickStringWidth, lateEmoji, keepRows, keepCleanTexts, measureOnce, wholeLines];
