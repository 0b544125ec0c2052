/** What an event type must not look like. */
export const BAD_TYPE = /^$|^__|[:\p{Cc}]/u;

/**
 * Spells the topic of events of `type` and `id`.
 *
 * @throws {TypeError} when `type` is empty, begins with `__`, or has a colon or control character.
 */
export function topicOf(type: string, id: string): string {
  if (typeof type !== "string" || BAD_TYPE.test(type)) {
    throw new TypeError(
      `Cannot use event type ${JSON.stringify(type)}: it must not be empty, ` +
        `begin with "__", or contain ":" or a control character`,
    );
  }
  if (typeof id !== "string") throw new TypeError(`Cannot use a ${typeof id} as an event id`);
  return `${type}:${id}`;
}
