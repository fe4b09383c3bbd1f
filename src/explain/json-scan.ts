export type JsonScan =
  | { readonly ok: true; readonly end: number; readonly targetAt: number | null }
  | { readonly ok: false; readonly at: number; readonly message: string; readonly inString: boolean };

/** A plan 100,000 nodes deep. */
const deepest = 200_000;

type Path = readonly (string | number)[];
type Frame = { readonly array: boolean; key: string | number };

const literal = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;
const plainString = /"[^"\\\x00-\x1f]*"/y;
const anyString = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const space = /[ \t\r\n]*/y;

const match = (expression: RegExp, text: string, at: number): string | null => {
  expression.lastIndex = at;
  return expression.exec(text)?.[0] ?? null;
};

/** How far a string that is not well formed goes until what breaks it. */
const brokenAt = (text: string, at: number): { at: number; message: string } => {
  for (let index = at + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20) return { at: index, message: 'a line break or control character inside a string' };
    if (code === 0x5c) {
      if (!/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(index, index + 6)))
        return { at: index, message: 'a backslash that escapes nothing' };
      index++;
    }
  }
  return { at: text.length, message: 'the text ends inside a string' };
};

/**
 * Walks over one JSON value without recursion: where it ends, or where and why it is broken (RFC 8259). With a path,
 * also where the value at that path begins. JSON.parse says neither in a way that is the same in every Node.
 */
export const scanJson = (text: string, start: number, target: Path | null = null): JsonScan => {
  const frames: Frame[] = [];
  let at = start;
  let targetAt: number | null = null;
  let matched = 0;
  const skip = (): void => {
    at += match(space, text, at)?.length ?? 0;
  };
  const fail = (message: string, where = at, inString = false): JsonScan =>
    where >= text.length && !inString
      ? { ok: false, at: text.length, message: 'the text ends in the middle of the plan', inString }
      : { ok: false, at: where, message, inString };
  const readString = (): string | JsonScan => {
    const found = match(plainString, text, at) ?? match(anyString, text, at);
    if (found === null) {
      const broken = brokenAt(text, at);
      return { ok: false, at: broken.at, message: broken.message, inString: true };
    }
    at += found.length;
    return found;
  };
  const readKey = (frame: Frame): JsonScan | null => {
    if (text[at] !== '"') return fail('expected a name in double quotes');
    const name = readString();
    if (typeof name !== 'string') return name;
    frame.key = name.slice(1, -1);
    skip();
    if (text[at] !== ':') return fail('expected a colon');
    at++;
    skip();
    return null;
  };
  /** `matched` counts how many frames from the outermost are on the way to the target. */
  const enter = (): void => {
    const frame = frames.at(-1);
    if (!target || targetAt !== null || !frame || matched !== frames.length - 1) return;
    if (frame.key !== target[matched]) return;
    matched++;
    if (matched === target.length) targetAt = at;
  };
  const leave = (): void => {
    if (matched >= frames.length && targetAt === null) matched = frames.length - 1;
  };

  skip();
  for (;;) {
    // A value begins at `at`.
    const open = text[at];
    if (open === '{' || open === '[') {
      const frame: Frame = { array: open === '[', key: 0 };
      at++;
      skip();
      if (text[at] === (frame.array ? ']' : '}')) at++;
      else {
        frames.push(frame);
        if (frames.length > deepest) return fail(`nested more than ${deepest} deep`);
        const failed = frame.array ? null : readKey(frame);
        if (failed) return failed;
        enter();
        continue;
      }
    } else if (open === '"') {
      const value = readString();
      if (typeof value !== 'string') return value;
    } else {
      const value = match(literal, text, at);
      if (value === null) return fail('expected a value');
      at += value.length;
    }
    // A value has ended: go on in what encloses it.
    for (;;) {
      const frame = frames.at(-1);
      if (!frame) return { ok: true, end: at, targetAt };
      skip();
      leave();
      const next = text[at];
      if (next === ',') {
        at++;
        skip();
        if (typeof frame.key === 'number') frame.key++;
        else {
          const failed = readKey(frame);
          if (failed) return failed;
        }
        enter();
        break;
      }
      if (next !== (frame.array ? ']' : '}')) return fail(`expected a comma or ${frame.array ? ']' : '}'}`);
      at++;
      frames.pop();
    }
  }
};

/** Line breaks inside strings are taken out: a terminal wraps lines where it likes. */
export const joinBrokenStrings = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\[\s\S])*"/g, (found) =>
    /[\x00-\x1f]/.test(found) ? found.replace(/[\r\n]+/g, '').replace(/[\x00-\x1f]/g, ' ') : found,
  );
