import type { Code } from 'mdast';
import { closest, didYouMean } from './closest.ts';
import { type Excerpt, makeExcerpt } from './excerpt.ts';
import { type Problems, quoted } from './problems.ts';
import { namePattern } from './slug.ts';
import type { Position, VersionRange } from './types.ts';
import { anyVersion, parseVersionRange } from './versions.ts';

export type Word = { readonly text: string; readonly position: Position };

/** A fenced block with the words after its backticks: the first says what it is. */
export type Fence = {
  readonly words: readonly Word[];
  readonly position: Position;
  readonly body: Excerpt;
  /** False when the file ends before the line that should close it. */
  readonly closed: boolean;
};

/** @returns null for code that is indented rather than fenced */
export const readFence = (node: Code, file: string, lines: readonly string[]): Fence | null => {
  if (!node.position) return null;
  const { start, end } = node.position;
  const opening = lines[start.line - 1]?.slice(start.column - 1) ?? '';
  const marker = /^(`{3,}|~{3,})/.exec(opening)?.[1];
  if (marker === undefined) return null;
  const words = [...opening.slice(marker.length).matchAll(/\S+/g)].map((match) => ({
    text: match[0],
    position: { file, line: start.line, column: start.column + marker.length + match.index },
  }));
  const last = (lines[end.line - 1] ?? '').trim();
  return {
    words,
    position: { file, line: start.line, column: start.column },
    body: makeExcerpt(file, lines, start.line + 1, node.value),
    closed: end.line > start.line && last.length >= marker.length && /^(`+|~+)$/.test(last),
  };
};

const flagNames = ['setup', 'explain', 'wait', 'batch'] as const;
type Flag = (typeof flagNames)[number];
const isFlag = (word: string): word is Flag => flagNames.some((flag) => flag === word);

/** Words that would be mistaken for something else. */
const notSessions = ['none', 'show', 'teardown'];

export type Info = {
  readonly id: Word | null;
  readonly postgres: VersionRange;
  readonly flags: ReadonlyMap<Flag, Position>;
  /** Words that are none of these. */
  readonly names: readonly Word[];
};

/** Reads what follows the first word of an info string: `alice #withdraw wait pg>=15`. */
export const readInfo = (fence: Fence, problems: Problems): Info => {
  let id: Word | null = null;
  const flags = new Map<Flag, Position>();
  const names: Word[] = [];
  const versions: Word[] = [];
  for (const word of fence.words.slice(1)) {
    const { text, position } = word;
    if (text.startsWith('#')) {
      const name = { text: text.slice(1), position };
      if (!namePattern.test(name.text))
        problems.error(
          position,
          `${quoted(text)}: an id has small letters, digits, - and _, and begins with a letter`,
        );
      else if (id) problems.error(position, `${quoted(text)}: the block already has the id "${id.text}"`);
      else id = name;
    } else if (/^pg(?![a-z_-])/.test(text)) versions.push(word);
    else if (isFlag(text)) flags.set(text, position);
    else names.push(word);
  }
  let postgres = anyVersion;
  const [first] = versions;
  if (first) {
    const result = parseVersionRange(versions.map((word) => word.text.slice(2)).join(' '));
    if ('range' in result) postgres = result.range;
    else problems.error(first.position, `pg: ${result.problem}`);
  }
  return { id, postgres, flags, names };
};

/** The session that a `sql` block names, else `you`. */
export const readSession = ({ names }: Info, problems: Problems): string => {
  const [name, second] = names;
  if (!name) return 'you';
  if (second)
    problems.error(
      second.position,
      `${quoted(second.text)}: the block already names the session "${name.text}"${didYouMean(second.text, flagNames)}`,
    );
  if (name.text === 'teardown') problems.error(name.position, 'teardown is not supported by this version');
  else if (notSessions.includes(name.text))
    problems.error(name.position, `"${name.text}" cannot be the name of a session`);
  else if (!namePattern.test(name.text))
    problems.error(
      name.position,
      `${quoted(name.text)}: the name of a session has small letters, digits, - and _, and begins with a letter`,
    );
  else if (closest(name.text, ['setup', 'explain', 'batch']).length > 0)
    problems.warning(
      name.position,
      `${quoted(name.text)} is taken for a session${didYouMean(name.text, flagNames)}`,
    );
  return name.text;
};
