import type { Identity } from "@alkdev/operations";
import { SCOPES } from "../auth/scopes.ts";
import type { Author } from "../secrets/ports.ts";

/** Whom the audit trail names. */
export function authorOf({ id }: Identity): Author {
  return { kind: id === OPERATOR.id ? "operator" : "key", id };
}

/**
 * Whoever holds the credentials of the hub's NATS: they could write to every log anyway. They set no
 * secrets of services this way, which would cross NATS in clear.
 */
export const OPERATOR: Identity = {
  id: "operator",
  scopes: SCOPES.filter((scope) => scope !== "credentials:write"),
};
