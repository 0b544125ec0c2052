import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { freePort, onFreePort } from "./free_port.ts";

Deno.test("freePort() names ports that are free and that no system hands out by itself", () => {
  for (let i = 0; i < 50; i++) {
    const port = freePort();
    ok(port >= 10_000 && port < 32_768, `${port}`);
    using listener = Deno.listen({ hostname: "127.0.0.1", port });
    strictEqual(listener.addr.port, port);
  }
});

Deno.test("onFreePort() tries another port when somebody was faster, and nothing else", async () => {
  const tried: number[] = [];
  const started = await onFreePort((port) => {
    tried.push(port);
    if (tried.length < 3) throw new Error("bind: Address already in use");
    return Promise.resolve(port);
  });
  strictEqual(started, tried.at(-1));
  deepStrictEqual([tried.length, new Set(tried).size], [3, 3]);
  await rejects(onFreePort(() => Promise.reject(new Error("no such program"))), /no such program/);
});
