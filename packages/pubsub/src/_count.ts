/** Gives back a positive whole number. @throws {RangeError} for anything else. */
export function positiveCount(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`Cannot use ${name} ${value}: it must be a positive integer`);
  }
  return value;
}
