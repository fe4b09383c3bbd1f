import { PostgresError } from '../../postgres/error.ts';
import type { Cell } from '../../timeline/events.ts';
import { EngineError } from '../error.ts';
import type { Run } from '../run.ts';
import { columnTypesSql, heapPageSql } from './heap-page.sql.ts';

export const heapPageColumns = ['lp', 'state', 'xmin', 'xmax', 'ctid', 'hot', 'row', 'evidence'];

/** Bytes of a value that is not decoded, shown at most. */
const shownBytes = 8;

const asHex = (bytes: Buffer): string => {
  const hex = bytes.subarray(0, shownBytes).toString('hex');
  return `\\x${hex}${bytes.length > shownBytes ? '…' : ''}`;
};

/** The bytes of a value of variable length without its header (varatt.h); null: compressed or out of line. */
const payload = (bytes: Buffer): Buffer | null => {
  const first = bytes[0] ?? 0;
  if (first === 1) return null;
  if ((first & 1) === 1) return bytes.subarray(1, first >> 1);
  return (first & 3) === 0 ? bytes.subarray(4, bytes.readUInt32LE(0) >> 2) : null;
};

/** A value as it is stored on a page of a little-endian server, for the types that teaching needs; else in hex. */
const decodeStored = (type: string | null, hex: string | null): string => {
  if (hex === null) return 'null';
  const bytes = Buffer.from(hex, 'hex');
  if (type === 'int2' && bytes.length === 2) return String(bytes.readInt16LE());
  if (type === 'int4' && bytes.length === 4) return String(bytes.readInt32LE());
  if (type === 'int8' && bytes.length === 8) return String(bytes.readBigInt64LE());
  if (type === 'bool' && bytes.length === 1) return bytes[0] === 1 ? 't' : 'f';
  if (type === 'text' || type === 'varchar' || type === 'bpchar')
    return payload(bytes)?.toString('utf8') ?? 'toasted';
  return asHex(bytes);
};

/** Whether the extension's functions are not there, or may not be used. */
const lacksPageinspect = (error: unknown): boolean =>
  error instanceof PostgresError && ['42883', '42501'].includes(error.sqlstate ?? '');

/** A row for each line pointer of the page. @throws {EngineError} when pageinspect cannot be used */
export const heapPageRows = async (run: Run, relation: string, page: number): Promise<Cell[][]> => {
  try {
    const types = (await run.observe(columnTypesSql, [relation])).map(([type]) => type ?? null);
    const items = await run.observe(heapPageSql, [relation, page]);
    return items.map(
      ([
        lp = null,
        state = null,
        xid,
        xmin = null,
        xmaxId,
        xmax = null,
        ctid = null,
        hot,
        stored,
      ]): Cell[] => {
        const values: unknown = stored == null ? [] : JSON.parse(stored);
        const row = (Array.isArray(values) ? values : []).map((value, index) =>
          decodeStored(types[index] ?? null, typeof value === 'string' ? value : null),
        );
        return [
          lp,
          state,
          xmin,
          xmax,
          ctid,
          hot || null,
          row.join(', ') || null,
          `${xid ?? ''}/${xmaxId ?? ''}`,
        ];
      },
    );
  } catch (error) {
    if (!lacksPageinspect(error)) throw error;
    throw new EngineError(
      'view heap-page needs the extension pageinspect (needs: { extensions: [pageinspect], privileges: [superuser] }, and CREATE EXTENSION in the setup)',
    );
  }
};
