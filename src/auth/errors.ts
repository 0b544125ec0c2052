/**
 * What may go wrong with identities, as operations declare it.
 *
 * @module
 */
import { CallError, type ErrorDefinition } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";

const TABLE = {
  KEY_NOT_FOUND: { httpStatus: 404, description: "There is no such key." },
  PEER_NOT_FOUND: { httpStatus: 404, description: "There is no such peer." },
  ROLE_NOT_FOUND: { httpStatus: 404, description: "There is no such role." },
  REGISTRATION_NOT_FOUND: { httpStatus: 404, description: "There is no such registration token." },
  CONFLICT: { httpStatus: 409, description: "What is there already does not allow it." },
  UNAVAILABLE: { httpStatus: 503, description: "The database cannot answer now; try again." },
} as const;

/** A code that operations on identities declare. */
export type IdentityErrorCode = keyof typeof TABLE;

/** All of them, for who calls over a wire. */
export const IDENTITY_ERROR_CODES: readonly string[] = Object.keys(TABLE);

/** The declarations of some codes; `UNAVAILABLE` is always one of them. */
export function declared(...codes: readonly IdentityErrorCode[]): ErrorDefinition[] {
  return [...new Set<IdentityErrorCode>([...codes, "UNAVAILABLE"])].map((code) => ({
    code,
    schema: Type.Unknown(),
    ...TABLE[code],
  }));
}

/** Says that something is not there. */
export function notFound(
  what: "key" | "peer" | "role" | "registration",
  id: string,
): CallError {
  return new CallError(`${what.toUpperCase()}_NOT_FOUND`, `There is no ${what} ${id}`);
}

/** Says that what is there already stands in the way. */
export function conflict(message: string): CallError {
  return new CallError("CONFLICT", message);
}
