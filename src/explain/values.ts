import { isObject, type RawObject } from './raw.ts';

/**
 * Reading a plan's properties. They come from outside, so each is checked where it is used; by hand and not by a
 * schema, for a plan of thousands of nodes has to be read within milliseconds. The value comes first and its name, for
 * a note, second: looked up by a name that is not written in place, a property that most nodes lack takes ten times as
 * long.
 */
export type Reader = {
  readonly number: (value: unknown, name: string) => number | null;
  readonly count: (value: unknown, name: string) => number;
  readonly text: (value: unknown, name: string) => string | null;
  readonly notes: readonly string[];
};

const mostNotes = 50;

/** Numbers that cannot be are left out, with a note of where. */
export const createReader = (): Reader => {
  const notes: string[] = [];
  const note = (name: string, value: unknown): null => {
    if (notes.length < mostNotes) notes.push(`left out ${name}: ${JSON.stringify(value)?.slice(0, 40)}`);
    return null;
  };
  const number = (value: unknown, name: string): number | null => {
    if (value === undefined || value === null) return null;
    return typeof value === 'number' && value >= 0 && value <= 1e18 ? value : note(name, value);
  };
  return {
    notes,
    number,
    count: (value, name) => number(value, name) ?? 0,
    text: (value, name) => {
      if (value === undefined || value === null) return null;
      return typeof value === 'string' ? value : note(name, value);
    },
  };
};

export const strings = (value: unknown): string[] | null =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : null;

export const objects = (value: unknown): RawObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
