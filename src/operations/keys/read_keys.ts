import { type OperationRegistry, OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { notFound } from "../../auth/errors.ts";
import { type IdentityOperationPorts, timeOf } from "../identities/ports.ts";
import { registerOperation } from "../identities/register_operation.ts";
import { closed, Next, PageInput, pageRequest } from "../identities/schemas.ts";
import { KeyPrefix } from "./key_prefix.ts";
import { KeyView, viewOf } from "./view.ts";

/** What lists keys gives. */
export const KeyList = closed({ keys: Type.Array(KeyView), next: Next });

/** `/hub/keys/list` and `/hub/keys/get`. */
export function registerReadKeys(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  const { keys } = ports.stores;
  registerOperation(registry, {
    name: "keys/list",
    type: OperationType.QUERY,
    description: "The keys there are, newest first, or those whose name begins like this by name.",
    scope: "keys:admin",
    input: closed({
      ...PageInput,
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    }),
    output: KeyList,
    async handler({ name, ...page }) {
      const { items, ...rest } = await keys.list({
        ...pageRequest(page),
        name: name?.normalize("NFC"),
      });
      const now = timeOf(ports);
      return { keys: items.map((key) => viewOf(key, now)), ...rest };
    },
  });
  registerOperation(registry, {
    name: "keys/get",
    type: OperationType.QUERY,
    description: "One key, by its prefix.",
    scope: "keys:admin",
    errors: ["KEY_NOT_FOUND"],
    input: closed({ prefix: KeyPrefix }),
    output: KeyView,
    async handler({ prefix }) {
      const key = await keys.find(prefix);
      if (key === undefined) throw notFound("key", prefix);
      return viewOf(key, timeOf(ports));
    },
  });
}
