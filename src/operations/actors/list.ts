import type { OperationContext } from "@alkdev/operations";
import { invalid } from "./errors.ts";
import { type ActorOperationPorts, admit, mayTouch, told } from "./ports.ts";
import type { ListInput } from "./schemas.ts";

const LIMIT = 100;
const ANY_ID = "any";

/** Lists actors that the caller may see. A page may hold fewer than asked for, and still not be the last. */
export async function list(
  { host, kinds }: ActorOperationPorts,
  { kind, limit = LIMIT, after }: ListInput,
  { identity }: OperationContext,
) {
  if (kind !== undefined) admit(kinds, { kind, id: ANY_ID }, { identity, action: "read" });
  const options = {
    limit,
    ...(kind === undefined ? {} : { kind }),
    ...(after === undefined ? {} : { after }),
  };
  const { addresses, total, next } = await told(() =>
    host.list(options).catch((error) => {
      throw error instanceof RangeError ? invalid("/after", error.message) : error;
    })
  );
  const seen = addresses.filter(({ kind }) => {
    const known = kinds.find(kind);
    // Of a kind that is not hosted here, only those may know who may know everything.
    return known === undefined
      ? identity?.scopes.includes("admin")
      : mayTouch(known.kind, { identity, action: "read" });
  });
  return { actors: seen, total, ...(next === undefined ? {} : { next }) };
}
