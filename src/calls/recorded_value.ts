import { redactorOf, validatorOf } from "@alkdev/operations";
import type { TSchema } from "@sinclair/typebox";

/** Characters that are recorded of one value. */
const MAX_CHARS = 4096;
/** What is recorded in place of a value that is not, or of the rest of one. */
export const NOTHING = "…";

/**
 * What is recorded of an input or output: its JSON without what the schema marks as secret. It is kept
 * as text, which may be cut off anywhere and fits into every store, whatever the value holds. Of a value
 * that does not fit its schema nothing is recorded: nobody knows where in it secrets are.
 */
export function recordedValue(schema: TSchema, value: unknown): string {
  try {
    if (!validatorOf(schema).check(value)) return NOTHING;
    const text = JSON.stringify(redactorOf(schema)(value)) ?? "null";
    return text.length <= MAX_CHARS ? text : `${text.slice(0, MAX_CHARS).toWellFormed()}${NOTHING}`;
  } catch {
    return NOTHING; // What cannot be written as JSON fails elsewhere, where it has to be.
  }
}
