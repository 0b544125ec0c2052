import { ok, strictEqual } from "node:assert/strict";
import { until } from "../tests/harness/until.ts";
import { processorTime } from "./_processor_time.ts";

/** A shell whose child works for a while, and ends with its input. */
const BUSY = "bash -c 'for ((i = 0; i < 300000; i++)); do :; done; read'; true";

Deno.test("processorTime() counts a process and those below it, and no others", async () => {
  const start = (command: string) =>
    new Deno.Command("bash", { args: ["-c", command], stdin: "piped", stdout: "null" }).spawn();
  const busy = start(BUSY), idle = start("read");
  await until(async () => await processorTime([busy.pid]) >= 50, { what: "the work" });
  ok(await processorTime([idle.pid]) < 50);
  ok(await processorTime([idle.pid, busy.pid]) >= 50);
  await Promise.all([busy.stdin.close(), idle.stdin.close()]);
  await Promise.all([busy.status, idle.status]);
  strictEqual(await processorTime([busy.pid]), 0);
});
