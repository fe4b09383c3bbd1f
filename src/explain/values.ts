import { isObject, type RawObject } from './raw.ts';

/**
 * Reading a plan's properties. They come from outside, so each is checked where it is used; by hand and not by a
 * schema, for a plan of thousands of nodes has to be read within milliseconds.
 */
export type Reader = {
  readonly checked: (value: unknown, key: string) => number | null;
  readonly number: (raw: RawObject, key: string) => number | null;
  readonly count: (raw: RawObject, key: string) => number;
  readonly text: (raw: RawObject, key: string) => string | null;
  readonly notes: readonly string[];
};

const mostNotes = 50;

/** Numbers that cannot be are left out, with a note of where. */
export const createReader = (): Reader => {
  const notes: string[] = [];
  const note = (key: string, value: unknown): null => {
    if (notes.length < mostNotes) notes.push(`left out ${key}: ${JSON.stringify(value)?.slice(0, 40)}`);
    return null;
  };
  const checked = (value: unknown, key: string): number | null => {
    if (value === undefined || value === null) return null;
    return typeof value === 'number' && value >= 0 && value <= 1e18 ? value : note(key, value);
  };
  const number = (raw: RawObject, key: string): number | null => checked(raw[key], key);
  return {
    notes,
    checked,
    number,
    count: (raw, key) => number(raw, key) ?? 0,
    text: (raw, key) => {
      const value = raw[key];
      if (value === undefined || value === null) return null;
      return typeof value === 'string' ? value : note(key, value);
    },
  };
};

export const strings = (value: unknown): string[] | null =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : null;

export const objects = (value: unknown): RawObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
