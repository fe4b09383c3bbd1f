import { PlanError } from './error.ts';
import { joinBrokenStrings, scanJson } from './json-scan.ts';
import { isRoot, parseTextPlan } from './parse-text.ts';
import { cleanPaste, type Paste } from './paste.ts';
import { isObject, type RawObject, type RawPlan } from './raw.ts';

const formats = 'Paste the output of EXPLAIN, as text or with FORMAT JSON.';
const jsonStart = /^\s*[[{]\s*(?:[[{"]|$)/;

type Path = readonly (string | number)[];
type At = { readonly line: number; readonly column: number };

const lineAndColumn = (text: string, offset: number): At => {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
};

/**
 * The plans in a value that was JSON: what EXPLAIN prints, one element of it, a bare node, auto_explain's object, a
 * jsonlog line, or rows of a driver (`[{"QUERY PLAN": …}]`).
 */
const plansIn = (value: unknown, locate: (path: Path) => At, depth = 0): RawPlan[] => {
  if (depth > 4) return [];
  if (Array.isArray(value)) {
    const lines = value.map((one) => (isObject(one) ? queryPlan(one) : one));
    if (value.length > 0 && lines.every((one) => typeof one === 'string'))
      return pastedPlans(lines.join('\n'));
    return value.flatMap((one, index) => plansIn(one, (path) => locate([index, ...path]), depth + 1));
  }
  if (!isObject(value)) return [];
  if ('Plan' in value) {
    const { Plan: plan, ...summary } = value;
    return [{ source: 'json', plan, summary, notes: [], locate: (path) => locate(['Plan', ...path]) }];
  }
  if ('Node Type' in value) return [{ source: 'json', plan: value, summary: {}, notes: [], locate }];
  const inner = queryPlan(value);
  if (typeof inner === 'string') return pastedPlans(inner);
  if (inner !== undefined) return plansIn(inner, locate, depth + 1);
  const message = value.message;
  return typeof message === 'string' && message.includes('plan:') ? pastedPlans(`LOG:  ${message}`) : [];
};

const queryPlan = (row: RawObject): unknown => {
  const key = Object.keys(row).find((name) => /^query.?plan$/i.test(name));
  return key === undefined ? undefined : row[key];
};

/** Longer texts are looked at before they are read. */
const large = 2_000_000;
const mostLines = 700_000;
/** So many plans of one paste are read; a server's log may have any number. */
const mostPlans = 1_000;
// Found first in a plan of any size: most of them are JSON. An arrow in prose has one space behind it.
const hints = ['Node Type', '(cost=', '(actual ', '(never executed', '->  ', '<explain'];

/** A paste of tens of megabytes is mostly a mistake: it is refused at once. @throws {PlanError} */
const refuseHuge = (text: string): void => {
  if (text.length < large) return;
  if (!hints.some((hint) => text.includes(hint)))
    throw new PlanError('no plan found', { line: 1, column: 1 }, formats);
};

/** Only what is no JSON is read line by line. @throws {PlanError} */
const refuseManyLines = (text: string): void => {
  if (text.length < large) return;
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  if (lines > mostLines)
    throw new PlanError(
      `this text has ${lines.toLocaleString('en')} lines, too many for a plan`,
      null,
      'Cut out the plans that matter.',
    );
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Node versions word syntax errors differently and some say no place: ours are made by the scanner. */
const jsonError = (text: string, message: string, offset: number, at: (offset: number) => At): PlanError => {
  const near =
    text
      .slice(offset, offset + 20)
      .split('\n')[0]
      ?.trim() ?? '';
  const found = offset < text.length && near !== '' ? `, found ${JSON.stringify(near)}` : '';
  return new PlanError(`not valid JSON: ${message}${found}`, at(offset), formats);
};

type Offsets = { readonly starts: readonly number[]; readonly paste: Paste };

const originalPlace = (offset: number, { starts, paste }: Offsets): At => {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return {
    line: paste.numbers[low] ?? 1,
    column: offset - (starts[low] ?? 0) + (paste.cut[low] ?? 0) + 1,
  };
};

/** PostgreSQL up to 12 printed the workers of a sort and those of its node under one name, twice in one object. */
const separateSortWorkers = (text: string): string =>
  // Without its quote it is found in a third of the time: quotes are everywhere.
  text.includes('Sort Method"')
    ? text.replace(/"Workers":(\s*\[\s*\{\s*"Worker Number": \d+,\s*"Sort Method")/g, '"Sort Workers":$1')
    : text;

const withDuration = (plans: readonly RawPlan[], duration: number | undefined): RawPlan[] =>
  plans.map((plan) =>
    duration === undefined ? plan : { ...plan, summary: { 'Execution Time': duration, ...plan.summary } },
  );

const refuseOthers = (lines: readonly string[], numbers: readonly number[]): void => {
  for (const [index, line] of lines.entries()) {
    const format = /^\s*<explain\b/.test(line)
      ? 'XML'
      : /^\s*(?:- )?(?:Plan:\s*$|Node Type: ")/.test(line)
        ? 'YAML'
        : null;
    if (format)
      throw new PlanError(
        `this plan is ${format}, which is not read`,
        { line: numbers[index] ?? 1, column: 1 },
        'Run EXPLAIN with FORMAT JSON or FORMAT TEXT.',
      );
  }
};

/** Finds the plans among the lines of a cleaned paste, whatever stands between them. */
const plansAmong = (paste: Paste): RawPlan[] => {
  const { lines, numbers, durations } = paste;
  const starts: number[] = [];
  let offset = 0;
  let width = 0;
  for (const line of lines) {
    starts.push(offset);
    offset += line.length + 1;
    width = Math.max(width, line.length);
  }
  const whole = lines.join('\n');
  const place = (at: number): At => originalPlace(at, { starts, paste });
  const plans: RawPlan[] = [];
  let failure: PlanError | null = null;
  let query: string[] | null = null;
  let duration: number | undefined;
  let index = 0;
  // One more than are wanted shows that there are more.
  while (index < lines.length && plans.length <= mostPlans) {
    duration = durations.get(index) ?? duration;
    const line = lines[index] ?? '';
    if (jsonStart.test(line)) {
      const start = (starts[index] ?? 0) + line.search(/[[{]/);
      const scanned = scanJson(whole, start);
      if (scanned.ok) {
        const value = parseJson(separateSortWorkers(whole.slice(start, scanned.end)));
        const locate = (path: Path): At => {
          const found = scanJson(whole, start, path);
          return place(found.ok ? (found.targetAt ?? start) : start);
        };
        const found = plansIn(value, locate);
        if (found.length > 0) {
          plans.push(...withDuration(found, duration));
          duration = undefined;
          while (index < lines.length && (starts[index] ?? 0) < scanned.end) index++;
          continue;
        }
      } else if (failure === null || scanned.at - start > 200)
        failure ??= jsonError(whole, scanned.message, scanned.at, place);
      index = scanned.ok ? index + 1 : lines.length;
      continue;
    }
    if (/^\s*Query Text: /.test(line)) query = [line.replace(/^\s*Query Text: /, '')];
    else if (isRoot(line)) {
      const text = parseTextPlan(lines, index, { queryText: query?.join('\n') ?? null, width });
      const from = numbers[index] ?? 1;
      const plan: RawPlan = {
        source: 'text',
        plan: text.plan,
        summary: text.summary,
        notes: text.notes,
        locate: () => ({ line: from, column: 1 }),
      };
      if (!('Node Type' in text.plan))
        throw new PlanError(
          `this line of a plan is cut off: ${line.trim().slice(0, 60)}`,
          plan.locate([]),
          formats,
        );
      if (text.notes.some((note) => note.startsWith('not part of the plan: ->')))
        throw new PlanError(
          'the lines of this plan have lost their indentation, and with it the tree',
          plan.locate([]),
          formats,
        );
      plans.push(...withDuration([plan], duration));
      duration = undefined;
      query = null;
      index = text.next;
      continue;
    } else query?.push(line);
    index++;
  }
  if (plans.length === 0 && failure) throw failure;
  return plans;
};

/**
 * The plans in a text, the first 1,000 of them: JSON or text format of EXPLAIN, in the shapes people paste them. What
 * it is is told by its content. The work is bounded: tens of megabytes of anything take a second or two. @throws
 * {PlanError}
 */
export const pastedPlans = (text: string): RawPlan[] => {
  const plans = plansOf(text);
  if (plans.length <= mostPlans) return plans;
  const note = `these are the first ${mostPlans.toLocaleString('en')} plans of the text; there are more`;
  return plans
    .slice(0, mostPlans)
    .map((plan, index) => (index === mostPlans - 1 ? { ...plan, notes: [...plan.notes, note] } : plan));
};

const plansOf = (text: string): RawPlan[] => {
  refuseHuge(text);
  // JSON.parse takes minutes for millions of brackets, and no plan begins with so many.
  const json =
    /^\s*[[{]/.test(text) && !/^(?:\s*\[){1000}/.test(text)
      ? parseJson(separateSortWorkers(text))
      : undefined;
  if (json !== undefined) {
    const locate = (path: Path): At => {
      const scanned = scanJson(text, 0, path);
      return lineAndColumn(text, scanned.ok ? (scanned.targetAt ?? 0) : 0);
    };
    const plans = plansIn(json, locate);
    if (plans.length > 0) return plans;
    throw new PlanError('this JSON holds no plan', lineAndColumn(text, text.search(/\S/)), formats);
  }
  refuseManyLines(text);
  // A whole column of CSV: quotes are doubled.
  const unquoted =
    /^\s*"/.test(text) && text.includes('""Plan""') ? text.trim().slice(1, -1).replaceAll('""', '"') : text;
  const paste = cleanPaste(unquoted);
  let failure: unknown = null;
  try {
    const plans = plansAmong(paste);
    if (plans.length > 0) return plans;
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    failure = error;
  }
  // A terminal may have wrapped lines anywhere: inside strings, then inside words. Nobody copies megabytes from one.
  const whole = text.length < large ? paste.lines.join('\n') : '';
  if (/^\s*[[{]/m.test(whole)) {
    const from = whole.search(/[[{]/);
    for (const repaired of [joinBrokenStrings(whole.slice(from)), whole.slice(from).replaceAll('\n', '')]) {
      const scanned = scanJson(repaired, 0);
      const plans = scanned.ok ? plansIn(parseJson(repaired.slice(0, scanned.end)), () => place(paste)) : [];
      if (plans.length > 0) return plans;
    }
  }
  refuseOthers(paste.lines, paste.numbers);
  if (failure) throw failure;
  const first = paste.lines.findIndex((line) => line.trim() !== '');
  if (first < 0) throw new PlanError('there is nothing to read', null, formats);
  throw new PlanError('no plan found', { line: paste.numbers[first] ?? 1, column: 1 }, formats);
};

const place = (paste: Paste): At => ({ line: paste.numbers[0] ?? 1, column: 1 });
