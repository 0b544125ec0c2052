import { ok, rejects, strictEqual } from "node:assert/strict";
import { until } from "../../tests/harness/until.ts";
import type { Leashed } from "./leash.ts";
import { keepRunning } from "./supervise.ts";

/** A server that ends when it is told to. */
function server() {
  const end = Promise.withResolvers<number>();
  const leashed: Leashed = {
    exited: end.promise,
    lastLines: () => "",
    [Symbol.asyncDispose]() {
      end.resolve(0);
      return Promise.resolve();
    },
  };
  return { leashed, crash: () => end.resolve(139) };
}

Deno.test("keepRunning() starts a server again when it ends by itself", async () => {
  const started = [server(), server()];
  let starts = 0;
  const start = () => Promise.resolve(started[starts++]?.leashed ?? server().leashed);
  await using supervised = await keepRunning("test", { start });
  started[0]?.crash();
  await until(() => supervised.restarts === 1, { what: "the restart" });
  strictEqual(starts, 2);
});

Deno.test("keepRunning() tries again when a restart fails", async () => {
  const first = server();
  let starts = 0;
  const start = () => {
    starts++;
    if (starts === 1) return Promise.resolve(first.leashed);
    return starts === 2 ? Promise.reject(new Error("no")) : Promise.resolve(server().leashed);
  };
  await using supervised = await keepRunning("test", { start });
  first.crash();
  await until(() => supervised.restarts === 2, { what: "the second try" });
});

Deno.test("keepRunning() leaves a server alone that was asked to end", async () => {
  let starts = 0;
  const start = () => {
    starts++;
    return Promise.resolve(server().leashed);
  };
  const supervised = await keepRunning("test", { start });
  await supervised[Symbol.asyncDispose]();
  strictEqual(starts, 1);
});

Deno.test("keepRunning() rejects when the first start fails", async () => {
  await rejects(
    keepRunning("test", { start: () => Promise.reject(new Error("no disk")) }),
    /no disk/,
  );
});

Deno.test("keepRunning() that is disposed of during a pause starts nothing more", async () => {
  const first = server();
  let starts = 0;
  const start = () => {
    starts++;
    return Promise.resolve(first.leashed);
  };
  const supervised = await keepRunning("test", { start });
  first.crash();
  await first.leashed.exited;
  await supervised[Symbol.asyncDispose]();
  ok(starts === 1);
});
