import { type ErrorCode, isAlias, isMap, isScalar, isSeq, type ParsedNode, parseDocument } from 'yaml';
import type { Excerpt } from './excerpt.ts';
import { type Problems, quoted } from './problems.ts';
import type { Position } from './types.ts';

/**
 * A scalar as its author wrote it: `1.10` stays `1.10`. `plain` says that it had no quotes, so that an author can
 * tell null from "null".
 */
export class YamlScalar {
  readonly text: string;
  readonly plain: boolean;

  constructor(text: string, plain: boolean) {
    this.text = text;
    this.plain = plain;
  }

  /** `null`, `~` or nothing at all, without quotes. */
  get isNull(): boolean {
    return this.plain && ['', '~', 'null', 'Null', 'NULL'].includes(this.text);
  }
}

export type YamlMap = { readonly [key: string]: YamlValue };
export type YamlValue = YamlScalar | YamlMap | readonly YamlValue[];
export type YamlPath = readonly (string | number)[];

export type YamlSource = {
  readonly value: YamlValue;
  /** Where the key (or list item) at the end of `path` stands; of the nearest parent when it is not there. */
  position(path: YamlPath): Position;
  /** Where its value begins. */
  valuePosition(path: YamlPath): Position;
};

/** Whether a list stands at the end of `path`. */
export const isList = (source: YamlSource, path: YamlPath): boolean => {
  let value: unknown = source.value;
  for (const part of path) {
    const inside: Readonly<Record<string, unknown>> = { ...(typeof value === 'object' && value) };
    value = inside[part];
  }
  return Array.isArray(value);
};

/** Our words where the library's need knowledge of its inside. */
const messages: Partial<Record<ErrorCode, string>> = {
  DUPLICATE_KEY: 'this key is written twice',
  BLOCK_AS_IMPLICIT_KEY: 'a value that itself contains ": " has to be put in quotes',
  TAB_AS_INDENT: 'indent with spaces, not with tabs',
  MULTIPLE_DOCS: 'a line of --- cannot stand here; a list of "- { … }" holds several sets of claims',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  MULTILINE_IMPLICIT_KEY: 'a key must be followed by a colon on the same line',
};

type Place = { readonly key: number; readonly value: number };

const pathKey = (path: YamlPath): string => JSON.stringify(path);

/**
 * Reads YAML whose scalars all stay text. Anchors, aliases and tags are refused: a lesson has no use for them.
 * @returns null after an error, which is then among the problems
 */
export const readYaml = (excerpt: Excerpt, problems: Problems): YamlSource | null => {
  const places = new Map<string, Place>();
  let failed = false;
  const fail = (offset: number, message: string): YamlScalar => {
    if (!failed) problems.error(excerpt.position(offset), message);
    failed = true;
    return new YamlScalar('', true);
  };

  const convert = (node: ParsedNode | null, key: number, path: YamlPath): YamlValue => {
    const start = node?.range[0] ?? key;
    places.set(pathKey(path), { key, value: start });
    if (!node) return new YamlScalar('', true);
    if (isAlias(node))
      return fail(start, `${quoted(`*${node.source}`)}: put a value that starts with * in quotes`);
    if (node.anchor)
      return fail(start, `${quoted(`&${node.anchor}`)}: put a value that starts with & in quotes`);
    if (isScalar(node)) return new YamlScalar(String(node.value), node.type === 'PLAIN');
    if (isSeq<ParsedNode>(node))
      return node.items.map((item, index) => convert(item, item?.range[0] ?? start, [...path, index]));
    if (!isMap<ParsedNode, ParsedNode | null>(node)) return fail(start, 'not understood');
    const entries: [string, YamlValue][] = [];
    for (const pair of node.items) {
      const at = pair.key.range[0];
      if (!isScalar(pair.key))
        return fail(at, 'a key has to be a word; put a value that starts with { or [ in quotes');
      const name = String(pair.key.value);
      entries.push([name, convert(pair.value, at, [...path, name])]);
    }
    return Object.fromEntries(entries);
  };

  let value: YamlValue;
  try {
    const document = parseDocument(excerpt.text, { schema: 'failsafe', prettyErrors: false });
    const [trouble] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
    value = trouble
      ? fail(trouble.pos[0], messages[trouble.code] ?? `not valid YAML: ${lowerFirst(trouble.message)}`)
      : convert(document.contents, 0, []);
  } catch (error) {
    // The library walks nested collections by recursion.
    if (!(error instanceof RangeError)) throw error;
    value = fail(0, 'nested too deeply');
  }
  if (failed) return null;

  const find = (path: YamlPath): Place => {
    for (let length = path.length; length >= 0; length--) {
      const place = places.get(pathKey(path.slice(0, length)));
      // Below a missing key the value of the parent is the nearest thing to point at.
      if (place) return length === path.length ? place : { key: place.value, value: place.value };
    }
    return { key: 0, value: 0 };
  };
  return {
    value,
    position: (path) => excerpt.position(find(path).key),
    valuePosition: (path) => excerpt.position(find(path).value),
  };
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
