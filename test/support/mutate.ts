/** A small seeded generator (mulberry32): a failure can be repeated. */
export const random = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

const strange = [
  'null',
  '-1',
  '1e308',
  '1e999',
  '-0.5',
  '99999999999999999999',
  '"x"',
  '[]',
  '{}',
  'true',
  '""',
  '[1]',
];

const pick = <T>(list: readonly T[], next: () => number): T | undefined =>
  list[Math.floor(next() * list.length)];

/** Damages a plan in one of the ways people and tools do. */
export const mutate = (text: string, next: () => number): string => {
  const at = Math.floor(next() * text.length);
  const lines = text.split('\n');
  const line = Math.floor(next() * lines.length);
  switch (Math.floor(next() * 10)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(at);
    case 2: {
      const other = Math.floor(next() * lines.length);
      [lines[line], lines[other]] = [lines[other] ?? '', lines[line] ?? ''];
      return lines.join('\n');
    }
    case 3:
      return lines.toSpliced(line, 1 + Math.floor(next() * 4)).join('\n');
    case 4:
      return lines.toSpliced(line, 0, ...lines.slice(line, line + 8)).join('\n');
    case 5:
      return text.replace(/(": )(?:-?[\d.]+|"[^"]*"|true|false)/g, (found, colon: string) =>
        next() < 0.05 ? `${colon}${pick(strange, next)}` : found,
      );
    case 6:
      return text.replace(/\d+(?:\.\d+)?/g, (found) => (next() < 0.05 ? (pick(strange, next) ?? '') : found));
    case 7:
      return (
        text.slice(0, at) +
        String.fromCharCode(Math.floor(next() * 0x300)) +
        text.slice(at + Math.floor(next() * 5))
      );
    case 8: {
      const width = 20 + Math.floor(next() * 80);
      return lines.flatMap((one) => one.match(new RegExp(`.{1,${width}}`, 'g')) ?? ['']).join('\n');
    }
    default:
      return text.replace(/"(Node Type|Plans|Plan|Subplan Name|Parent Relationship|CTE Name)"/g, (found) =>
        next() < 0.1 ? '"X"' : found,
      );
  }
};
