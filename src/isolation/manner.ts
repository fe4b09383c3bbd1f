import { actsOnAnother } from '../engine/signals.ts';
import { splitStatements } from '../text/statements.ts';
import type { Spec } from './spec.ts';

/**
 * What the SQL of a spec does, and so what may be done at once that isolationtester does in turn. Nothing that the
 * spec can see may come of it: what is not plainly harmless is done in turn.
 */
export type Manner = {
  /** It signals sessions somewhere. */
  readonly signals: boolean;
  /** It does so outside its steps. */
  readonly signalsAside: boolean;
  /** Per session: its setup may be sent before the setup of all has ended. */
  readonly early: readonly boolean[];
  /** Indexes of sessions, in order; setups within one group may run side by side. */
  readonly groups: readonly (readonly number[])[];
  /** The teardown and the first setup that follows it may be one message, and so one transaction instead of two. */
  readonly joins: boolean;
};

/** A spec that may look at clocks, transactions or statistics; or ends statements by the clock. */
const watchful =
  /(statement|\block|transaction|session)_timeout|timestamp|now\s*\(|clock|pg_stat|pg_locks|xact|txid|xmin|xmax|backend_x|vacuum|concurrently|_slot|logical/i;

/** What begins a transaction that waits for nobody, and takes neither a snapshot nor a lock. */
const begins =
  /^(begin|start\s+transaction)(\s+(work|transaction|isolation|level|serializable|repeatable|read|committed|uncommitted|write|only)\b|\s*,)*\s*$/i;
const readsOnly = /\bonly\b/i;
/** Sets a parameter; names of objects are not looked up. */
const setsParameter = /^set\s+(local\s+)?\w+\s*(=|to)\s*('[^']*'|[\w.-]+)$/i;
const namesObjects = /^set\s+(local\s+)?(role|search_path|default_|temp_tablespaces)/i;
/** Reads tables, and calls no function. */
const reads = /^(select|table)\b(?!.*\bfor\s+(update|share|no|key)\b)[^(]*$/is;
const writes = /^(select|insert|update|delete)\b/i;

const drops = /^drop\s+(table|view|function|type|domain)\b/i;
const makes =
  /^(create\s+(table|view|type|domain|trigger|(unique\s+)?index|(or\s+replace\s+)?function)|alter\s+table|insert\s+into)\b/i;

const returns = /\breturning\b/i;

const statementsOf = (sql: string): string[] => splitStatements(sql).map(({ text }) => text.trim());

type Kind = 'begins' | 'reads' | 'writes' | 'other';

/**
 * What a session's setup does. `begins`: opens a transaction at most. `reads`, `writes`: and uses tables in it, but
 * does not end it; what it writes is seen by no other session, and what it locks would keep the next setup waiting for
 * ever. Order counts all the same for two that write (that of their rows), and for transactions that only read, as
 * they want to know whether others write.
 */
const kindOf = (setup: string): Kind => {
  const [first, ...rest] = statementsOf(setup);
  if (first === undefined || !begins.test(first)) return 'other';
  const used = rest.filter((one) => !setsParameter.test(one) || namesObjects.test(one));
  if (used.length === 0) return 'begins';
  if (readsOnly.test(first)) return 'other';
  if (used.every((one) => reads.test(one))) return 'reads';
  return used.every((one) => writes.test(one)) ? 'writes' : 'other';
};

const groupsOf = (kinds: readonly Kind[]): number[][] => {
  const groups: number[][] = [];
  let open = false;
  let written = false;
  for (const [index, kind] of kinds.entries()) {
    const group = groups.at(-1);
    if (group && open && kind !== 'other' && !(kind === 'writes' && written)) group.push(index);
    else {
      groups.push([index]);
      open = kind !== 'other';
      written = false;
    }
    written ||= kind === 'writes';
  }
  return groups;
};

const joins = ({ setups: [setup], teardown }: Spec): boolean =>
  setup !== undefined &&
  teardown !== null &&
  statementsOf(teardown).every((one) => drops.test(one)) &&
  statementsOf(setup).every((one) => drops.test(one) || (makes.test(one) && !returns.test(one)));

export const mannerOf = (spec: Spec): Manner => {
  const { setups, teardown, sessions } = spec;
  const aside = [...setups, teardown, ...sessions.flatMap((one) => [one.setup, one.teardown])];
  const steps = sessions.flatMap((one) => one.steps.map(({ sql }) => sql));
  const some = (sqls: readonly (string | null)[], pattern: RegExp): boolean =>
    sqls.some((sql) => sql !== null && pattern.test(sql));
  const signalsAside = some(aside, actsOnAnother);
  const careful = some([...aside, ...steps], watchful);
  const kinds = sessions.map(
    ({ setup }): Kind => (careful ? 'other' : setup === null ? 'begins' : kindOf(setup)),
  );
  return {
    signals: signalsAside || some(steps, actsOnAnother),
    signalsAside,
    early: kinds.map((kind) => kind === 'begins'),
    groups: groupsOf(kinds),
    joins: !careful && joins(spec),
  };
};
