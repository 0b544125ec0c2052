import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { askStatus, isUntold } from "./untold.ts";

const headers = { authorization: "Bearer a-key" };

/** A hub that answers with a status, and what it was asked. */
function answering(status: number) {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(`${pathname}${search} ${request.headers.get("authorization")}`);
    return new Response("{}", { status });
  });
  return {
    asked,
    url: `ws://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

for (
  const [status, told] of [[401, 401], [429, 429], [503, 503], [200, undefined], [
    403,
    undefined,
  ]] as const
) {
  Deno.test(`askStatus() tells ${told} of a hub that answers ${status}`, async () => {
    await using hub = answering(status);
    const { status: answer } = askStatus({
      ...{ url: `${hub.url}/ws`, credential: { headers }, clock: systemClock },
    });
    strictEqual(await answer, told);
  });
}

for (const [path, beside] of [["/ws", "/search"], ["/hub/ws", "/hub/search"]] as const) {
  Deno.test(`askStatus() shows the key of ${path} to nothing but ${beside}`, async () => {
    await using hub = answering(401);
    const credential = { headers };
    await askStatus({ url: `${hub.url}${path}`, credential, clock: systemClock }).status;
    deepStrictEqual(hub.asked, [`${beside}?limit=1 Bearer a-key`]);
  });
}

Deno.test("askStatus() does not show a ticket, which is good for one look", async () => {
  await using hub = answering(401);
  const credential = { ticket: "t" };
  const { status } = askStatus({ url: `${hub.url}/ws`, credential, clock: systemClock });
  deepStrictEqual([await status, hub.asked], [undefined, []]);
});

Deno.test("isUntold() knows the words that say nothing of why", () => {
  const told = [undefined, "", "Unexpected server response: 401", "non-101 status code"];
  deepStrictEqual(told.map(isUntold), [false, false, false, true]);
});
