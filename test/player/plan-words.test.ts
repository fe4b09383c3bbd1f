import { describe, expect, it } from 'vitest';
import { readPlan } from '../../src/explain/read.ts';
import { sayShortfall } from '../../src/player/judge/plan-words.ts';
import { fence, lessonOf } from '../support/lesson.ts';

const plan = readPlan(`Limit  (cost=0.00..1.00 rows=10 width=4) (actual time=0.010..0.020 rows=10 loops=1)
  Buffers: shared hit=221
  ->  Seq Scan on parcel p  (cost=0.00..1.00 rows=10 width=4) (actual time=0.010..0.020 rows=10 loops=1)
        Buffers: shared hit=221
`);

/** What is said of this plan to a claim, as a lesson writes it. */
const said = (claim: string): string | null => {
  const lesson = lessonOf(
    `## Page\n\n${fence('sql explain', 'select 1')}${fence('expect', `plan: ${claim}`)}`,
  );
  const found = lesson.pages
    .flatMap(({ blocks }) => blocks)
    .flatMap((block) => (block.kind === 'sql' ? block.claims.flatMap(({ claims }) => claims) : []))
    .find((one) => one.kind === 'plan');
  if (found?.kind !== 'plan') throw new Error('no claim on a plan');
  return sayShortfall(found.plan, plan);
};

describe('how a plan falls short', () => {
  it('is said in pages, rows and nodes', () => {
    expect(said('{ uses: any, relation: parcel, buffers: "< 60" }')).toBe(
      'It should read at most 59 pages of parcel. It has #2 Seq Scan on parcel, 221 pages.',
    );
    expect(said('{ avoids: any, relation: parcel, buffers: ">= 80" }')).toBe(
      'Nothing in it should read 80 pages of parcel or more. It has #2 Seq Scan on parcel, 221 pages.',
    );
    expect(said('{ avoids: Seq Scan, relation: parcel }')).toBe(
      'Its plan should have no Seq Scan on parcel. It has #2 Seq Scan on parcel.',
    );
    expect(said('{ uses: Index Scan, relation: parcel, index: parcel_pkey, rows: 1 }')).toBe(
      'Its plan should have an Index Scan on parcel using parcel_pkey, with 1 row. Instead it has #2 Seq Scan on parcel, 10 rows.',
    );
    expect(said('{ uses: Sort, rows: ">= 5 <= 6" }')).toBe(
      'Its plan should have a Sort, with 5 to 6 rows. Instead it has #1 Limit, 10 rows; #2 Seq Scan on parcel, 10 rows.',
    );
    expect(said('{ uses: Seq Scan, heapFetches: 0 }')).toBe(
      'Its plan should have a Seq Scan, with no heap fetches. It has #2 Seq Scan on parcel, heap fetches not printed.',
    );
  });

  it('is not said of a plan that is right', () => {
    expect(said('{ uses: Seq Scan, relation: parcel, rows: 10, buffers: ">= 100" }')).toBeNull();
    expect(said('{ avoids: Sort }')).toBeNull();
  });
});
