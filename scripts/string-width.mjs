// string-width, quick for what most lines are made of. Ink measures each line of each frame, and the first sign
// beyond ASCII makes string-width compile an expression of 20 ms, a tenth of our start.
// The build puts this in the place of string-width for Ink (test/text/width.test.ts compares the two).

import stringWidth from 'string-width';
import { simpleWidth } from '../src/text/width.ts';

const styles = /\x1b\[[\d;]*m/g;

// biome-ignore lint/style/noDefaultExport: it stands in for a module that has one
export default (input, options) => {
  if (typeof input !== 'string' || options !== undefined) return stringWidth(input, options);
  return simpleWidth(input.includes('\x1b') ? input.replace(styles, '') : input) ?? stringWidth(input);
};
