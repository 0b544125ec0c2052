/** Largest message that is taken in unless the caller says otherwise. */
const DEFAULT_MESSAGE_BYTES = 8 * 1024 * 1024;

/** Gives back the limit of received messages. @throws {TypeError} when it is none. */
export function messageLimit(bytes: number = DEFAULT_MESSAGE_BYTES): number {
  return positiveLimit(bytes, "maxMessageBytes");
}

/** Gives back a limit, which may be `Infinity`. @throws {TypeError} when it is none. */
export function positiveLimit(value: number, name: string): number {
  if (typeof value === "number" && value > 0) return value;
  throw new TypeError(`Cannot use ${name} ${value}: it must be a positive number`);
}
