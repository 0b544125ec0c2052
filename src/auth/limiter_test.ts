import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Identity } from "@alkdev/operations";
import type { Identified } from "./identified.ts";
import { createIdentityLimiter, DEFAULT_LIMITS } from "./limiter.ts";

function counted(identified?: Partial<Identified>) {
  const identity: Identity = { id: "ann", scopes: [] };
  const known: Identified = {
    ...{ kind: "key", identity, credential: "c", role: "client", limit: null, notAfterMs: null },
    ...identified,
  };
  const clock = { now: () => 0, after: () => () => undefined };
  const limiter = createIdentityLimiter({
    identifiedOf: (asked) => identified && asked === identity ? known : undefined,
    clock,
  });
  const passed = (who: Identity | null) => {
    let count = 0;
    while (limiter(who) === undefined) count++;
    return count;
  };
  return { identity, passed };
}

Deno.test("each kind of caller has the limit of its kind", () => {
  const found = [
    counted().passed(null),
    counted({}).passed(counted().identity),
    counted().passed(counted().identity),
  ];
  deepStrictEqual(found, [
    DEFAULT_LIMITS.anonymous.burst,
    DEFAULT_LIMITS.client.burst,
    DEFAULT_LIMITS.client.burst,
  ]);
  const node = counted({ role: "node" });
  strictEqual(node.passed(node.identity), DEFAULT_LIMITS.node.burst);
});

Deno.test("a limit of one's own counts instead, and is shared with nobody", () => {
  const { identity, passed } = counted({ limit: { perSecond: 1, burst: 3 } });
  strictEqual(passed(identity), 3);
  strictEqual(passed({ id: "bob", scopes: [] }), DEFAULT_LIMITS.client.burst);
  strictEqual(passed(identity), 0);
});
