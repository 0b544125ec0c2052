/**
 * Where an event stands in a log, as people write it: `12.0` is the first event of message 12.
 *
 * @module
 */

/** Where an event stands in a log. */
export interface Place {
  /** Of the message in its stream. */
  readonly seq: number;
  /** Among the events of the message. */
  readonly index: number;
}

const PLACE = /^(\d{1,15})(?:\.(\d{1,15}))?$/;

/** Spells a place. */
export function placeText({ seq, index }: Place): string {
  return `${seq}.${index}`;
}

/**
 * Reads a place; without an index the first event of the message is meant.
 *
 * @throws {RangeError} If it is none.
 */
export function parsePlace(text: string): Place {
  const [, seq, index = "0"] = PLACE.exec(text) ?? [];
  if (seq !== undefined) return { seq: Number(seq), index: Number(index) };
  throw new RangeError(
    `Cannot read ${JSON.stringify(text.slice(0, 60))} as a position: expected one like 12.0`,
  );
}
