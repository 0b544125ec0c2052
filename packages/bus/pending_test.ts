import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { createPending, type Pending } from "./pending.ts";

const late = ({ subject }: { subject: string }) => new Error(`late: ${subject}`);

/** Adds a waiter; the result settles as it does. */
function wait(pending: Pending<string>, id: string, timeoutMs: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  pending.add(id, { subject: id, deadline: performance.now() + timeoutMs, resolve, reject });
  return promise;
}

Deno.test("a waiter is taken once", async () => {
  const pending = createPending<string>(late);
  const waiting = wait(pending, "a", 60_000);
  const empty = pending.empty();
  pending.take("a")?.resolve("answer");
  strictEqual(pending.take("a"), undefined);
  strictEqual(await waiting, "answer");
  await empty;
  strictEqual(pending.size, 0);
});

Deno.test("every waiter is late after its deadline and none before, in any mixture", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 60 }), { maxLength: 30 }), async (timeouts) => {
      const pending = createPending<string>(late);
      await Promise.all(timeouts.map(async (timeoutMs, i) => {
        const addedAt = performance.now();
        await rejects(wait(pending, String(i), timeoutMs), { message: `late: ${i}` });
        ok(performance.now() - addedAt >= timeoutMs);
      }));
      strictEqual(pending.size, 0);
    }),
    { numRuns: 10 },
  );
});

Deno.test("a shorter deadline that comes later is kept all the same", async () => {
  const pending = createPending<string>(late);
  const long = wait(pending, "long", 60_000);
  const startedAt = performance.now();
  await rejects(wait(pending, "short", 10), /late: short/);
  ok(performance.now() - startedAt < 5_000);
  const empty = pending.empty();
  pending.take("long")?.resolve("");
  await long;
  await empty;
});

Deno.test("reject() settles those it is told to, and empty() waits for the rest", async () => {
  const pending = createPending<string>(late);
  const ids = ["a", "b", "c"];
  const waiting = Promise.allSettled(ids.map((id) => wait(pending, id, 60_000)));
  pending.reject(({ subject }) => subject === "b" ? undefined : new Error("lost"));
  strictEqual(pending.size, 1);
  const empty = pending.empty();
  pending.take("b")?.resolve("answer");
  await empty;
  deepStrictEqual((await waiting).map(({ status }) => status), [
    "rejected",
    "fulfilled",
    "rejected",
  ]);
});

Deno.test("empty() settles at once where nobody waits", async () => {
  await createPending<string>(late).empty();
});
