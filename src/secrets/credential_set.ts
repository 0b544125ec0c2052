/**
 * The kinds of secrets that services ask for.
 *
 * @module
 */
import { type Static, type TProperties, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

const Secret = Type.String({ minLength: 1, maxLength: 65_536 });
const Name = Type.String({ minLength: 1, maxLength: 256 });

function variant<K extends string, T extends TProperties>(kind: K, properties: T) {
  return Type.Object({ kind: Type.Literal(kind), ...properties }, { additionalProperties: false });
}

/** A secret of one of the known kinds. */
export const CredentialSet = Type.Union([
  variant("apiKey", { headerName: Name, token: Secret }),
  variant("basic", { username: Name, password: Secret }),
  variant("bearer", { token: Secret }),
  variant("s3AccessKey", {
    accessKey: Secret,
    secretKey: Secret,
    sessionToken: Type.Optional(Secret),
  }),
  variant("oidcToken", {
    accessToken: Secret,
    refreshToken: Type.Optional(Secret),
    expiresAt: Type.Optional(Type.Integer({ minimum: 0, description: "Unix milliseconds" })),
  }),
  variant("custom", {
    scheme: Name,
    params: Type.Record(Type.String({ minLength: 1, maxLength: 256 }), Secret, {
      maxProperties: 32,
    }),
  }),
], {
  description: "The secret. It can be set and deleted, and never be read.",
  // Left out of whatever shows inputs.
  secret: true,
  writeOnly: true,
});
/** A secret of one of the known kinds. */
export type CredentialSet = Static<typeof CredentialSet>;

/** The one secret text that a set comes down to, where it does; undefined where it has several. */
export function secretOf(set: CredentialSet): string | undefined {
  switch (set.kind) {
    case "apiKey":
    case "bearer":
      return set.token;
    case "basic":
      // What HTTP calls the credentials of a user.
      return `${set.username}:${set.password}`;
    case "oidcToken":
      return set.accessToken;
    case "s3AccessKey":
    case "custom":
      return undefined;
  }
}

/** Reads what was encrypted; undefined for what no version of this program wrote. */
export function parseCredentialSet(text: string): CredentialSet | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Value.Check(CredentialSet, value) ? value : undefined;
  } catch {
    return undefined; // whatever it is, its text is not repeated
  }
}
