/**
 * What a search looks through: the prose and the SQL of a lesson file, page by page. Read line by line and not by the
 * Markdown parser, whose loading and parsing would be felt between two keys.
 */

/** A paragraph, or the lines of one `sql` block. */
export type Passage = { readonly kind: 'prose' | 'sql'; readonly text: string };

export type PageText = {
  /** As written; null: what stands before the first heading. */
  readonly title: string | null;
  readonly passages: readonly Passage[];
};

const flatten = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Markdown's own signs are not what anybody looks for; the star of count(*) is. */
const withoutMarks = (text: string): string =>
  flatten(
    text
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/^\s*(?:>\s*)?\[!\w+\]|^\s*(?:[-+]|\d+\.|>+|#+)\s+|\|/gm, ' ')
      .replace(/`|\*\*|(?<=^|\s)\*(?=\w)|(?<=\w)\*(?=\W|$)/g, ''),
  );

/** A page that begins without a heading counts only when something is on it that is not setup. */
export const readText = (markdown: string): readonly PageText[] => {
  const lines = markdown
    .replace(/\r\n?/g, '\n')
    .replace(/^---\n[\s\S]*?\n---(?:\n|$)/, '')
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .split('\n');
  const pages: { title: string | null; passages: Passage[]; counts: boolean }[] = [
    { title: null, passages: [], counts: false },
  ];
  let prose: string[] = [];
  let fence: { readonly mark: string; readonly words: readonly string[]; readonly lines: string[] } | null =
    null;
  const add = (kind: Passage['kind'], text: string, counts: boolean): void => {
    const page = pages.at(-1);
    if (!page || text === '') return;
    page.passages.push({ kind, text });
    page.counts ||= counts;
  };
  const endParagraph = (): void => {
    add('prose', withoutMarks(prose.join('\n')), true);
    prose = [];
  };
  for (const line of lines) {
    if (fence) {
      const close = /^\s*(`{3,}|~{3,})\s*$/.exec(line)?.[1];
      if (close?.startsWith(fence.mark)) {
        const [name, ...words] = fence.words;
        const setup = words.includes('setup');
        // Claims and answers are not to be found before their time.
        if (name === 'sql') add('sql', flatten(fence.lines.join('\n')), !setup);
        fence = null;
      } else fence.lines.push(line);
      continue;
    }
    const [, mark, info = ''] = /^\s*(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    const heading = /^ {0,3}##(?:\s+(.*?))?(?:\s+#+)?\s*$/.exec(line);
    if (mark !== undefined) {
      endParagraph();
      fence = { mark, words: info.trim().split(/\s+/), lines: [] };
    } else if (heading) {
      endParagraph();
      pages.push({ title: withoutMarks(heading[1] ?? ''), passages: [], counts: true });
    } else if (line.trim() === '') endParagraph();
    else prose.push(line);
  }
  endParagraph();
  const [top, first, ...rest] = pages.map(({ title, passages }) => ({ title, passages }));
  if (!top || !first || pages[0]?.counts) return top && first ? [top, first, ...rest] : [];
  return [{ ...first, passages: [...top.passages, ...first.passages] }, ...rest];
};
