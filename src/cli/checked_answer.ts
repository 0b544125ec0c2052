import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** What a hub answered, if it is what this command expects: the hub may be of another version. */
export function checkedAnswer<T extends TSchema>(schema: T, value: unknown): Static<T> {
  if (Value.Check(schema, value)) return value;
  const { path = "", message = "" } = Value.Errors(schema, value).First() ?? {};
  throw new Error(`Cannot read the hub's answer: ${path}: ${message}. Is it of another version?`);
}
