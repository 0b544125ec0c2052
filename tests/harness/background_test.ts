import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import { inBackground } from "./background.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Counts until it is told to stop, or fails at a number. */
function counting(failsAt = Infinity) {
  const counted = { n: 0 };
  const work = inBackground((goesOn) => [(async () => {
    while (goesOn()) {
      await turn();
      if (++counted.n === failsAt) throw new Error(`no ${failsAt}`);
    }
    return "done";
  })()]);
  return { counted, work };
}

Deno.test("inBackground() goes on until it is stopped, and says what came of it", async () => {
  const { counted, work } = counting();
  await using _ended = work;
  await work.until(() => counted.n > 5, { what: "five" });
  deepStrictEqual(await work.stop(), ["done"]);
  ok(counted.n > 5);
});

Deno.test("inBackground() throws a failure where the test waits, at once", async () => {
  const { counted, work } = counting(3);
  await using _ended = work;
  await rejects(work.until(() => counted.n > 5, { what: "five" }), /no 3/);
  await rejects(work.stop(), /no 3/);
});

Deno.test("inBackground() throws a failure at nobody when the test fails for another reason", async () => {
  const { work } = counting(3);
  await rejects(async () => {
    await using _ended = work;
    await turn();
    throw new Error("another reason");
  }, /another reason/);
});
