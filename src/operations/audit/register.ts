/**
 * `/hub/audit/list`: what was changed or refused, and by whom.
 *
 * @module
 */
import { type OperationRegistry, OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import type { IdentityOperationPorts } from "../identities/ports.ts";
import { registerOperation } from "../identities/register_operation.ts";
import {
  anyMoment,
  closed,
  Moment,
  Next,
  nullable,
  PageInput,
  pageRequest,
  textOf,
} from "../identities/schemas.ts";

/** A row of the trail as it is shown. */
export const AuditView = closed({
  id: Type.Integer(),
  at: Type.String(),
  actorKind: Type.String(),
  actorId: Type.String(),
  /** A claim of the actor's, worth nothing as a proof. */
  claimedFor: nullable(Type.String()),
  action: Type.String(),
  subjectKind: Type.String(),
  subjectId: Type.String(),
  details: Type.Record(Type.String(), Type.Unknown()),
  requestId: nullable(Type.String()),
  node: Type.String(),
});

/** What lists the trail gives. */
export const AuditList = closed({ rows: Type.Array(AuditView), next: Next });

const Name = Type.Optional(Type.String({ minLength: 1, maxLength: 200 }));

/** Registers it. */
export function registerAuditOperations(
  registry: OperationRegistry,
  { stores: { audit } }: IdentityOperationPorts,
): void {
  registerOperation(registry, {
    name: "audit/list",
    type: OperationType.QUERY,
    description: "What was changed or refused, newest first.",
    scope: "admin",
    input: closed({
      ...PageInput,
      actor: Name,
      subject: Name,
      action: Name,
      since: Type.Optional(Moment),
      until: Type.Optional(Moment),
    }),
    output: AuditList,
    async handler({ actor, subject, action, since, until, ...page }) {
      const { items, ...rest } = await audit.list({
        ...pageRequest(page),
        actor,
        subject,
        action,
        since: since === undefined ? undefined : anyMoment(since),
        until: until === undefined ? undefined : anyMoment(until),
      });
      return { rows: items.map((row) => ({ ...row, at: textOf(row.at) })), ...rest };
    },
  });
}
