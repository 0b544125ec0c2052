import type { OperationContext } from "@alkdev/operations";
import { permitFor } from "../../auth/permit.ts";
import type { Actor } from "../../auth/records.ts";
import type { ChangeOptions } from "../../auth/stores.ts";
import { isPrefix } from "../../auth/token.ts";
import { OPERATOR } from "../operator.ts";

/** Who makes a change, for the audit trail, and what they may grant. */
export function changeOptionsOf(context: OperationContext): ChangeOptions {
  return { actor: actorOf(context), permit: permitFor(context.identity) };
}

/** Who calls, for the audit trail. */
export function actorOf(
  { identity, forwardedFor, requestId }: Pick<
    OperationContext,
    "identity" | "forwardedFor" | "requestId"
  >,
): Actor {
  const id = identity?.id ?? "anonymous";
  const claimedFor = forwardedFor?.id.slice(0, 200);
  return { kind: kindOf(id), id, claimedFor, requestId };
}

/** The ids of keys, of peers and of the operator have nothing in common. */
function kindOf(id: string): Actor["kind"] {
  if (id === OPERATOR.id) return "operator";
  if (id === "anonymous") return "anonymous";
  return isPrefix(id, "key") ? "key" : "peer";
}
