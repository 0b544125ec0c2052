/**
 * Words that are said for the sake of saying something, once in a turn of the event loop at most.
 *
 * A peer whose socket follows Nagle's algorithm, as those of Deno do, puts a first frame on the way and
 * keeps what it sends next back until it hears something. Where nothing is said, that is a delayed
 * acknowledgement of the other system, 40 ms later.
 *
 * @module
 */
import { inNextTurn } from "../turn.ts";
import type { CreditWindow } from "./credit.ts";
import type { Outbox } from "./outbox.ts";

/** A stream that took something in this turn. */
export interface TakingStream {
  readonly window: CreditWindow;
  /** Values that wait to be taken; `undefined` once the stream is over. */
  readonly waiting: () => number | undefined;
  readonly give: (credit: number) => void;
}

/** What came over one connection in this turn, and was not answered to. */
export class PromptWords {
  readonly #outbox: Outbox;
  readonly #taking = new Set<TakingStream>();
  /** A call that was answered, and how much had been said by then. */
  #answered: { readonly id: string; readonly written: number } | undefined;
  #isScheduled = false;

  /** Owes nothing yet. */
  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Has `stream` looked at when this turn is over. */
  taken(stream: TakingStream): void {
    this.#taking.add(stream);
    this.#schedule();
  }

  /** Notes that a call was answered while others wait. */
  answered(id: string): void {
    this.#answered = { id, written: this.#outbox.written };
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    inNextTurn(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#isScheduled = false;
    const isHeard = this.#grantOne();
    const answered = this.#answered;
    this.#answered = undefined;
    if (isHeard || answered === undefined || this.#outbox.written !== answered.written) return;
    // Credit for a call that is over changes nothing, for nobody.
    this.#outbox.write({ type: "call.credit", id: answered.id, payload: { credit: 1 } });
  }

  /** Whatever the peer hears, it sends everything that it kept back, of all streams. */
  #grantOne(): boolean {
    let isHeard = false;
    for (const { window, waiting, give } of this.#taking) {
      const isQuick = window.endTurn();
      const count = waiting();
      if (isHeard || !isQuick || count === undefined) continue;
      const credit = window.grantEarly(count);
      if (credit === 0) continue;
      isHeard = true;
      give(credit);
    }
    this.#taking.clear();
    return isHeard;
  }
}
