import { type Command, globalOptions, type Options } from './command.ts';
import { home, registry } from './registry.ts';

const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

/** Two columns, the second wrapped so that nothing passes column 80. */
const table = (rows: readonly (readonly [string, string])[]): string => {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows
    .flatMap(([name, text]) =>
      wrap(text, 80 - left).map((line, index) => (index === 0 ? `  ${name}` : '').padEnd(left) + line),
    )
    .join('\n');
};

const optionRows = (options: Options): [string, string][] =>
  Object.entries(options).map(([name, { short, value, help }]) => [
    `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`,
    help,
  ]);

/** `pg-tutor --help` */
export const mainHelp = (): string => {
  const commands = Object.values(registry).map(({ usage, summary }): [string, string] => [usage, summary]);
  return `Learn how PostgreSQL really behaves: lessons that run everything live.

Usage: pg-tutor [command] [options]

${table([['(no command)', home.summary], ...commands])}

Options:
${table(optionRows(globalOptions))}

A lesson is named by its number or its id: 6.4, or transactions/lost-updates.
Help on a command: pg-tutor <command> --help
`;
};

/** `pg-tutor <command> --help` */
export const commandHelp = (command: Command): string => {
  const own = optionRows(command.options);
  return `${command.description}

Usage: pg-tutor ${command.usage} [options]
${own.length > 0 ? `\nOptions:\n${table(own)}\n` : ''}
Options of every command:
${table(optionRows(globalOptions))}
`;
};
