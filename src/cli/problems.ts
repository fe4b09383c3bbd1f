import type { Problem } from '../lesson/types.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { fromHere } from './places.ts';

/** `file:line:column: error: what is wrong` */
export const problemInWords = ({ position, severity, message }: Problem): string =>
  sanitizeLine(`${fromHere(position.file)}:${position.line}:${position.column}: ${severity}: ${message}`);
