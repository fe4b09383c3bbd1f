import { isMap, isScalar, isSeq, type ParsedNode, parseDocument } from 'yaml';
import type { ActualValue } from '../timeline/events.ts';
import type { Edit } from './unified-diff.ts';

/** The value of a claim where it is written. */
type Written = {
  readonly key: string;
  /** Offsets in the file: behind the colon of the key, and of the value itself. */
  readonly afterKey: number;
  readonly start: number;
  readonly end: number;
  /** Within `{ … }` or `[ … ]`, where a value may not become a list of lines. */
  readonly inFlow: boolean;
  /** Begins on the line of its key. */
  readonly inline: boolean;
  /** Columns before the key. */
  readonly indent: number;
  /** Keys of a value that is a map. */
  readonly keys: readonly string[];
  /** Offset of the key `rows` in a value that is a map with such a key. */
  readonly rowsAt: number | null;
};

const widest = 100;

/** A cell or a name as a lesson writes it; in quotes when YAML or the lesson format would read something else. */
const scalar = (value: string | null): string => {
  if (value === null) return 'null';
  const plain = /^[A-Za-z0-9_](?:[A-Za-z0-9_ .()/+-]*[A-Za-z0-9_.()/+-])?$/.test(value);
  return plain && !/^(?:null|true|false)$/i.test(value) ? value : JSON.stringify(value);
};

const flowRow = (row: readonly (string | null)[]): string => `[${row.map(scalar).join(', ')}]`;

const escaped = (message: string): string =>
  JSON.stringify(message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).replace(
    /^"([\w ,'/-]+)"$/,
    (quoted, bare) => (scalar(bare) === bare ? bare : quoted),
  );

const lockText = (
  lock: Extract<ActualValue, { lock: unknown }>['lock'],
  keys: readonly string[],
): string | null => {
  const parts = keys.map((key) => {
    if (key === 'relation') return lock.relation === null ? null : `relation: ${scalar(lock.relation)}`;
    return key === 'mode' ? `mode: ${lock.mode}` : `type: ${lock.type}`;
  });
  return parts.includes(null) ? null : `{ ${parts.join(', ')} }`;
};

/** What the author would have to write; null: no value can say it. */
const valueText = (actual: ActualValue, { key, inFlow, indent, keys }: Written): string | null => {
  if ('rows' in actual) {
    const flow = `[${actual.rows.map(flowRow).join(', ')}]`;
    if (inFlow || actual.rows.length < 2 || indent + key.length + 2 + flow.length <= widest) return flow;
    return actual.rows.map((row) => `\n${' '.repeat(indent + 2)}- ${flowRow(row)}`).join('');
  }
  if ('lock' in actual) return lockText(actual.lock, keys);
  if ('names' in actual) {
    const names = actual.names.map(scalar);
    if (key === 'columns') return `[${names.join(', ')}]`;
    return names.length === 0 ? 'none' : names.length === 1 ? (names[0] ?? null) : `[${names.join(', ')}]`;
  }
  if (key === 'message' || key === 'notice') return escaped(actual.text);
  return key === 'error' && actual.text !== 'none' ? JSON.stringify(actual.text) : scalar(actual.text);
};

/** The block of YAML around a line (from 1) of a lesson: where it begins, and its text. */
const blockAround = (
  text: string,
  line: number,
): { readonly offset: number; readonly yaml: string } | null => {
  const lines = text.split('\n');
  const fence = /^\s{0,3}(?:`{3,}|~{3,})/;
  const open = lines.findLastIndex((one, index) => index < line - 1 && fence.test(one));
  const close = lines.findIndex((one, index) => index >= line - 1 && fence.test(one));
  if (open < 0 || close < 0) return null;
  const offset = lines.slice(0, open + 1).reduce((sum, one) => sum + one.length + 1, 0);
  return { offset, yaml: lines.slice(open + 1, close).join('\n') };
};

type Pair = { readonly key: ParsedNode; readonly value: ParsedNode | null };
const pairsOf = (node: ParsedNode | null): readonly Pair[] =>
  isMap<ParsedNode, ParsedNode | null>(node) ? node.items : [];
const itemsOf = (node: ParsedNode | null): readonly (ParsedNode | null)[] =>
  isSeq<ParsedNode>(node) ? node.items : [];
const nameOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : '');

/** The pair or list item that begins at an offset of the block. */
const writtenAt = (yaml: string, at: number): Written | null => {
  const describe = (key: string, keyEnd: number, value: ParsedNode, inFlow: boolean): Written => {
    const [start, valueEnd] = value.range;
    const pairs = pairsOf(value);
    return {
      key,
      afterKey: keyEnd,
      start,
      end: start + yaml.slice(start, valueEnd).trimEnd().length,
      inFlow,
      inline: !yaml.slice(keyEnd, start).includes('\n'),
      indent: at - (yaml.lastIndexOf('\n', at - 1) + 1),
      keys: pairs.map(nameOf),
      rowsAt: pairs.find((pair) => nameOf(pair) === 'rows')?.key.range[0] ?? null,
    };
  };
  const find = (node: ParsedNode | null, key: string, flow: boolean): Written | null => {
    const inFlow = flow || ((isMap(node) || isSeq(node)) && node.flow === true);
    for (const pair of pairsOf(node)) {
      const name = nameOf(pair);
      if (pair.key.range[0] === at && pair.value)
        return describe(name, yaml.indexOf(':', pair.key.range[1]) + 1, pair.value, inFlow);
      const inside = find(pair.value, name, inFlow);
      if (inside) return inside;
    }
    for (const item of itemsOf(node)) {
      if (key !== '' && item?.range[0] === at) return describe(key, at, item, inFlow);
      const inside = find(item, key, inFlow);
      if (inside) return inside;
    }
    return null;
  };
  return find(parseDocument(yaml, { schema: 'failsafe' }).contents, '', false);
};

/**
 * The edit that makes a claim say what happened.
 * @param place line and column of the claim, from 1, as a check gives them
 * @returns null when no value can say it, or it is not found there
 */
export const editFor = (
  text: string,
  place: { readonly line: number; readonly column: number },
  actual: ActualValue,
): Edit | null => {
  const block = blockAround(text, place.line);
  if (!block) return null;
  const lineStart =
    text
      .split('\n')
      .slice(0, place.line - 1)
      .join('\n').length + (place.line > 1 ? 1 : 0);
  const at = lineStart + place.column - 1 - block.offset;
  const claim = writtenAt(block.yaml, at);
  // Of a state it is the rows that are mended.
  const mended = claim?.key === 'state' ? claim.rowsAt : at;
  const written = mended === null ? null : writtenAt(block.yaml, mended);
  if (!written) return null;
  const value = valueText(actual, written);
  if (value === null) return null;
  const whole = value.startsWith('\n') || !written.inline;
  return {
    start: block.offset + (whole ? written.afterKey : written.start),
    end: block.offset + written.end,
    text: whole && !value.startsWith('\n') ? ` ${value}` : value,
  };
};
