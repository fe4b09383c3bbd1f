import type { Color, Line, Style } from './line.ts';

/** SGR parameters of the foreground (ECMA-48, 8.3.117; 90 is aixterm's). */
export const colorCodes: Readonly<Record<Color, number>> = {
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
  white: 37,
  gray: 90,
};

const sgr = (style: Style, color: boolean): string => {
  const codes: number[] = [];
  if (style.bold) codes.push(1);
  if (style.dim) codes.push(2);
  if (style.italic) codes.push(3);
  if (style.underline) codes.push(4);
  if (style.inverse) codes.push(7);
  if (style.color && color) codes.push(colorCodes[style.color]);
  return codes.length > 0 ? `\x1b[${codes.join(';')}m` : '';
};

/**
 * A line as a terminal prints it. `style: false` gives its bare text; `color: false` (NO_COLOR asks for no more
 * than that, https://no-color.org) keeps bold, dim and the like.
 */
export const toAnsi = (line: Line, options: { readonly color: boolean; readonly style: boolean }): string => {
  let result = '';
  for (const part of line) {
    const start = part.style && options.style ? sgr(part.style, options.color) : '';
    result += start ? `${start}${part.text}\x1b[0m` : part.text;
  }
  return result;
};
