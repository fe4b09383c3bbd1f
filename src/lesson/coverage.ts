import type { InventoryItem } from './inventory.ts';
import type { LessonHead } from './types.ts';

type Head = Pick<LessonHead, 'number' | 'covers'>;

export type CoveredItem = InventoryItem & {
  /** Numbers of the lessons that cover it; empty: none does. */
  readonly coveredBy: readonly string[];
};

export type Coverage = {
  readonly items: readonly CoveredItem[];
  /** Ids that lessons cover and the inventory does not have. */
  readonly unknown: readonly { readonly id: string; readonly lesson: string }[];
};

/** Which claims of the inventory have a lesson. */
export const coverageOf = (inventory: readonly InventoryItem[], lessons: readonly Head[]): Coverage => {
  const known = new Set(inventory.map(({ id }) => id));
  return {
    items: inventory.map((item) => ({
      ...item,
      coveredBy: lessons.filter(({ covers }) => covers.includes(item.id)).map(({ number }) => number),
    })),
    unknown: lessons.flatMap(({ covers, number }) =>
      covers.filter((id) => !known.has(id)).map((id) => ({ id, lesson: number })),
    ),
  };
};

const counted = (items: readonly CoveredItem[]): string =>
  `${items.filter(({ coveredBy }) => coveredBy.length > 0).length} of ${items.length}`;

const groups = <K extends string | number>(
  items: readonly CoveredItem[],
  key: (item: CoveredItem) => K,
): CoveredItem[][] => {
  const found = new Map<K, CoveredItem[]>();
  for (const item of items) found.set(key(item), [...(found.get(key(item)) ?? []), item]);
  return [...found.values()];
};

/** `S2-57 (6.4)`, wrapped after a word that is indented by `indent`. */
const listed = (word: string, names: readonly string[], width: number): string[] => {
  const indent = '           ';
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length + 2 <= width)
      lines[lines.length - 1] = `${last}, ${name}`;
    else lines.push(`${lines.length === 0 ? `    ${word}`.padEnd(indent.length) : indent}${name}`);
  }
  return lines;
};

/**
 * Totals for each module, and for each lesson it is meant to have the ids with and without a lesson.
 * @param modules only these; null: all
 */
export const coverageInWords = (
  { items, unknown }: Coverage,
  modules: readonly number[] | null = null,
  width = 80,
): string => {
  const wanted = items.filter(({ module }) => modules === null || modules.includes(module.number));
  const lines = groups(wanted, ({ module }) => module.number).flatMap((ofModule) => [
    `${ofModule[0]?.module.number} ${ofModule[0]?.module.title}: ${counted(ofModule)}`,
    ...groups(ofModule, ({ lesson }) => lesson.number).flatMap((ofLesson) => {
      const taught = ofLesson.filter(({ coveredBy }) => coveredBy.length > 0);
      const missing = ofLesson.filter(({ coveredBy }) => coveredBy.length === 0);
      const elsewhere = ({ id, coveredBy, lesson }: CoveredItem): string =>
        coveredBy.length === 1 && coveredBy[0] === lesson.number ? id : `${id} (${coveredBy.join(', ')})`;
      return [
        `  ${ofLesson[0]?.lesson.number} ${ofLesson[0]?.lesson.title}: ${counted(ofLesson)}`,
        ...listed('has', taught.map(elsewhere), width),
        ...listed(
          'lacks',
          missing.map(({ id }) => id),
          width,
        ),
      ];
    }),
    '',
  ]);
  lines.push(`${counted(wanted)} have a lesson.`);
  for (const { id, lesson } of unknown)
    lines.push(`error: lesson ${lesson} covers ${id}, which is not known`);
  return lines.join('\n');
};
