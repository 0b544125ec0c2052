import {
  CallError,
  type Identity,
  type OperationRegistry,
  OperationType,
  parseOperationName,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { explainAccess } from "../../auth/explain.ts";
import { type IdentityOperationPorts, timeOf } from "../identities/ports.ts";
import { registerOperation } from "../identities/register_operation.ts";
import { closed, nullable } from "../identities/schemas.ts";
import { viewOf } from "./view.ts";

/** What an explanation says. */
export const ExplainOutput = closed({
  allowed: Type.Boolean(),
  reason: Type.String(),
  subject: Type.String(),
  /** How its credential is; a peer has several and is active or disabled. */
  status: Type.String(),
  scopes: Type.Array(Type.String()),
  operation: Type.String(),
  rules: Type.Array(closed({ rule: Type.String(), passed: Type.Boolean() })),
});

const Subject = Type.String({
  pattern: "^(?:alk_[0-9A-Za-z]{10}|[a-z0-9][a-z0-9-]{0,62})$",
  description: "prefix of a key, or id of a peer",
});

/** `/hub/keys/explain`. */
export function registerExplain(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  registerOperation(registry, {
    name: "keys/explain",
    type: OperationType.QUERY,
    description:
      "Why a key or a peer may call an operation, or why it may not. Without a subject: " +
      "somebody who shows no credential.",
    scope: "keys:admin",
    input: closed({
      subject: nullable(Subject),
      operation: Type.String({ minLength: 1, maxLength: 257 }),
    }),
    output: ExplainOutput,
    async handler({ subject, operation }) {
      const name = parseOperationName(operation);
      const registration = name === undefined ? undefined : ports.view().external(name);
      if (registration === undefined) {
        throw new CallError(
          "OPERATION_NOT_FOUND",
          `There is no operation ${name ?? "of that name"}`,
        );
      }
      const { status, identity } = await whoIs(ports, subject);
      const explanation = explainAccess(registration, identity);
      const isNobody = identity === null && subject !== null;
      return {
        ...explanation,
        reason: isNobody && !explanation.allowed
          ? `the credential is ${status}`
          : explanation.reason,
        subject: subject ?? "nobody",
        status,
        scopes: [...identity?.scopes ?? []],
        operation: `/${name}`,
      };
    },
  });
}

interface Found {
  readonly status: string;
  /** `null` for who would not be known by any credential. */
  readonly identity: Identity | null;
}

async function whoIs(ports: IdentityOperationPorts, subject: string | null): Promise<Found> {
  if (subject === null) return { status: "absent", identity: null };
  const { keys, peers } = ports.stores;
  if (subject.startsWith("alk_")) {
    const key = await keys.find(subject);
    if (key === undefined) return { status: "unknown", identity: null };
    const { status, scopes } = viewOf(key, timeOf(ports));
    return {
      status,
      identity: status === "active" ? { id: subject, scopes, resources: {} } : null,
    };
  }
  const peer = await peers.find(subject);
  if (peer === undefined) return { status: "unknown", identity: null };
  const { enabled, scopes, resources } = peer;
  return enabled
    ? { status: "active", identity: { id: subject, scopes, resources } }
    : { status: "disabled", identity: null };
}
