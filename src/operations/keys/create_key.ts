import { type OperationRegistry, OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { cleanName, cleanText, DisplayName } from "../../auth/names.ts";
import { createToken } from "../../auth/token.ts";
import { changeOptionsOf } from "../identities/change_options.ts";
import { type IdentityOperationPorts, timeOf } from "../identities/ports.ts";
import { registerOperation } from "../identities/register_operation.ts";
import {
  closed,
  futureMoment,
  Limit,
  Moment,
  RoleNames,
  Scopes,
  ShownOnce,
} from "../identities/schemas.ts";
import { KeyView, viewOf } from "./view.ts";

/** `/hub/keys/create`. */
export function registerCreateKey(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  registerOperation(registry, {
    name: "keys/create",
    type: OperationType.MUTATION,
    description: "Make a key. The answer holds it, and nothing else ever will.",
    scope: "keys:admin",
    errors: ["ROLE_NOT_FOUND"],
    input: closed({
      name: DisplayName,
      description: Type.Optional(Type.String({ maxLength: 1000 })),
      scopes: Type.Optional(Scopes),
      roles: Type.Optional(RoleNames),
      expiresAt: Type.Optional(Moment),
      limit: Type.Optional(Limit),
    }),
    output: closed({ key: ShownOnce, view: KeyView }),
    async handler({ name, description = "", scopes = [], roles = [], ...rest }, context) {
      const { token, prefix } = createToken("key");
      const now = timeOf(ports);
      const key = await ports.stores.keys.insert({
        prefix,
        hash: ports.hasher.hash(token),
        name: cleanName(name),
        description: cleanText(description),
        ownScopes: scopes,
        roles,
        expiresAt: rest.expiresAt === undefined ? null : futureMoment(rest.expiresAt, now),
        limit: rest.limit ?? null,
      }, changeOptionsOf(context));
      return { key: token, view: viewOf(key, now) };
    },
  });
}
