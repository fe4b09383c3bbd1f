import type { Glyphs } from '../../text/glyphs.ts';
import { type Line, span } from '../../text/line.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { fitLine, lineWidth, padEnd, sliceLine } from '../../text/width.ts';
import type { Candidate } from '../editor/completion.ts';
import type { Popup } from '../editor/popup.ts';
import type { EditorPicture } from '../editor/view.ts';

const popupRows = 7;

const candidateLine = (
  candidate: Candidate,
  selected: boolean,
  nameWidth: number,
  width: number,
  sign: string,
): Line => {
  const text = fitLine(
    [span(`${selected ? sign : ' '}${padEnd(sanitizeLine(candidate.text), nameWidth)} `)],
    nameWidth + 2,
  );
  const detail = fitLine(
    [span(sanitizeLine(candidate.detail || candidate.kind))],
    Math.max(0, width - nameWidth - 2),
  );
  return [
    ...text.map((part) => span(part.text, selected ? { inverse: true, bold: true } : { bold: true })),
    ...detail.map((part) => span(part.text, selected ? { inverse: true } : { dim: true })),
  ];
};

/** The list over the lines above the cursor, or below it where there is more room. */
export const withPopup = (
  lines: readonly Line[],
  popup: Popup,
  editor: EditorPicture,
  editorTop: number,
  { width, height, glyphs }: { readonly width: number; readonly height: number; readonly glyphs: Glyphs },
): Line[] => {
  const { candidates, prefix } = popup.completion;
  const row = editorTop + editor.cursor.row;
  const roomBelow = height - row - 1;
  const above = row > roomBelow;
  const count = Math.min(popupRows, candidates.length, Math.max(1, above ? row : roomBelow));
  const from = Math.max(0, Math.min(popup.selected - Math.floor(count / 2), candidates.length - count));
  const shown = candidates.slice(from, from + count);
  const nameWidth = Math.min(Math.max(...shown.map(({ text }) => lineWidth([span(text)]))), width - 6);
  const detailWidth = Math.max(...shown.map(({ detail, kind }) => lineWidth([span(detail || kind)])));
  const boxWidth = Math.min(width, nameWidth + 2 + Math.min(detailWidth, 24) + 1);
  const x = Math.max(0, Math.min(editor.cursor.column - prefix.length - 1, width - boxWidth));
  const result = [...lines];
  shown.forEach((candidate, index) => {
    const at = above ? row - count + index : row + 1 + index;
    const base = lines[at];
    if (!base) return;
    const box = fitLine(
      candidateLine(candidate, from + index === popup.selected, nameWidth, boxWidth, glyphs.cursor),
      boxWidth,
    );
    result[at] = fitLine(
      [...fitLine(sliceLine(base, 0, x), x), ...box, ...sliceLine(base, x + boxWidth, width - x - boxWidth)],
      width,
    );
  });
  return result;
};
