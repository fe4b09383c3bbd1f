import { describe, expect, it } from 'vitest';
import { asksFor, commandIndex, parseArguments } from '../../src/cli/arguments.ts';
import type { Options } from '../../src/cli/command.ts';

const options: Options = {
  json: { type: 'boolean', help: '' },
  format: { type: 'string', value: 'FORMAT', help: '' },
};
const parse = (...words: string[]) => parseArguments(words, options, 1);

describe('commandIndex', () => {
  it.each([
    [['list'], 0],
    [['--debug', 'list'], 1],
    [['--url', 'postgresql://h/d', 'list', '--json'], 2],
    [['--url=x', 'list'], 1],
    [['-y', 'run', '6.4'], 1],
    [['--help'], -1],
    [[], -1],
  ])('%j', (argv, index) => {
    expect(commandIndex(argv)).toBe(index);
  });
});

describe('parseArguments', () => {
  it('takes options of the command and global ones anywhere', () => {
    expect(parse('--json', '6.4', '--lessons', 'dir', '-y')).toEqual({
      values: { json: true, lessons: 'dir', yes: true },
      positionals: ['6.4'],
    });
  });

  it('leaves words after -- alone', () => {
    expect(parse('--', '--json').positionals).toEqual(['--json']);
  });

  it('takes - as a value and a value that begins with - after =', () => {
    expect(parse('--format', '-').values.format).toBe('-');
    expect(parse('--format=-x').values.format).toBe('-x');
  });

  it.each([
    [['--jsn'], 'unknown option --jsn; did you mean --json?'],
    [['--xyzzy'], 'unknown option --xyzzy'],
    [['-q'], 'unknown option -q'],
    [['--format'], '--format needs a value: --format FORMAT'],
    [['--format', '--json'], '--format needs a value: --format FORMAT'],
    [['--json=yes'], '--json takes no value'],
    [['a', 'b'], 'too many arguments: b'],
  ])('refuses %j', (words, message) => {
    expect(() => parse(...words)).toThrow(message);
  });
});

describe('asksFor', () => {
  it('sees help and version among anything', () => {
    expect(asksFor(['--bogus', '6.4', '-h'], 'help')).toBe(true);
    expect(asksFor(['--', '-h'], 'help')).toBe(false);
    expect(asksFor(['-V'], 'version')).toBe(true);
  });
});
