import { type OperationRegistry, OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { cleanName, cleanText, DisplayName } from "../../auth/names.ts";
import { changeOptionsOf } from "../identities/change_options.ts";
import { type IdentityOperationPorts, timeOf } from "../identities/ports.ts";
import { registerOperation } from "../identities/register_operation.ts";
import {
  closed,
  futureMoment,
  Limit,
  Moment,
  nullable,
  RoleNames,
  Scopes,
} from "../identities/schemas.ts";
import { KeyPrefix } from "./key_prefix.ts";
import { KeyView, viewOf } from "./view.ts";

/** `/hub/keys/update`. */
export function registerUpdateKey(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  registerOperation(registry, {
    name: "keys/update",
    type: OperationType.MUTATION,
    description: "Change what a key may do, for how long, or whether it opens anything for now.",
    scope: "keys:admin",
    errors: ["KEY_NOT_FOUND", "ROLE_NOT_FOUND", "CONFLICT"],
    input: closed({
      prefix: KeyPrefix,
      name: Type.Optional(DisplayName),
      description: Type.Optional(Type.String({ maxLength: 1000 })),
      scopes: Type.Optional(Scopes),
      roles: Type.Optional(RoleNames),
      expiresAt: Type.Optional(nullable(Moment)),
      enabled: Type.Optional(Type.Boolean()),
      limit: Type.Optional(nullable(Limit)),
    }),
    output: KeyView,
    async handler({ prefix, name, description, scopes, expiresAt, ...rest }, context) {
      const now = timeOf(ports);
      const key = await ports.stores.keys.update(prefix, {
        ...rest,
        ...(name === undefined ? {} : { name: cleanName(name) }),
        ...(description === undefined ? {} : { description: cleanText(description) }),
        ...(scopes === undefined ? {} : { ownScopes: scopes }),
        ...(expiresAt === undefined
          ? {}
          : { expiresAt: expiresAt === null ? null : futureMoment(expiresAt, now) }),
      }, changeOptionsOf(context));
      return viewOf(key, now);
    },
  });
}
