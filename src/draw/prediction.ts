import type { Prediction } from '../lesson/types.ts';
import type { PredictionState } from '../player/state.ts';
import type { Glyphs } from '../text/glyphs.ts';
import { type Line, type Span, type Style, span } from '../text/line.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { lineWidth } from '../text/width.ts';
import { wrapLine } from '../text/wrap.ts';
import { listInWords } from './words.ts';

type Options = { readonly width: number; readonly glyphs: Glyphs };

/** Words with `code` in them, as authors write it; code is bold. */
export const inlineCode = (text: string, style: Style = {}): Line =>
  sanitizeLine(text)
    .split(/`([^`]*)`/)
    .map((part, index): Span => span(part, index % 2 === 1 ? { ...style, bold: true } : style))
    .filter((part) => part.text !== '');

/** The question and its choices, the guess and, once judged, what was right. */
export const drawPrediction = (
  prediction: Prediction,
  made: PredictionState | null,
  { width, glyphs }: Options,
): Line[] => {
  const lines: Line[] = wrapLine(
    [span('? ', { color: 'cyan', bold: true }), ...inlineCode(prediction.question, { bold: true })],
    width,
    {
      indent: 2,
    },
  );
  prediction.choices.forEach((choice, index) => {
    const guessed = made?.choice === index;
    const right = made?.right?.includes(index) ?? false;
    const judged = made !== null && made.right !== null;
    const sign = judged
      ? right
        ? glyphs.done
        : guessed
          ? glyphs.failed
          : ' '
      : guessed
        ? glyphs.cursor
        : ' ';
    const style: Style = judged
      ? right
        ? { color: 'green', bold: true }
        : guessed
          ? { color: 'red' }
          : { dim: true }
      : guessed
        ? { bold: true }
        : {};
    const words: Line = [
      span(`  ${sign} `, style),
      span(`${index + 1} `, { ...style, bold: true }),
      ...inlineCode(choice.text, style),
    ];
    const wrapped = wrapLine(words, width, { indent: 6 });
    const last = wrapped[wrapped.length - 1];
    if (guessed && last) {
      const note: Line = [span('  your guess', { dim: true })];
      if (lineWidth(last) + lineWidth(note) <= width) wrapped[wrapped.length - 1] = [...last, ...note];
      else wrapped.push([span('      your guess', { dim: true })]);
    }
    lines.push(...wrapped);
  });
  if (made !== null && made.choice === null) lines.push([span(`  ${glyphs.skipped} skipped`, { dim: true })]);
  return lines;
};

/** Whether the guess was right and what was; nothing before it is known. */
export const drawVerdict = (
  prediction: Prediction,
  made: PredictionState | null,
  { width, glyphs }: Options,
): Line[] => {
  if (!made || made.right === null) return [];
  const answers = made.right.map((index) => prediction.choices[index]?.text ?? '');
  if (answers.length === 0) {
    return wrapLine(
      [span(`${glyphs.skipped} None of the choices is what happened on this server.`, { color: 'yellow' })],
      width,
      { indent: 2 },
    );
  }
  const answer = inlineCode(listInWords(answers));
  const right = made.choice !== null && made.right.includes(made.choice);
  const head =
    made.choice === null
      ? span(`${glyphs.skipped} It was: `, { bold: true })
      : right
        ? span(`${glyphs.done} Right: `, { color: 'green', bold: true })
        : span(`${glyphs.failed} Not this time. It was: `, { color: 'red', bold: true });
  return wrapLine([head, ...answer], width, { indent: 2 });
};
