import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createRegistrationBridge } from "./registration_bridge.ts";

const URL_OF_HUB = "https://hub.example/v1/workers/register";

function bridge(status = 201, more: { retryAfterS?: number } = {}) {
  const asked: [unknown, string][] = [];
  const judge = (request: unknown, source: string) => {
    asked.push([request, source]);
    return Promise.resolve({ status, answer: { peer_id: "dev1" }, ...more });
  };
  return {
    asked,
    ...createRegistrationBridge({
      enrolments: {
        enrol: judge,
        challenge: (source) => judge("a challenge", source),
        renew: (request, source) => judge({ renew: request }, source),
      },
    }),
  };
}

const post = (body: BodyInit) => new Request(URL_OF_HUB, { method: "POST", body });

Deno.test("a worker is told where to connect, and nobody keeps the answer", async () => {
  const { handle, asked } = bridge();
  const response = await handle(post('{"token":"t"}'), "10.0.0.1");
  strictEqual(response.status, 201);
  strictEqual(response.headers.get("cache-control"), "no-store");
  deepStrictEqual(await response.json(), { peer_id: "dev1", hub_url: "wss://hub.example/ws" });
  deepStrictEqual(asked, [[{ token: "t" }, "10.0.0.1"]]);
});

for (
  const [path, status, told] of [
    ["/v1/workers/challenge", 200, "a challenge"],
    ["/v1/workers/session", 201, { renew: { public_key: "k" } }],
  ] as const
) {
  Deno.test(`${path} is answered, and nobody keeps the answer`, async () => {
    const { handle, asked } = bridge(status);
    const request = new Request(new URL(path, URL_OF_HUB), {
      ...{ method: "POST", body: '{"public_key":"k"}' },
    });
    const response = await handle(request, "10.0.0.1");
    strictEqual(response.status, status);
    strictEqual(response.headers.get("cache-control"), "no-store");
    strictEqual((await response.json()).peer_id, "dev1");
    deepStrictEqual(asked, [[told, "10.0.0.1"]]);
  });
}

Deno.test("a refusal is passed on with its status, and says when to come again", async () => {
  const response = await bridge(429, { retryAfterS: 7 }).handle(post("{}"), "10.0.0.1");
  strictEqual(response.status, 429);
  strictEqual(response.headers.get("retry-after"), "7");
  deepStrictEqual(await response.json(), { peer_id: "dev1" });
});

for (
  const [what, request, status] of [
    ["GET", new Request(URL_OF_HUB), 405],
    ["no JSON", post("{"), 400],
    ["nothing", post(""), 400],
    ["17 KiB", post(`"${"x".repeat(17 * 1024)}"`), 400],
  ] as const
) {
  Deno.test(`a request of ${what} is refused with ${status}, and nobody is asked`, async () => {
    const { handle, asked } = bridge();
    const response = await handle(request, "10.0.0.1");
    strictEqual(response.status, status);
    strictEqual((await response.json()).code, "INVALID_INPUT");
    deepStrictEqual(asked, []);
  });
}
