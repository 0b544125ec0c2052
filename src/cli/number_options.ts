/**
 * Numbers as options.
 *
 * @module
 */
import { InvalidArgumentError } from "commander";

/** Reads a whole number from 1 to `most`. */
export function countUpTo(most: number): (text: string) => number {
  return (text) => {
    const found = Number(text);
    if (Number.isInteger(found) && found >= 1 && found <= most) return found;
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${most}.`);
  };
}

/** Reads a number of seconds above 0, up to `most`. */
export function secondsUpTo(most: number): (text: string) => number {
  return (text) => {
    const found = Number(text);
    if (found > 0 && found <= most) return found;
    throw new InvalidArgumentError(`Expected a number of seconds, at most ${most}.`);
  };
}
