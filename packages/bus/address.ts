/**
 * Addresses of actors and of their timers.
 *
 * @module
 */

/** Where an actor is. */
export interface Address {
  readonly kind: string;
  readonly id: string;
}

/** Where one timer of an actor is; `timer` may be any text, dots included. */
export interface TimerAddress extends Address {
  readonly timer: string;
}

/** What a parser finds in front of every subject. */
export interface InRealm {
  readonly realm: string;
}
