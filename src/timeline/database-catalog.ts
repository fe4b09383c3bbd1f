/** What can be named in a database, as it was when it was last looked at: for completion. Names are as stored, unquoted. */
export type DatabaseCatalog = {
  readonly schemas: readonly string[];
  readonly relations: readonly {
    readonly schema: string;
    readonly name: string;
    readonly kind: 'table' | 'view' | 'sequence' | 'index';
    /** Found without its schema before it (search_path). */
    readonly visible: boolean;
  }[];
  readonly columns: readonly {
    readonly schema: string;
    readonly relation: string;
    readonly name: string;
    readonly type: string;
  }[];
};

export const emptyCatalog: DatabaseCatalog = { schemas: [], relations: [], columns: [] };
