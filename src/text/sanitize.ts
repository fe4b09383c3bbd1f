import { displayWidth } from './width.ts';

/**
 * Text from a database or a file may hold anything. What passes through here can be printed: it moves the cursor
 * only by its display width, and sets nothing in the terminal.
 *
 * Each expression below consumes what it has looked at, or looks no further than the next ESC, so the time is
 * linear in the length of the text.
 */

/** Control strings (OSC, DCS, SOS, PM, APC) with their end, CSI sequences, other ESC sequences (ECMA-48, ch. 5). */
const sequences =
  /(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])(?:[^\x07\x18\x1a\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c))?|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b[ -/]*[0-~]?/g;

/** C0 but \t and \n, DEL, C1. */
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/**
 * Invisible characters about whose width terminals disagree, or that turn the order of the text around: soft
 * hyphen, bidi marks, embeddings, overrides and isolates, zero-width space, word joiner and invisible operators,
 * byte order mark, interlinear annotation, Hangul fillers, variation selectors.
 */
const invisible =
  /[\u00ad\u061c\u115f\u1160\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|[\u180b-\u180f\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/gu;

/** Most terminals draw the parts of a joined emoji one after another: take the joint out, and all do. */
const emojiJoiner = /\u200d(?=\p{Extended_Pictographic})/gu;

/** No script stacks more marks than this on a character. */
const pileOfMarks = /(\p{M}{8})\p{M}+/gu;

/** A mark with nothing to stand on would be drawn on what stands before the text. */
const looseMark = /^(?=[\p{Mn}\p{Me}])/gmu;

const loneSurrogate = /\p{Surrogate}/gu;
const lineSeparator = /[\u2028\u2029]/g;

const printableAscii = /^[\x20-\x7e\n]*$/;

/** Tabs become spaces up to the next of the stops at every eighth column. */
const expandTabs = (line: string): string => {
  const [first = '', ...rest] = line.split('\t');
  let result = first;
  let column = displayWidth(first);
  for (const part of rest) {
    const gap = 8 - (column % 8);
    result += ' '.repeat(gap) + part;
    column += gap + displayWidth(part);
  }
  return result;
};

/** Text that is safe to print, with its line breaks (\r\n is one; a lone \r is dropped) and without tabs. */
export const sanitize = (text: string): string => {
  if (printableAscii.test(text)) return text;
  const clean = text
    .replace(sequences, '')
    .replace(controls, '')
    .replace(loneSurrogate, '\ufffd')
    .replace(lineSeparator, ' ')
    .replace(invisible, '')
    .replace(emojiJoiner, '')
    .replace(pileOfMarks, '$1')
    .replace(looseMark, '◌');
  return clean.includes('\t') ? clean.split('\n').map(expandTabs).join('\n') : clean;
};

/** Text that is safe to print on one line; line breaks are shown as `newline`. */
export const sanitizeLine = (text: string, newline = '↵'): string => sanitize(text).replaceAll('\n', newline);
