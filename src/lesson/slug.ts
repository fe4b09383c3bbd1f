/** What sessions and steps may be called. */
export const namePattern = /^[a-z][a-z0-9_-]*$/;

/** Lower-case letters and digits joined by `-`; accents are dropped, other scripts kept. */
export const slugify = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');

/** `base`, else `base-2`, `base-3`… whichever is not taken yet; takes it. */
export const takeUnique = (base: string, taken: Set<string>): string => {
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
  taken.add(name);
  return name;
};

/** `06-transactions` is number 6, slug `transactions`; null when a name is not of that form. */
export const splitNumber = (name: string): { number: number; slug: string } | null => {
  const match = /^(\d{1,3})-([a-z0-9]+(?:-[a-z0-9]+)*)$/.exec(name);
  return match?.[1] && match[2] ? { number: Number(match[1]), slug: match[2] } : null;
};

/** How people call a lesson: lesson 4 of module 6 is `6.4`. */
export const lessonNumber = (module: number, lesson: number): string => `${module}.${lesson}`;
