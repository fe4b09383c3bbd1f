import { type Line, lineText } from '../text/line.ts';
import { sanitize } from '../text/sanitize.ts';

/** A fenced block of Markdown, its fence longer than any run of backticks in the text. */
export const fence = (language: string, content: string | readonly Line[]): string => {
  const text =
    typeof content === 'string' ? content : content.map((line) => lineText(line).trimEnd()).join('\n');
  const clean = sanitize(text).replace(/\s+$/, '');
  const longest = Math.max(2, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}${language}\n${clean}\n${mark}`;
};
