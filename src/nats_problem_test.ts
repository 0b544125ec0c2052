import { match, ok, strictEqual } from "node:assert/strict";
import { BusError } from "@hub/bus";
import { resolveConfig } from "./config/mod.ts";
import { natsProblem } from "./nats_problem.ts";

const REFUSED = new BusError("CONNECT_FAILED", "Cannot connect to NATS at a:1: refused.");
const TEXT = '{\n  "nats": { "url": "nats://a:1" }\n}';

const PLACES = [
  ["a variable", { env: { NATS_URL: "nats://a:1" } }, "NATS_URL"],
  ["its other variable", { env: { HUB_NATS_URL: "nats://a:1" } }, "HUB_NATS_URL"],
  ["a flag", { flags: { nats: { url: "nats://a:1" } } }, "--nats-url"],
  ["the file", { file: { path: "hub.jsonc", text: TEXT } }, "hub.jsonc:2:13"],
] as const;

for (const [place, sources, name] of PLACES) {
  Deno.test(`an error about NATS says that its address comes from ${place}`, () => {
    const problem = natsProblem(REFUSED, resolveConfig(sources));
    ok(problem instanceof Error);
    strictEqual(
      problem.message,
      `Cannot connect to NATS at a:1: refused. The servers are named by nats.url, from ${name}.`,
    );
    strictEqual(problem.cause, REFUSED);
  });
}

Deno.test("an error about NATS that ends without a full stop gets one", () => {
  const old = new BusError("SERVER_TOO_OLD", "its version is 2.9.1, at least 2.12.0 is needed");
  const problem = natsProblem(old, resolveConfig({ env: { NATS_URL: "nats://a:1" } }));
  match(String(problem), /is needed\. The servers are/);
});

Deno.test("an error about the hub's own nats-server, or about something else, stays as it is", () => {
  strictEqual(natsProblem(REFUSED, resolveConfig()), REFUSED);
  const given = resolveConfig({ env: { NATS_URL: "nats://a:1" } });
  for (const error of [new Error("no disk"), new BusError("NODE_ID_TAKEN", "taken"), "text"]) {
    strictEqual(natsProblem(error, given), error);
  }
});
