import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { manualClock } from "../_manual_clock.ts";
import { createRateLimiter } from "./rate_limiter.ts";

const ann = { id: "ann", scopes: [] };
const bob = { id: "bob", scopes: [] };

Deno.test("a burst passes, then so many a second, each identity for itself", () => {
  const clock = manualClock();
  const take = createRateLimiter({ perSecond: 2, burst: 3, clock });
  for (let count = 0; count < 3; count++) strictEqual(take(ann), undefined);
  strictEqual(take(ann), 1);
  strictEqual(take(bob), undefined);
  strictEqual(take(null), undefined);
  clock.advance(500);
  strictEqual(take(ann), undefined);
  strictEqual(take(ann), 1);
  clock.advance(60_000);
  for (let count = 0; count < 3; count++) strictEqual(take(ann), undefined);
  strictEqual(take(ann), 1);
});

Deno.test("nobody is not an identity with an empty id", () => {
  const take = createRateLimiter({ burst: 1, clock: manualClock() });
  strictEqual(take(null), undefined);
  strictEqual(take({ id: "", scopes: [] }), undefined);
});

Deno.test("the memory of a limiter is bounded, and forgets who was idle longest", () => {
  const take = createRateLimiter({ burst: 1, maxIdentities: 2, clock: manualClock() });
  take(ann);
  take(bob);
  take(ann);
  take({ id: "carl", scopes: [] });
  strictEqual(take(ann), 1);
  strictEqual(take(bob), undefined);
});

Deno.test("a limiter forgets in the order of the last use, whoever comes in whatever order", () => {
  const id = fc.constantFrom("a", "b", "c", "d", "e", "f");
  const ids = fc.array(id, { minLength: 50, maxLength: 100 });
  fc.assert(fc.property(ids, fc.integer({ min: 1, max: 5 }), (ids, maxIdentities) => {
    const take = createRateLimiter({ burst: 1, maxIdentities, clock: manualClock() });
    let known: string[] = [];
    for (const id of ids) {
      strictEqual(take({ id, scopes: [] }), known.includes(id) ? 1 : undefined);
      known = [...known.filter((one) => one !== id), id].slice(-maxIdentities);
    }
  }));
});

Deno.test("a slow rate says how long to wait", () => {
  const take = createRateLimiter({ perSecond: 0.1, burst: 1, clock: manualClock() });
  take(ann);
  strictEqual(take(ann), 10);
});
