import { strictEqual } from "node:assert/strict";
import { callLine, type SeenCall } from "./call_line.ts";

const CALL: SeenCall = {
  operation: "dev1/fs/read",
  node: "n1",
  caller: "alk_7Gk2mQ9xZa",
  status: "ok",
  startedAt: "2026-01-31T17:02:11.042Z",
  durationMs: 12.4,
};

const LINES: readonly [Partial<SeenCall>, string][] = [
  [{}, "17:02:11.042  ok       /dev1/fs/read  12 ms  alk_7Gk2mQ9xZa → n1"],
  [{ durationMs: 0.04 }, "17:02:11.042  ok       /dev1/fs/read  0.0 ms  alk_7Gk2mQ9xZa → n1"],
  [
    { status: "failed", error: "TIMEOUT", durationMs: 30_001 },
    "17:02:11.042  failed   /dev1/fs/read  30.0 s  TIMEOUT  alk_7Gk2mQ9xZa → n1",
  ],
  [
    { operation: "a\x1b[2J", status: "x\n" },
    "17:02:11.042  x\\u000a  /a\\u001b[2J  12 ms  alk_7Gk2mQ9xZa → n1",
  ],
];
for (const [part, line] of LINES) {
  Deno.test(`a call with ${JSON.stringify(part)} is one line`, () => {
    strictEqual(callLine({ ...CALL, ...part }), line);
  });
}

Deno.test("a call of nobody that still runs is one line", () => {
  const { caller: _caller, durationMs: _durationMs, ...rest } = CALL;
  strictEqual(
    callLine({ ...rest, status: "running" }),
    "17:02:11.042  running  /dev1/fs/read  nobody → n1",
  );
});
