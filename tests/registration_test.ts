import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createToken } from "../src/auth/token.ts";
import { startTestHub } from "./harness/hub.ts";
import { registrationRequest } from "./harness/worker.ts";

const register = (url: string, body: string) =>
  fetch(`${url}/v1/workers/register`, { method: "POST", body });

Deno.test("workers register where that is configured, and with a token that was made", async () => {
  await using hub = await startTestHub({ auth: { registration: true } });
  const { token } = createToken("registration");
  const refused = await register(hub.url, await registrationRequest(token));
  strictEqual(refused.status, 401);
  deepStrictEqual(await refused.json(), {
    ...{ code: "INVALID_TOKEN", message: "the token is not valid", retryable: false },
  });
});

Deno.test("nobody registers at a hub that says nothing about it", async () => {
  await using hub = await startTestHub();
  const response = await register(hub.url, "{}");
  strictEqual(response.status, 404);
  await response.body?.cancel();
});
