import type { PageText } from './lesson-text.ts';
import type { ListedLesson } from './outline.ts';

/** As it is compared: case, accents and width do not matter. */
const fold = (text: string): string =>
  /^[\0-\x7f]*$/.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFKD')
        .replace(/\p{M}+/gu, '')
        .toLowerCase();

/** Where all words of a query stand, the best place first; `scattered`: over a page, or title and summary. */
export type Where = 'title' | 'page' | 'summary' | 'prose' | 'sql' | 'scattered';

export type Found<L extends ListedLesson = ListedLesson> = {
  readonly lesson: L;
  readonly where: Where;
  /** The page it is on; null: the lesson as a whole. */
  readonly page: { readonly id: string; readonly title: string; readonly number: number } | null;
  /** The paragraph or the SQL, cut around the first word found; empty where the title says it all. */
  readonly excerpt: string;
};

type Place = {
  readonly where: Where;
  readonly page: Found['page'];
  readonly text: string;
  readonly folded: string;
};

/** Lessons made ready to be searched many times. */
export type SearchIndex<L extends ListedLesson = ListedLesson> = readonly {
  readonly lesson: L;
  /** In the order of `Where`, then of the pages. */
  readonly places: readonly Place[];
  /** Whatever is said of the lesson as a whole. */
  readonly head: string;
  /** Everything on each page. */
  readonly pages: readonly { readonly page: Place['page']; readonly folded: string }[];
}[];

type Listed<L> = { readonly modules: readonly { readonly lessons: readonly L[] }[] };

/** @param texts by lesson id; without it only titles and summaries are searched */
export const makeSearchIndex = <L extends ListedLesson>(
  catalog: Listed<L>,
  texts: ReadonlyMap<string, readonly PageText[]> | null,
): SearchIndex<L> =>
  catalog.modules
    .flatMap((module) => module.lessons)
    .map((lesson) => {
      const place = (where: Where, text: string, page: Place['page'] = null): Place => ({
        where,
        page,
        text,
        folded: fold(text),
      });
      const pages = texts?.get(lesson.id) ?? [];
      const pageAt = (index: number): Place['page'] => {
        const page = pages.length === lesson.outline.length ? lesson.outline[index] : undefined;
        return page ? { id: page.id, title: page.title, number: index + 1 } : null;
      };
      const inside = (kind: 'prose' | 'sql'): Place[] =>
        pages.flatMap(({ passages }, index) =>
          passages
            .filter((passage) => passage.kind === kind)
            .map((passage) => place(kind, passage.text, pageAt(index))),
        );
      const places = [
        place('title', `${lesson.number} ${lesson.title}`),
        ...lesson.outline.map(({ id, title }, index) =>
          place('page', title, { id, title, number: index + 1 }),
        ),
        place('summary', lesson.summary),
        ...inside('prose'),
        ...inside('sql'),
      ];
      const head = fold(
        [lesson.number, lesson.title, lesson.summary, lesson.id, lesson.module.title].join('\n'),
      );
      const byPage = lesson.outline.map((_, index) => {
        const page = pageAt(index);
        const on = places.filter((one) => one.page?.number === index + 1);
        return { page, folded: on.map(({ folded }) => folded).join('\n') };
      });
      return { lesson, places, head, pages: byPage };
    });

const excerptLength = 160;

/** The text around the first of the words, from and to the edge of a word. */
const cut = ({ text, folded }: Place, words: readonly string[]): string => {
  if (text.length <= excerptLength) return text;
  const at = Math.min(...words.map((word) => folded.indexOf(word)).filter((index) => index >= 0));
  const wanted = Math.max(0, Math.min(at - 40, text.length - excerptLength));
  const from = wanted === 0 ? 0 : text.indexOf(' ', wanted) + 1;
  const end = text.length - from <= excerptLength ? text.length : text.lastIndexOf(' ', from + excerptLength);
  const to = end > from ? end : from + excerptLength;
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
};

/**
 * Lessons in which every word of the query occurs, each with the best place: a title that has all the words, then the
 * title of a page, the summary, a paragraph or a block of SQL that has them all, then lessons that have them here and
 * there on one page. Among equals the whole query as it was typed comes first, then the order of the lessons. An empty query finds
 * everything.
 */
export const searchLessons = <L extends ListedLesson>(index: SearchIndex<L>, query: string): Found<L>[] => {
  const phrase = fold(query).replace(/\s+/g, ' ').trim();
  const words = phrase.split(' ').filter(Boolean);
  const order: readonly Where[] = ['title', 'page', 'summary', 'prose', 'sql', 'scattered'];
  const found = index.flatMap(({ lesson, places, head, pages }): { found: Found<L>; rank: number }[] => {
    const holds = places.filter(({ folded }) => words.every((word) => folded.includes(word)));
    const best = holds.find(({ where }) => where === holds[0]?.where);
    const exact = holds.find(({ where, folded }) => where === best?.where && folded.includes(phrase));
    const place = exact ?? best;
    if (!place) {
      const rank = 2 * order.length;
      if (words.every((word) => head.includes(word)))
        return [{ found: { lesson, where: 'scattered', page: null, excerpt: '' }, rank }];
      const on = pages.find(({ folded }) =>
        words.every((word) => folded.includes(word) || head.includes(word)),
      );
      return on ? [{ found: { lesson, where: 'scattered', page: on.page, excerpt: '' }, rank }] : [];
    }
    const { where, page } = place;
    const excerpt = where === 'title' || where === 'page' ? '' : cut(place, words);
    const rank = 2 * order.indexOf(where) + (exact ? 0 : 1);
    return [{ found: { lesson, where, page, excerpt }, rank }];
  });
  return found.sort((a, b) => a.rank - b.rank).map((one) => one.found);
};
