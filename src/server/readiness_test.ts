import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createReadiness } from "./readiness.ts";

const works = () => Promise.resolve();
const fails = (): Promise<void> => Promise.reject(new Error("password hunter2 refused"));
const hangs = () => new Promise<void>(() => {});

Deno.test("a node is ready when every dependency answers", async () => {
  const readiness = createReadiness({ checks: { nats: works, postgres: works }, timeoutMs: 1000 });
  deepStrictEqual(await readiness.read(), {
    status: "ready",
    checks: { nats: "ok", postgres: "ok" },
  });
});

Deno.test("a node is not ready when a dependency fails, and the answer does not say why", async () => {
  const readiness = createReadiness({ checks: { nats: works, postgres: fails }, timeoutMs: 1000 });
  deepStrictEqual(await readiness.read(), {
    status: "not ready",
    checks: { nats: "ok", postgres: "failing" },
  });
});

Deno.test("a dependency that does not answer in time counts as failing", async () => {
  const readiness = createReadiness({ checks: { nats: hangs }, timeoutMs: 5 });
  strictEqual((await readiness.read()).status, "not ready");
});

Deno.test("a node is ready again once its dependency is", async () => {
  let check = fails;
  const readiness = createReadiness({ checks: { nats: () => check() }, timeoutMs: 1000 });
  strictEqual((await readiness.read()).status, "not ready");
  check = works;
  strictEqual((await readiness.read()).status, "ready");
});

Deno.test("a node tells what is good to know, and is as ready as without it", async () => {
  const notes = { imports: () => "failing", nothing: () => undefined };
  const readiness = createReadiness({ checks: { nats: works }, timeoutMs: 1000, notes });
  deepStrictEqual(await readiness.read(), {
    status: "ready",
    checks: { nats: "ok" },
    notes: { imports: "failing" },
  });
});

Deno.test("a draining node says so, whatever its dependencies say", async () => {
  const readiness = createReadiness({ checks: { nats: works }, timeoutMs: 1000 });
  readiness.drain();
  strictEqual((await readiness.read()).status, "draining");
});

Deno.test("many callers at once ask each dependency once", async () => {
  let asked = 0;
  const answer = Promise.withResolvers<void>();
  const count = () => {
    asked++;
    return answer.promise;
  };
  const readiness = createReadiness({ checks: { nats: count }, timeoutMs: 1000 });
  const reads = Array.from({ length: 100 }, () => readiness.read());
  answer.resolve();
  await Promise.all(reads);
  strictEqual(asked, 1);
});
