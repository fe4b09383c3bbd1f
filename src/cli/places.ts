import path from 'node:path';

/** A file as the user would name it from here. */
export const fromHere = (file: string): string => {
  const relative = path.relative(process.cwd(), file);
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
};
