import type { EventBody } from '../timeline/events.ts';
import { serverText } from './server-text.ts';
import type { PermutationStep } from './spec.ts';

type Answer = Extract<
  EventBody,
  { type: 'statement-finished' | 'step-finished' | 'step-failed' | 'step-cancelled' | 'session-lost' }
>;
type Notice = Extract<EventBody, { type: 'notice' }>;
export type Notification = Extract<EventBody, { type: 'notification' }>;

/**
 * What has come from one session and was not looked at yet, in the order of the protocol. isolationtester reads from a
 * session only while it is busy with it, so a notice is printed when its turn comes, not when it arrives.
 */
export class SessionLog {
  /** As the spec names it. */
  readonly name: string;
  /** As the engine knows it. */
  readonly id: string;
  /** Backend pid. */
  pid = 0;
  /** The step that was launched and not yet reported as complete. */
  active: PermutationStep | null = null;
  /** Notices read so far. */
  notices = 0;
  /** The connection is gone; the news of it may still be unread. */
  lost = false;
  /** The news was read: nothing can be sent any more. */
  dead = false;
  /** The SQL sent last. */
  sql = '';
  readonly #unread: (Answer | Notice)[] = [];
  #notifications: Notification[] = [];

  constructor(name: string, id: string) {
    this.name = name;
    this.id = id;
  }

  receive(event: EventBody): void {
    switch (event.type) {
      case 'session-opened':
        this.pid = event.pid;
        break;
      case 'session-lost':
        this.lost = true;
        this.#unread.push(event);
        break;
      case 'notification':
        this.#notifications.push(event);
        break;
      case 'notice':
      case 'statement-finished':
      case 'step-finished':
      case 'step-failed':
      case 'step-cancelled':
        this.#unread.push(event);
        break;
      default:
    }
  }

  /** Writes the notices up to the next answer. @returns whether there were any */
  readNotices(write: (text: string) => void): boolean {
    const before = this.notices;
    for (let [next] = this.#unread; next?.type === 'notice'; [next] = this.#unread) {
      write(`${this.name}: ${serverText(next.notice, this.sql, 'notice')}`);
      this.notices++;
      this.#unread.shift();
    }
    return this.notices > before;
  }

  /** The next answer, or null when what is left are notices, or nothing. */
  takeAnswer(): Answer | null {
    const [next] = this.#unread;
    if (!next || next.type === 'notice') return null;
    this.#unread.shift();
    return next;
  }

  /** The next answer without taking it. */
  get answer(): Answer | null {
    const [next] = this.#unread;
    return next && next.type !== 'notice' ? next : null;
  }

  takeNotifications(): Notification[] {
    const taken = this.#notifications;
    this.#notifications = [];
    return taken;
  }
}
