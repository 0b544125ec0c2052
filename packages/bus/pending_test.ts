import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { createPending, type Pending } from "./pending.ts";

const late = ({ subject }: { subject: string }) => new Error(`late: ${subject}`);

/** Adds a waiter; the answer settles as it does. */
function add(pending: Pending<string>, subject: string, timeoutMs: number) {
  const { promise: answer, resolve, reject } = Promise.withResolvers<string>();
  const deadline = performance.now() + timeoutMs;
  return { answer, id: pending.add({ subject, deadline, resolve, reject }) };
}

function wait(...waiter: Parameters<typeof add>): Promise<string> {
  return add(...waiter).answer;
}

Deno.test("a waiter is taken once", async () => {
  const pending = createPending<string>(late);
  const { answer, id } = add(pending, "a", 60_000);
  const empty = pending.empty();
  pending.take(id)?.resolve("answer");
  strictEqual(pending.take(id), undefined);
  strictEqual(await answer, "answer");
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

Deno.test("who are late together are told in the order of their deadlines", async () => {
  const pending = createPending<string>(late);
  const told: number[] = [];
  // Passed when they come, so that one sweep finds all of them.
  const waiting = [-20, -30, -10].map((ms) =>
    wait(pending, `${ms}`, ms).catch(() => void told.push(ms))
  );
  await Promise.all(waiting);
  deepStrictEqual(told, [-30, -20, -10]);
});

Deno.test("a shorter deadline that comes later is kept all the same", async () => {
  const pending = createPending<string>(late);
  const { answer: long, id } = add(pending, "long", 60_000);
  const startedAt = performance.now();
  await rejects(wait(pending, "short", 10), /late: short/);
  ok(performance.now() - startedAt < 5_000);
  const empty = pending.empty();
  pending.take(id)?.resolve("");
  await long;
  await empty;
});

Deno.test("reject() settles those it is told to, and empty() waits for the rest", async () => {
  const pending = createPending<string>(late);
  const ids = ["a", "b", "c"];
  const added = ids.map((id) => add(pending, id, 60_000));
  const waiting = Promise.allSettled(added.map(({ answer }) => answer));
  pending.reject(({ subject }) => subject === "b" ? undefined : new Error("lost"));
  strictEqual(pending.size, 1);
  const empty = pending.empty();
  pending.take(added[1]?.id ?? "")?.resolve("answer");
  await empty;
  deepStrictEqual((await waiting).map(({ status }) => status), [
    "rejected",
    "fulfilled",
    "rejected",
  ]);
});

Deno.test("who waits for long is found, however many come and go meanwhile", () => {
  const pending = createPending<string>(late);
  const subjects = new Map(Array.from({ length: 100 }, (_, i) => {
    return [add(pending, `long ${i}`, 60_000).id, `long ${i}`];
  }));
  for (let i = 0; i < 10_000; i++) {
    const { id } = add(pending, `${i}`, 60_000);
    strictEqual(subjects.has(id), false);
    strictEqual(pending.take(id)?.subject, `${i}`);
  }
  strictEqual(pending.size, 100);
  for (const [id, subject] of subjects) strictEqual(pending.take(id)?.subject, subject);
  void pending.empty();
});

Deno.test("what was given out as an id by nobody finds nobody", () => {
  const pending = createPending<string>(late);
  const { id } = add(pending, "a", 60_000);
  for (const wrong of ["", "-", `0${id}`, `${id}.x`, `${id}-`, "zzzzzzzzzzzzzzzz"]) {
    strictEqual(pending.take(wrong), undefined);
  }
  strictEqual(pending.take(id)?.subject, "a");
  void pending.empty();
});

Deno.test("empty() settles at once where nobody waits", async () => {
  await createPending<string>(late).empty();
});
