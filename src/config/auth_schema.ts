import { Type } from "@sinclair/typebox";

function hashKey(description: string) {
  const rule = { pattern: "^[^]{32,}$", expected: "at least 32 characters" };
  return Type.Optional(Type.String({ description, minLength: 1, secret: true, ...rule }));
}

/** Who may call. */
export const AuthSchema = Type.Object({
  hashKey: hashKey(
    "Key of the hashes under which keys and tokens are stored, the same for all nodes of a hub. " +
      "Absent: made on the first start and kept in the data directory.",
  ),
  previousHashKey: hashKey(
    "The hash key before: its hashes still count, and are replaced as tokens are used.",
  ),
  nextHashKey: hashKey("The hash key to come: nodes that have it already may hash with it."),
  cacheSize: Type.Integer({
    description: "Most credentials that this node remembers without asking the database.",
    default: 100_000,
    minimum: 100,
    maximum: 10_000_000,
  }),
  auditRetentionDays: Type.Integer({
    description: "How long rows of the audit trail are kept. 0: for ever.",
    default: 400,
    minimum: 0,
    maximum: 36_500,
  }),
  registration: Type.Boolean({
    description: "Whether workers with a one-time token may register over HTTP. " +
      "Put TLS in front of it: what it answers is a credential.",
    default: false,
  }),
  sessionTtlMs: Type.Integer({
    description: "How long the token of a worker that registered opens; it renews it halfway.",
    default: 30 * 24 * 3_600_000,
    minimum: 10_000,
    maximum: 366 * 24 * 3_600_000,
  }),
}, { description: "Who may call.", additionalProperties: false });
