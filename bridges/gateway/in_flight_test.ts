import { doesNotThrow, ok, throws } from "node:assert/strict";
import { cpuUsage } from "node:process";
import type { Caller } from "../ports.ts";
import { createPlaces, type Origin } from "./in_flight.ts";

const LIMITS = {
  node: { calls: 1, streams: 1 },
  client: { calls: 2, streams: 0 },
  anonymous: { calls: 1, streams: 0 },
};
const FULL = { code: "RATE_LIMITED", details: { retry_after: 1 } };

function origin(id: string, role: Caller["role"] = "client"): Origin {
  const identity = { id, scopes: [] };
  return { caller: { identity, role, credential: "c", notAfterMs: null }, source: "s" };
}

Deno.test("createPlaces() gives each caller as many places as their role has, and takes them back once", () => {
  const take = createPlaces(LIMITS), ann = origin("ann");
  const leave = take(ann, "calls");
  take(ann, "calls");
  throws(() => take(ann, "calls"), FULL);
  leave();
  leave();
  doesNotThrow(() => take(ann, "calls"));
  throws(() => take(ann, "calls"), FULL);
});

Deno.test("createPlaces() counts kinds, roles and addresses apart, however alike they are named", () => {
  const take = createPlaces(LIMITS);
  take(origin("s", "node"), "calls");
  doesNotThrow(() => take(origin("s", "node"), "streams"));
  doesNotThrow(() => take(origin("s"), "calls"));
  doesNotThrow(() => take({ caller: null, source: "s" }, "calls"));
  throws(() => take({ caller: null, source: "s" }, "calls"), FULL);
  doesNotThrow(() => take({ caller: null, source: "t" }, "calls"));
});

Deno.test("createPlaces() forgets nobody who has something running, however many come after", () => {
  const take = createPlaces(LIMITS), node = origin("busy", "node");
  const leave = take(node, "calls");
  for (let index = 0; index < 3_000; index++) take(origin(`n${index}`, "node"), "calls")();
  throws(() => take(node, "calls"), FULL);
  leave();
  doesNotThrow(() => take(node, "calls"));
});

Deno.test("createPlaces() takes no longer for each caller, however many have something running", () => {
  const take = createPlaces(LIMITS), before = cpuUsage();
  for (let index = 0; index < 40_000; index++) take(origin(`n${index}`, "node"), "calls");
  const { user } = cpuUsage(before);
  // Hundredths of a second; looking through all of them for each one would take seven seconds.
  ok(user < 3_000_000, `${user} µs`);
});
