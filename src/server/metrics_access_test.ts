import { strictEqual } from "node:assert/strict";
import { CallError } from "@alkdev/operations";
import { createMetricsAccess } from "./metrics_access.ts";

const mayRead = createMetricsAccess({
  resolve(token) {
    if (token === "limited") throw new CallError("RATE_LIMITED", "too many");
    if (token === "nobody") return null;
    const identity = { id: "ann", scopes: token.split("+") };
    return { identity, role: "client", credential: "c", notAfterMs: null };
  },
});

for (
  const [header, expected] of [
    ["Bearer metrics:read", true],
    ["Bearer actors:read+metrics:read", true],
    ["Bearer actors:read", false],
    ["Bearer nobody", false],
    ["Bearer limited", false],
    ["Basic metrics:read", false],
    [null, false],
  ] as const
) {
  Deno.test(`who shows ${header} ${expected ? "may" : "may not"} read metrics from afar`, async () => {
    strictEqual(await mayRead(header, "10.0.0.7"), expected);
  });
}
