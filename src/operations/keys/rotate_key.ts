import { type OperationRegistry, OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { createToken } from "../../auth/token.ts";
import { changeOptionsOf } from "../identities/change_options.ts";
import { type IdentityOperationPorts, timeOf } from "../identities/ports.ts";
import { registerOperation } from "../identities/register_operation.ts";
import { closed, ShownOnce } from "../identities/schemas.ts";
import { KeyPrefix } from "./key_prefix.ts";
import { KeyView, viewOf } from "./view.ts";

const DAY_MINUTES = 24 * 60;

/** `/hub/keys/rotate`. */
export function registerRotateKey(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  registerOperation(registry, {
    name: "keys/rotate",
    type: OperationType.MUTATION,
    description:
      "Make a key like another, which ends after a time of grace. A key is the identity " +
      "itself: the new one is another identity with the same rights.",
    scope: "keys:admin",
    errors: ["KEY_NOT_FOUND", "ROLE_NOT_FOUND", "CONFLICT"],
    input: closed({
      prefix: KeyPrefix,
      graceMinutes: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 30 * DAY_MINUTES, default: DAY_MINUTES }),
      ),
    }),
    output: closed({ key: ShownOnce, view: KeyView }),
    async handler({ prefix, graceMinutes = DAY_MINUTES }, context) {
      const next = createToken("key");
      const now = timeOf(ports);
      const key = await ports.stores.keys.rotate(prefix, {
        prefix: next.prefix,
        hash: ports.hasher.hash(next.token),
        graceEndsAt: new Date(now.getTime() + graceMinutes * 60_000),
      }, changeOptionsOf(context));
      return { key: next.token, view: viewOf(key, now) };
    },
  });
}
