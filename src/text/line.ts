/**
 * What every picture in pg-tutor is made of: lines of styled spans. A picture is a pure function that returns
 * `Line[]` of known width; Ink, the plain transcript and Markdown only differ in how they print the lines.
 */

/** The 16 ANSI colours we use; the terminal's theme decides how they look. `gray` is bright black. */
export type Color = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white' | 'gray';

export type Style = {
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
  readonly color?: Color;
};

/** Text without line breaks, tabs or control characters (see sanitize.ts), drawn in one style. */
export type Span = { readonly text: string; readonly style?: Style };

export type Line = readonly Span[];

/** A span; `style` may be left out for normal text. */
export const span = (text: string, style?: Style): Span => (style ? { text, style } : { text });

/** A line of one normal span. */
export const plainLine = (text: string, style?: Style): Line => [span(text, style)];

/** The characters of a line without its styles. */
export const lineText = (line: Line): string => line.map((part) => part.text).join('');
