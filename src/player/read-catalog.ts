import type { DatabaseCatalog } from '../timeline/database-catalog.ts';
import { columnsSql, relationsSql, schemasSql } from './database-catalog.sql.ts';

type Query = (sql: string, values?: readonly boolean[]) => Promise<(string | null)[][]>;
type Part = Pick<DatabaseCatalog, 'relations' | 'columns'>;

const kinds = ['table', 'view', 'sequence', 'index'] as const;
const kindOf = (text: string | null | undefined) => kinds.find((kind) => kind === text) ?? 'table';

const readPart = async (query: Query, system: boolean): Promise<Part> => {
  const relations = await query(relationsSql, [system]);
  const columns = await query(columnsSql, [system]);
  return {
    relations: relations.map(([schema, name, kind, visible]) => ({
      schema: schema ?? '',
      name: name ?? '',
      kind: kindOf(kind),
      visible: visible === 't',
    })),
    columns: columns.map(([schema, relation, name, type]) => ({
      schema: schema ?? '',
      relation: relation ?? '',
      name: name ?? '',
      type: type ?? '',
    })),
  };
};

/** Reads catalogs of one database again and again; what belongs to the system only once. */
export const createCatalogReader = (): ((query: Query) => Promise<DatabaseCatalog>) => {
  let system: Part | null = null;
  return async (query) => {
    system ??= await readPart(query, true);
    const own = await readPart(query, false);
    const schemas = (await query(schemasSql)).map(([name]) => name ?? '');
    return {
      schemas,
      relations: [...own.relations, ...system.relations],
      columns: [...own.columns, ...system.columns],
    };
  };
};
