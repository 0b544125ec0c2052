/**
 * Says in words what a schema takes and what was found instead.
 *
 * @module
 */
import { KindGuard, type TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { UrlRule } from "./schema.ts";

const MAX_FOUND_LENGTH = 60;

/** The values of a union of literals; undefined for any other schema. */
export function choices(schema: TSchema): readonly string[] | undefined {
  if (!KindGuard.IsUnion(schema)) return undefined;
  return schema.anyOf.flatMap((member) =>
    KindGuard.IsLiteral(member) ? [String(member.const)] : []
  );
}

function integer({ minimum, maximum }: TSchema): string {
  if (typeof minimum === "number" && typeof maximum === "number") {
    return `a whole number from ${minimum} to ${maximum}`;
  }
  return "a whole number";
}

function url({ schemes, several }: UrlRule): string {
  const starts = schemes.map((scheme) => `${scheme}://`).join(", ");
  return several
    ? `URLs that start with one of ${starts}, separated by commas`
    : `a URL that starts with one of ${starts}`;
}

/** What `schema` takes, such as `a whole number from 0 to 65535`. */
export function expected(schema: TSchema): string {
  if (typeof schema.expected === "string") return schema.expected;
  if (Value.Check(UrlRule, schema.url)) return url(schema.url);
  const options = choices(schema);
  if (options !== undefined) return `one of ${options.join(", ")}`;
  if (KindGuard.IsInteger(schema)) return integer(schema);
  if (KindGuard.IsNumber(schema)) return "a number";
  if (KindGuard.IsBoolean(schema)) return "true or false";
  if (KindGuard.IsString(schema)) return "text that is not empty";
  return "an object";
}

/** Spells a value that was refused, in few characters. Not for secrets. */
export function found(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "an array";
  // Not its contents: what stands in the wrong place may be a section with secrets.
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= MAX_FOUND_LENGTH ? text : `${text.slice(0, MAX_FOUND_LENGTH)}…`;
}
