/**
 * Reads the id of the resource that a call touches out of its input.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "./error.ts";

function segmentsOf(path: string): string[] {
  return path.replace(/^\$[./]?/, "").split(/[./]/).filter((segment) => segment !== "");
}

/**
 * The string at `path` (`$.field`, `$.a.b` or `$/a/b`) of `input`; own properties only.
 *
 * @throws {CallError} `VALIDATION_ERROR` if there is none: a caller must not pass by leaving it out.
 */
export function resourceIdAt(path: string, input: unknown): string {
  let value: unknown = input;
  for (const segment of segmentsOf(path)) {
    value = typeof value === "object" && value !== null && Object.hasOwn(value, segment)
      ? Reflect.get(value, segment)
      : undefined;
  }
  if (typeof value === "string" && value !== "") return value;
  throw new CallError(
    InfrastructureErrorCode.VALIDATION_ERROR,
    `Cannot tell which resource is meant: input has no string at ${path}`,
  );
}
