import { makeExcerpt } from './excerpt.ts';
import type { Problems } from './problems.ts';
import { list, mapping, pattern, readShape, text, versions, wholeNumber } from './schema.ts';
import type { LessonHead } from './types.ts';
import { oldestPostgres } from './versions.ts';
import { readYaml } from './yaml.ts';

/** What an id of the inventory, a page of the manual, and an extension may be called. */
export const frontPatterns = {
  covers: /^S\d+-(T?\d+|\d+\.\d+[a-z]?)$/,
  docs: /^[a-z0-9]+(-[a-z0-9]+)*$/,
  extension: /^[a-z][a-z0-9_-]*$/,
};

const privilege = pattern('superuser or createrole', /^(superuser|createrole)$/).transform((word) =>
  word === 'superuser' ? ('superuser' as const) : ('createrole' as const),
);

/** docs/lesson.schema.json says the same for editors: `npm run schema` writes it. */
export const frontMatter = mapping('keys and values', {
  title: text(),
  summary: text(),
  minutes: wholeNumber(1, 120),
  needs: mapping(
    'keys such as { postgres: ">=14" }',
    {
      postgres: versions.optional(),
      extensions: list(pattern('a name', frontPatterns.extension), 'a list of extensions').optional(),
      privileges: list(privilege, 'a list of privileges').optional(),
    },
    ['servers', 'tools'],
  ).optional(),
  covers: list(
    pattern('an id such as S2-57', frontPatterns.covers),
    'a list of ids such as [S2-57, S2-78]',
  ).optional(),
  docs: list(
    pattern('a page of the manual such as transaction-iso, without .html', frontPatterns.docs),
    'a list of pages of the manual',
  ).optional(),
});

export type FrontMatter = Pick<LessonHead, 'title' | 'summary' | 'minutes' | 'needs' | 'covers' | 'docs'>;

type Split = {
  /** Null when it is missing or wrong. */
  readonly front: FrontMatter | null;
  /** How many lines of the file it takes, with both its --- lines. */
  readonly length: number;
};

/** Reads what stands between the two `---` lines at the top of a lesson. */
export const readFrontMatter = (file: string, lines: readonly string[], problems: Problems): Split => {
  const top = { file, line: 1, column: 1 };
  if (lines[0]?.trimEnd() !== '---') {
    problems.error(
      top,
      'no front matter: a lesson begins with a line ---, then title, summary and minutes, then ---',
    );
    return { front: null, length: 0 };
  }
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---');
  if (end < 0) {
    problems.error(top, 'the front matter that begins here is not closed by a line ---');
    return { front: null, length: lines.length };
  }
  const source = readYaml(makeExcerpt(file, lines, 2, lines.slice(1, end).join('\n')), problems);
  const data = source && readShape(frontMatter, source, problems);
  if (!data) return { front: null, length: end + 1 };

  const needed = data.needs?.postgres ?? {};
  const from = needed.from ?? oldestPostgres;
  if (from < oldestPostgres)
    problems.error(
      source.valuePosition(['needs', 'postgres']),
      `needs.postgres: PostgreSQL ${oldestPostgres} is the oldest supported version, found ${from}`,
    );
  const front: FrontMatter = {
    title: data.title,
    summary: data.summary,
    minutes: data.minutes,
    needs: {
      postgres: { ...needed, from },
      extensions: data.needs?.extensions ?? [],
      privileges: data.needs?.privileges ?? [],
    },
    covers: data.covers ?? [],
    docs: data.docs ?? [],
  };
  return { front, length: end + 1 };
};
