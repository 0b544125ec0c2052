/**
 * What workers ask about themselves: `/hub/workers/session` and `/hub/workers/rotate`.
 *
 * @module
 */
import {
  CallError,
  type Identity,
  InfrastructureErrorCode,
  type OperationContext,
  type OperationRegistry,
  OperationType,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import type { SessionLife } from "../../auth/worker_sessions.ts";
import { changeOptionsOf } from "../identities/change_options.ts";
import { type IdentityOperationPorts, timeOf } from "../identities/ports.ts";
import { registerOperation } from "../identities/register_operation.ts";
import { closed, nullable, ShownOnce, textOf } from "../identities/schemas.ts";

/** How long what a worker connected with still opens. */
const Life = {
  expiresAt: nullable(Type.String()),
  /** Not a moment: clocks of workers are what they are. */
  renewInMs: nullable(Type.Integer({ minimum: 0 })),
};

/** Registers them. Nobody asks, or gets anything, for anybody else. */
export function registerWorkerOperations(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  const { sessions } = ports;
  const common = { scope: "spokes:register", input: closed({}) } as const;
  registerOperation(registry, {
    ...common,
    name: "workers/session",
    type: OperationType.QUERY,
    description: "When the token that the caller connected with ends, and is to be renewed.",
    errors: ["PEER_NOT_FOUND"],
    output: closed(Life),
    handler: async (_input, context) =>
      told(await sessions.lifeOf(callerOf(context)), timeOf(ports)),
  });
  registerOperation(registry, {
    ...common,
    name: "workers/rotate",
    type: OperationType.MUTATION,
    description: "Make a token in place of the one that the caller connected with, which opens " +
      "for ten minutes more. The answer holds it, and nothing else ever will.",
    errors: ["PEER_NOT_FOUND", "CONFLICT"],
    output: closed({ token: ShownOnce, ...Life }),
    async handler(_input, context) {
      const renewed = await sessions.renew(callerOf(context), changeOptionsOf(context));
      return { token: renewed.token, ...told(renewed, timeOf(ports)) };
    },
  });
}

function callerOf({ identity }: OperationContext): Identity {
  if (identity !== undefined) return identity;
  throw new CallError(InfrastructureErrorCode.ACCESS_DENIED, "authentication required");
}

function told({ endsAt, renewAt }: SessionLife, now: Date) {
  return {
    expiresAt: textOf(endsAt),
    renewInMs: renewAt && Math.max(0, renewAt.getTime() - now.getTime()),
  };
}
