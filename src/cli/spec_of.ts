/**
 * Specifications of operations as a hub tells them.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";

/** What is shown of a specification; the rest is for programs. */
export const Spec = Type.Object({
  name: Type.String(),
  op_type: Type.String(),
  description: Type.Optional(Type.String()),
  input_schema: Type.Unknown(),
  output_schema: Type.Unknown(),
  error_schemas: Type.Array(Type.Object({
    code: Type.String(),
    description: Type.String(),
    http_status: Type.Union([Type.Number(), Type.Null()]),
  })),
  access_control: Type.Object({
    required_scopes: Type.Array(Type.String()),
    required_scopes_any: Type.Union([Type.Array(Type.String()), Type.Null()]),
  }),
});
/** What is shown of a specification. */
export type Spec = Static<typeof Spec>;

/** How people name an operation. */
export function pathOf(name: string): string {
  return name.startsWith("/") ? name : `/${name}`;
}
