import { doesNotThrow, throws } from "node:assert/strict";
import { permitFor } from "./permit.ts";

const ANN = { id: "ann", scopes: ["keys:admin", "a"], resources: { repo: ["read"] } };

Deno.test("permitFor() lets nobody grant a scope that is not theirs", () => {
  doesNotThrow(() => permitFor(ANN)(["a", "keys:admin"]));
  throws(() => permitFor(ANN)(["a", "b"]), { code: "ACCESS_DENIED" });
  throws(() => permitFor(ANN)(["admin"]), { code: "ACCESS_DENIED" });
  throws(() => permitFor(undefined)(["a"]), { code: "ACCESS_DENIED" });
});

Deno.test("permitFor() lets nobody grant an action that is not theirs", () => {
  doesNotThrow(() => permitFor(ANN)([], { repo: ["read"] }));
  for (const resources of [{ repo: ["write"] }, { disk: ["read"] }, { toString: ["read"] }]) {
    throws(() => permitFor(ANN)([], resources), { code: "ACCESS_DENIED" });
  }
});

Deno.test("permitFor() lets who holds admin grant anything", () => {
  doesNotThrow(() => permitFor({ id: "root", scopes: ["admin"] })(["x"], { repo: ["write"] }));
});
