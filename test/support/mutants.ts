/** SQL that is nearly the given one: each differs by one small mistake of the kind that learners make. */
export const mutantsOf = (sql: string): string[] => {
  const text = sql.trim().replace(/;$/, '');
  const swaps: readonly (readonly [RegExp, string])[] = [
    [/\bwhere\b[\s\S]*?(?=\bgroup by\b|\border by\b|\blimit\b|\)|$)/gi, ''],
    [/<>/g, '='],
    [/(?<![<>!:])=/g, '<>'],
    [/<=/g, '<'],
    [/>=/g, '>'],
    [/(?<![<>-])>(?![=>])/g, '<'],
    [/(?<![<>])<(?![=>])/g, '>='],
    [/\bleft join\b/gi, 'join'],
    [/(?<!left |right |full )\bjoin\b/gi, 'left join'],
    [/\band\b/gi, 'or'],
    [/\bnot exists\b/gi, 'exists'],
    [/\bis not null\b/gi, 'is null'],
    [/\bis null\b/gi, 'is not null'],
    [/\bdesc\b/gi, 'asc'],
    [/\bdistinct\b(?! from)/gi, ''],
    [/\bunion all\b/gi, 'union'],
    [/\bsum\(/gi, 'max('],
    [/\bcount\(/gi, 'sum('],
    [/\bavg\(/gi, 'max('],
    [/\bmin\(/gi, 'max('],
    [/\bmax\(/gi, 'min('],
    [/(?<![\w.'])\d+(?![\w.'])/g, '7'],
    [/'[^']+'/g, "'x'"],
  ];
  const one = swaps.flatMap(([pattern, other]) =>
    [...text.matchAll(pattern)].map(
      (match) => text.slice(0, match.index) + other + text.slice(match.index + match[0].length),
    ),
  );
  const whole = [
    `select * from (${text}) t union all select * from (${text}) t`,
    `select * from (${text}) t order by t desc`,
    `select * from (${text}) t order by t asc`,
    `select * from (${text}) t limit 1`,
  ];
  return [...new Set([...one, ...whole])].filter((mutant) => mutant !== text);
};

/** The same transaction without one of the things that keep another one out of its way. */
export const unprotected = (sql: string): string[] => {
  const guards = [
    /\bfor (no key )?update\b( of \w+)?( nowait| skip locked)?/gi,
    /\bselect pg_advisory_(xact_)?lock\([^;]*;/gi,
    /\block table\b[^;]*;/gi,
    /\bisolation level (serializable|repeatable read)/gi,
  ];
  return guards.flatMap((guard) =>
    [...sql.matchAll(guard)].map(
      (match) => sql.slice(0, match.index) + sql.slice(match.index + match[0].length),
    ),
  );
};
