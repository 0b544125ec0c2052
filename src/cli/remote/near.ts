import type { CallError } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { safeText } from "../actor_text.ts";
import { pathOf } from "../spec_of.ts";
import type { Gateway } from "./gateway.ts";

const Page = Type.Object({ operations: Type.Array(Type.Object({ name: Type.String() })) });

/** Names that may have been meant, where an operation was not found. */
export function nearestTo(operation: string) {
  return async ({ code }: CallError, gateway: Gateway): Promise<readonly string[]> => {
    if (code !== "NOT_FOUND") return [];
    const query = operation.split(/[/.]/).filter((part) => part !== "").join(" ").slice(0, 256);
    // Whatever becomes of the search, the failure is told without it.
    const page = await gateway.ask("/search", { query, limit: 3 }).catch(() => undefined);
    const names = Value.Check(Page, page) ? page.operations.map(({ name }) => pathOf(name)) : [];
    if (names.length === 0) return ['"hub ops" lists what there is.'];
    return [`Is it one of these? ${safeText(names.join("  "))}`];
  };
}
