/**
 * The operations on registration tokens: `/hub/registration/create` and the others.
 *
 * @module
 */
import { type OperationRegistry, OperationType } from "@alkdev/operations";
import { type Static, Type } from "@sinclair/typebox";
import { checkPeerId, PeerId } from "../../auth/names.ts";
import type { RegistrationToken } from "../../auth/records.ts";
import { createToken } from "../../auth/token.ts";
import { changeOptionsOf } from "../identities/change_options.ts";
import { type IdentityOperationPorts, timeOf } from "../identities/ports.ts";
import { registerOperation } from "../identities/register_operation.ts";
import {
  closed,
  Next,
  nullable,
  PageInput,
  pageRequest,
  ResourceActions,
  RoleNames,
  Scopes,
  ShownOnce,
  textOf,
} from "../identities/schemas.ts";
import { PeerRoleSchema } from "../peers/view.ts";

const DEFAULT_MINUTES = 15, MOST_MINUTES = 24 * 60;

/** A registration token as it is shown. */
export const RegistrationView = closed({
  prefix: Type.String(),
  peerId: Type.String(),
  role: PeerRoleSchema,
  ownScopes: Type.Array(Type.String()),
  roles: Type.Array(Type.String()),
  resources: Type.Record(Type.String(), Type.Array(Type.String())),
  replace: Type.Boolean(),
  status: Type.Union([
    Type.Literal("open"),
    Type.Literal("used"),
    Type.Literal("expired"),
    Type.Literal("revoked"),
  ]),
  expiresAt: Type.String(),
  revokedAt: nullable(Type.String()),
  consumedAt: nullable(Type.String()),
  createdBy: Type.String(),
  createdAt: Type.String(),
});
/** A registration token as it is shown. */
export type RegistrationView = Static<typeof RegistrationView>;

/** What lists registration tokens gives. */
export const RegistrationList = closed({ registrations: Type.Array(RegistrationView), next: Next });

/** Registers them. */
export function registerRegistrationOperations(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  registerCreate(registry, ports);
  const { registrations } = ports.stores;
  registerOperation(registry, {
    name: "registration/list",
    type: OperationType.QUERY,
    description: "The registration tokens there are, newest first.",
    scope: "keys:admin",
    input: closed(PageInput),
    output: RegistrationList,
    async handler(page) {
      const { items, ...rest } = await registrations.list(pageRequest(page));
      const now = timeOf(ports);
      return { registrations: items.map((token) => viewOf(token, now)), ...rest };
    },
  });
  registerOperation(registry, {
    name: "registration/revoke",
    type: OperationType.MUTATION,
    description: "End a registration token. A worker that has used it stays a peer.",
    scope: "keys:admin",
    errors: ["REGISTRATION_NOT_FOUND"],
    input: closed({ prefix: Type.String({ pattern: "^alkreg_[0-9A-Za-z]{10}$" }) }),
    output: RegistrationView,
    handler: async ({ prefix }, context) =>
      viewOf(await registrations.revoke(prefix, changeOptionsOf(context)), timeOf(ports)),
  });
}

function registerCreate(registry: OperationRegistry, ports: IdentityOperationPorts): void {
  registerOperation(registry, {
    name: "registration/create",
    type: OperationType.MUTATION,
    description:
      "Make a token with which one worker becomes one peer, once. The answer holds it, " +
      "and nothing else ever will.",
    scope: "keys:admin",
    errors: ["CONFLICT", "ROLE_NOT_FOUND"],
    input: closed({
      peerId: Type.Optional(PeerId),
      peerIdPrefix: Type.Optional(Type.String({ pattern: "^[a-z0-9][a-z0-9-]{0,49}$" })),
      role: Type.Optional(PeerRoleSchema),
      scopes: Type.Optional(Scopes),
      roles: Type.Optional(RoleNames),
      resources: Type.Optional(ResourceActions),
      replace: Type.Optional(Type.Boolean()),
      minutes: Type.Optional(
        Type.Integer({ minimum: 1, maximum: MOST_MINUTES, default: DEFAULT_MINUTES }),
      ),
    }),
    output: closed({ token: ShownOnce, view: RegistrationView }),
    async handler({ peerId, peerIdPrefix = "worker", ...rest }, context) {
      const { token, prefix } = createToken("registration");
      const now = timeOf(ports);
      const { role = "node", scopes = [], roles = [], resources = {}, replace = false } = rest;
      const wanted = peerId ?? `${peerIdPrefix}-${crypto.randomUUID().slice(0, 8)}`;
      checkPeerId(wanted);
      const stored = await ports.stores.registrations.insert({
        prefix,
        hash: ports.hasher.hash(token),
        peerId: wanted,
        role,
        ownScopes: scopes,
        roles,
        resources,
        replace,
        expiresAt: new Date(now.getTime() + (rest.minutes ?? DEFAULT_MINUTES) * 60_000),
      }, changeOptionsOf(context));
      return { token, view: viewOf(stored, now) };
    },
  });
}

function viewOf(token: RegistrationToken, now: Date): RegistrationView {
  const { expiresAt, revokedAt, consumedAt, createdAt, ...rest } = token;
  return {
    ...rest,
    status: statusOf(token, now),
    expiresAt: textOf(expiresAt),
    revokedAt: textOf(revokedAt),
    consumedAt: textOf(consumedAt),
    createdAt: textOf(createdAt),
  };
}

function statusOf(
  { revokedAt, consumedAt, expiresAt }: RegistrationToken,
  now: Date,
): RegistrationView["status"] {
  if (revokedAt !== null) return "revoked";
  if (consumedAt !== null) return "used";
  return expiresAt <= now ? "expired" : "open";
}
