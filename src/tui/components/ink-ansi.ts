import { colorCodes } from '../../text/ansi.ts';
import type { Line, Style } from '../../text/line.ts';

type Code = { readonly open: number; readonly close: number };

const codesOf = (style: Style | undefined, color: boolean): Code[] => {
  if (!style) return [];
  const codes: Code[] = [];
  if (style.bold) codes.push({ open: 1, close: 22 });
  if (style.dim) codes.push({ open: 2, close: 22 });
  if (style.italic) codes.push({ open: 3, close: 23 });
  if (style.underline) codes.push({ open: 4, close: 24 });
  if (style.inverse) codes.push({ open: 7, close: 27 });
  if (style.color && color) codes.push({ open: colorCodes[style.color], close: 39 });
  return codes;
};

const isIntensity = (code: Code): boolean => code.close === 22;
const has = (codes: readonly Code[], code: Code): boolean => codes.some((other) => other.open === code.open);

/** From one style to the next with as little as possible: what ends, from the inside out, then what begins. */
const step = (from: readonly Code[], to: readonly Code[]): { text: string; now: Code[] } => {
  const ends = from.filter((code) =>
    isIntensity(code) ? !has(to, code) : !to.some((other) => other.close === code.close),
  );
  const dims = ends.some(isIntensity);
  const begins = to.filter((code) => !has(from, code) || (dims && isIntensity(code)));
  const kept = from.filter((code) => has(to, code) && !begins.includes(code) && !(dims && isIntensity(code)));
  const numbers = [...ends.map((code) => code.close).reverse(), ...begins.map((code) => code.open)];
  return {
    text: [...new Set(numbers)].map((number) => `\x1b[${number}m`).join(''),
    now: [...kept, ...begins],
  };
};

/**
 * A line in the very form that Ink gives its own output (styledCharsToString of @alcalzone/ansi-tokenize). Ink takes
 * each line apart, writes it out again and takes that apart too, unless it has seen it: this form it has.
 */
export const inkAnsi = (line: Line, color: boolean): string => {
  let text = '';
  let codes: Code[] = [];
  for (const part of line) {
    if (part.text === '') continue;
    const next = step(codes, codesOf(part.style, color));
    text += next.text + part.text;
    codes = next.now;
  }
  return text + step(codes, []).text;
};
