/**
 * Who calls.
 *
 * @module
 */
import { Type } from "@sinclair/typebox";

/** Who is calling, and what was granted to them. */
export interface Identity {
  id: string;
  scopes: string[];
  resources?: Record<string, string[]>;
}

/** Schema of {@linkcode Identity}. */
export const IdentitySchema = Type.Object({
  id: Type.String(),
  scopes: Type.Array(Type.String()),
  resources: Type.Optional(Type.Record(Type.String(), Type.Array(Type.String()))),
});
