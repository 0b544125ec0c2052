/**
 * The operations on roles: `/hub/roles/create` and the others.
 *
 * @module
 */
import { type OperationRegistry, OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { cleanText, RoleName } from "../../auth/names.ts";
import type { Role } from "../../auth/records.ts";
import { changeOptionsOf } from "../identities/change_options.ts";
import type { IdentityOperationPorts } from "../identities/ports.ts";
import { registerOperation } from "../identities/register_operation.ts";
import { closed, Scopes, textOf } from "../identities/schemas.ts";

/** A role as it is shown. */
export const RoleView = closed({
  name: Type.String(),
  description: Type.String(),
  scopes: Type.Array(Type.String()),
  builtIn: Type.Boolean(),
  createdAt: Type.String(),
  updatedAt: Type.String(),
});

const Description = Type.String({ maxLength: 1000 });

/** Registers them. */
export function registerRoleOperations(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  const { roles } = ports.stores;
  registerOperation(registry, {
    name: "roles/list",
    type: OperationType.QUERY,
    description: "The roles there are, those that come with the hub and others.",
    scope: "keys:admin",
    input: closed({}),
    output: closed({ roles: Type.Array(RoleView) }),
    handler: async () => ({ roles: (await roles.list()).map(viewOf) }),
  });
  registerWriting(registry, ports);
  registerOperation(registry, {
    name: "roles/remove",
    type: OperationType.MUTATION,
    description: "Remove a role and take its scopes from everybody who has it.",
    scope: "keys:admin",
    errors: ["ROLE_NOT_FOUND", "CONFLICT"],
    input: closed({ name: RoleName }),
    output: closed({ removed: RoleName }),
    async handler({ name }, context) {
      await roles.remove(name, changeOptionsOf(context));
      return { removed: name };
    },
  });
}

function registerWriting(
  registry: OperationRegistry,
  { stores: { roles } }: IdentityOperationPorts,
): void {
  registerOperation(registry, {
    name: "roles/create",
    type: OperationType.MUTATION,
    description: "Give several scopes a name.",
    scope: "keys:admin",
    errors: ["CONFLICT"],
    input: closed({ name: RoleName, description: Type.Optional(Description), scopes: Scopes }),
    output: RoleView,
    async handler({ name, description = "", scopes }, context) {
      const role = { name, description: cleanText(description), scopes };
      return viewOf(await roles.insert(role, changeOptionsOf(context)));
    },
  });
  registerOperation(registry, {
    name: "roles/update",
    type: OperationType.MUTATION,
    description: "Change what a role stands for, for everybody who has it.",
    scope: "keys:admin",
    errors: ["ROLE_NOT_FOUND", "CONFLICT"],
    input: closed({
      name: RoleName,
      description: Type.Optional(Description),
      scopes: Type.Optional(Scopes),
    }),
    output: RoleView,
    async handler({ name, description, ...rest }, context) {
      const change = {
        ...rest,
        ...(description === undefined ? {} : { description: cleanText(description) }),
      };
      return viewOf(await roles.update(name, change, changeOptionsOf(context)));
    },
  });
}

function viewOf({ createdAt, updatedAt, ...role }: Role) {
  return { ...role, createdAt: textOf(createdAt), updatedAt: textOf(updatedAt) };
}
