// `npm run schema` writes docs/lesson.schema.json: the front matter of a lesson, for editors. A test tells when it is
// out of date, and holds it against what the parser accepts.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type frontMatter, frontPatterns } from '../src/lesson/front-matter.ts';
import { parseInventory } from '../src/lesson/inventory.ts';
import { oldestPostgres } from '../src/lesson/versions.ts';

type Schema = { readonly [key: string]: unknown };

const root = path.dirname(import.meta.dirname);
export const schemaFile = path.join(root, 'docs', 'lesson.schema.json');

const version = '(>=|<=|=|>|<)\\s*\\d+';

/** One for each key that the parser knows; the type tells when one is missing or too many. */
const properties = (
  ids: readonly string[],
): Record<keyof (typeof frontMatter)['_zod']['def']['out']['shape'], Schema> => ({
  title: { type: 'string', minLength: 1, description: 'What the lesson is called.' },
  summary: { type: 'string', minLength: 1, description: 'One sentence: what the learner will see.' },
  minutes: { type: 'integer', minimum: 1, maximum: 120, description: 'How long it takes.' },
  needs: {
    type: 'object',
    additionalProperties: false,
    description: 'Without it, any server of version 14 or later will do.',
    properties: {
      postgres: {
        type: 'string',
        pattern: `^\\s*${version}(\\s+${version})?\\s*$`,
        description: `Majors, in quotes; ${oldestPostgres} is the oldest.`,
        examples: ['>=14', '>=15', '>=14 <=17'],
      },
      extensions: {
        type: 'array',
        items: { type: 'string', pattern: frontPatterns.extension.source },
        description: 'Extensions that the server has to have.',
      },
      privileges: {
        type: 'array',
        items: { enum: ['superuser', 'createrole'] },
        description: 'What the role has to be allowed.',
      },
    },
  },
  covers: {
    type: 'array',
    items: { anyOf: [{ enum: ids }, { type: 'string', pattern: frontPatterns.covers.source }] },
    description: 'Ids of docs/inventory.md that the lesson teaches, on one line.',
  },
  docs: {
    type: 'array',
    items: { type: 'string', pattern: frontPatterns.docs.source },
    description: 'Pages of the PostgreSQL manual, without .html.',
    examples: [['explicit-locking', 'transaction-iso']],
  },
});

/** The whole document as it is written. */
export const lessonSchema = (): string => {
  const inventory = parseInventory(readFileSync(path.join(root, 'docs', 'inventory.md'), 'utf8'));
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Front matter of a pg-tutor lesson',
    type: 'object',
    additionalProperties: false,
    required: ['title', 'summary', 'minutes'],
    properties: properties(inventory.map(({ id }) => id)),
  };
  const text = JSON.stringify(schema, null, 2);
  // The ids side by side, as everybody reads them; a line each would be longer than all the rest.
  return `${text.replace(/\[(?:\s+"S\d+-[^"]+",?)+\s+\]/g, (list) => list.replace(/\s+/g, ' '))}\n`;
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(schemaFile, lessonSchema());
