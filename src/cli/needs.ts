import type { LessonHead } from '../lesson/types.ts';
import type { Server } from '../postgres/types.ts';

/** What lessons may ask of a server. */
export type Abilities = {
  readonly major: number;
  readonly extensions: ReadonlySet<string>;
  readonly superuser: boolean;
  readonly createRole: boolean;
};

/** @throws {PostgresError} */
export const readAbilities = async (server: Server): Promise<Abilities> => {
  const connection = await server.connect({
    database: server.info.database,
    applicationName: 'pg-tutor doctor',
  });
  try {
    const extensions = await connection.rows('select name from pg_available_extensions order by name');
    const [role] = await connection.rows(
      'select rolsuper, rolcreaterole or rolsuper from pg_roles where rolname = current_user',
    );
    return {
      major: server.info.major,
      extensions: new Set(extensions.map(([name]) => name ?? '')),
      superuser: role?.[0] === 't',
      createRole: role?.[1] === 't',
    };
  } finally {
    await connection.end();
  }
};

/** What the server lacks for a lesson, in words; empty: nothing. */
export const unmetNeeds = (needs: LessonHead['needs'], has: Abilities): string[] => {
  const { from, to } = needs.postgres;
  const unmet: string[] = [];
  if (from !== undefined && has.major < from) unmet.push(`PostgreSQL ${from} or later`);
  if (to !== undefined && has.major > to) unmet.push(`PostgreSQL ${to} or earlier`);
  for (const name of needs.extensions) if (!has.extensions.has(name)) unmet.push(`extension ${name}`);
  if (needs.privileges.includes('superuser') && !has.superuser) unmet.push('a superuser');
  if (needs.privileges.includes('createrole') && !has.createRole) unmet.push('a role with CREATEROLE');
  return unmet;
};

/** Whether abilities matter for a lesson beyond the version, which is known without asking. */
const needsAsking = (needs: LessonHead['needs']): boolean =>
  needs.extensions.length > 0 || needs.privileges.length > 0;

const unasked = (major: number): Abilities => ({
  major,
  extensions: new Set(),
  superuser: false,
  createRole: false,
});

/** What this server lacks for a lesson. @throws {PostgresError} */
export const unmetOn = async (server: Server, needs: LessonHead['needs']): Promise<string[]> =>
  unmetNeeds(needs, needsAsking(needs) ? await readAbilities(server) : unasked(server.info.major));
