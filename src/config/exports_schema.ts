import { type Static, Type } from "@sinclair/typebox";
import { Patterns, Scopes } from "./imports_schema.ts";

/** One rule. What no rule names is offered to nobody, and no rule offers anything to everybody. */
export const ExportSchema = Type.Object({
  peer: Type.String({
    pattern: "^(?:\\*|[a-z0-9][a-z0-9-]{0,62})$",
    expected: "the name of a spoke, or `*`",
  }),
  operations: Patterns,
  scopes: Scopes,
}, {
  additionalProperties: false,
  expected: "an object of `peer`, `operations` and `scopes`",
});
/** One rule. */
export type ExportConfig = Static<typeof ExportSchema>;

/** All of them, the first that names an operation counts. */
export const ExportsSchema = Type.Array(ExportSchema, {
  description: "Which operations of spokes are offered, and to whom: docs/spokes.md.",
  default: [{ peer: "*", operations: ["*"], scopes: ["spokes:call"] }],
  maxItems: 1000,
  expected: "an array of rules",
});
