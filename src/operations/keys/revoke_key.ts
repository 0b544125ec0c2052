import { type OperationRegistry, OperationType } from "@alkdev/operations";
import { changeOptionsOf } from "../identities/change_options.ts";
import { type IdentityOperationPorts, timeOf } from "../identities/ports.ts";
import { registerOperation } from "../identities/register_operation.ts";
import { closed } from "../identities/schemas.ts";
import { KeyPrefix } from "./key_prefix.ts";
import { KeyView, viewOf } from "./view.ts";

/** `/hub/keys/revoke`. */
export function registerRevokeKey(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  registerOperation(registry, {
    name: "keys/revoke",
    type: OperationType.MUTATION,
    description: "End a key for ever, on every node, and close what it has open.",
    scope: "keys:admin",
    errors: ["KEY_NOT_FOUND"],
    input: closed({ prefix: KeyPrefix }),
    output: KeyView,
    async handler({ prefix }, context) {
      const key = await ports.stores.keys.revoke(prefix, changeOptionsOf(context));
      return viewOf(key, timeOf(ports));
    },
  });
}
