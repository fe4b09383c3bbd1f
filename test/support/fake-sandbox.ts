import {
  initialSandbox,
  reduceSandbox,
  type Sandbox,
  type SandboxEventBody,
  type SandboxIntent,
  type SandboxState,
  type Saved,
} from '../../src/player/sandbox-state.ts';
import type { EventBody } from '../../src/timeline/events.ts';

/** A sandbox that is told what happens and writes down what it is asked for. */
export class FakeSandbox implements Sandbox {
  readonly intents: SandboxIntent[] = [];
  closed = false;
  saved: Saved = { text: 'text\n', remarks: [] };
  #state: SandboxState = initialSandbox;
  #seq = 0;
  #at = 0;
  readonly #listeners = new Set<() => void>();

  constructor(sessions: number) {
    this.emit(
      {
        type: 'run-started',
        lesson: 'sandbox',
        postgres: { version: '18.4', major: 18, own: true },
      },
      { type: 'database-ready', database: 'pg_tutor_sandbox_k3', reason: 'start' },
      { type: 'sandbox-named', database: 'pg_tutor_sandbox_k3', scratch: true, superuser: true },
    );
    for (let number = 1; number <= sessions; number += 1) {
      const session = `s${number}`;
      this.emit({ type: 'session-listed', session }, { type: 'session-opened', session, pid: 811 + number });
    }
  }

  getState(): SandboxState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispatch(intent: SandboxIntent): void {
    this.intents.push(intent);
    if (intent.type !== 'add-session') return;
    const session = `s${this.#state.sessions.length + 1}`;
    this.emit({ type: 'session-listed', session }, { type: 'session-opened', session, pid: 900 });
  }

  async save(): Promise<Saved> {
    return this.saved;
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  emit(...bodies: (EventBody | SandboxEventBody)[]): this {
    for (const body of bodies) {
      this.#at += 5;
      this.#state = reduceSandbox(this.#state, { seq: this.#seq++, at: this.#at, ...body });
    }
    for (const listener of this.#listeners) listener();
    return this;
  }

  /** A statement that ended with this tag, or with these rows. */
  ran(
    session: string,
    step: string,
    sql: string,
    tag: string,
    rows: (string | null)[][] = [],
    columns: string[] = [],
  ): this {
    return this.emit(
      { type: 'step-sent', step, session, sql },
      { type: 'statement-sent', step, statement: 1, sql },
      {
        type: 'statement-finished',
        step,
        result: {
          statement: 1,
          tag,
          columns: columns.map((name) => ({ name, typeOid: 25 })),
          rows,
          rowCount: rows.length,
        },
      },
      { type: 'step-finished', step },
    );
  }

  waits(session: string, step: string, sql: string, by: string): this {
    return this.emit(
      { type: 'step-sent', step, session, sql },
      { type: 'statement-sent', step, statement: 1, sql },
      {
        type: 'step-blocked',
        step,
        by: [by],
        lock: { type: 'transactionid', mode: 'ShareLock', transactionId: '749' },
      },
    );
  }
}
