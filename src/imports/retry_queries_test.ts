import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { retryQueries } from "./retry_queries.ts";

type Answer = Response | Error;

/** A `fetch` with these answers, one after the other; waits take no time and are noted. */
function answering(...answers: Answer[]) {
  const waits: number[] = [];
  const fetch = retryQueries({
    fetch() {
      const answer = answers.shift() ?? new Response("ok");
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    wait(ms) {
      waits.push(ms);
      return Promise.resolve();
    },
    ...{ random: () => 1, now: () => Date.parse("2026-01-01T00:00:00Z") },
  });
  return { fetch, waits };
}

const busy = (status: number, after?: string) =>
  new Response(null, { status, headers: after === undefined ? {} : { "retry-after": after } });

for (
  const [what, answer, wait] of [
    ["503", busy(503), 200],
    ["503 and when", busy(503, "2"), 2000],
    ["503 and when, as a date", busy(503, "Thu, 01 Jan 2026 00:00:03 GMT"), 3000],
    ["429 and when", busy(429, "1"), 1000],
    ["nothing", new TypeError("refused"), 200],
  ] as const
) {
  Deno.test(`a query that is answered by ${what} is asked again after ${wait} ms`, async () => {
    const { fetch, waits } = answering(answer);
    strictEqual((await fetch("http://x/")).status, 200);
    deepStrictEqual(waits, [wait]);
  });
}

for (
  const [what, answer] of [
    ["404", busy(404)],
    ["500", busy(500)],
    ["429 without a word of when", busy(429)],
    ["a wait of an hour", busy(503, "3600")],
    ["a wait that is no number", busy(503, "soon")],
  ] as const
) {
  Deno.test(`a query that is answered by ${what} is not asked again`, async () => {
    const { fetch, waits } = answering(answer);
    strictEqual((await fetch("http://x/")).status, answer.status);
    deepStrictEqual(waits, []);
  });
}

Deno.test("a query is asked three times at the most", async () => {
  const { fetch, waits } = answering(busy(503), busy(503), busy(503), busy(503));
  strictEqual((await fetch("http://x/")).status, 503);
  deepStrictEqual(waits, [200, 400]);
});

for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
  Deno.test(`${method} is asked once, whatever comes`, async () => {
    const { fetch, waits } = answering(busy(503, "1"), new TypeError("refused"));
    strictEqual((await fetch("http://x/", { method })).status, 503);
    await rejects(fetch("http://x/", { method }), TypeError);
    deepStrictEqual(waits, []);
  });
}

Deno.test("what is no failure of the network is not tried again", async () => {
  const { fetch, waits } = answering(new DOMException("gone", "AbortError"));
  await rejects(fetch("http://x/"), { name: "AbortError" });
  deepStrictEqual(waits, []);
});
