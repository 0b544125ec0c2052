import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createProgress } from "./progress.ts";

Deno.test("read() tells how long something runs", () => {
  let now = 1_000;
  const progress = createProgress(() => now);
  now += 2_340;
  deepStrictEqual(progress.read(), { progress: 2.3, message: "running for 2.3 s" });
});

Deno.test("read() tells of parts, once it is known how many there are", () => {
  const progress = createProgress();
  progress.expect(3);
  progress.advance();
  deepStrictEqual(progress.read(), { progress: 1, total: 3 });
});

Deno.test("read() tells nothing that does not go beyond what it told before", () => {
  const progress = createProgress(() => 0);
  strictEqual(progress.read(), undefined);
  progress.expect(2);
  strictEqual(progress.read(), undefined);
  progress.advance();
  progress.read();
  strictEqual(progress.read(), undefined);
});

Deno.test("read() tells what an operation says, each time it goes beyond what it said before", () => {
  const progress = createProgress(() => 0);
  progress.report({ progress: 1, total: 3, message: "one\u0000 \u200bof three" });
  deepStrictEqual(progress.read(), { progress: 1, total: 3, message: "one   of three" });
  progress.report({ progress: 1 });
  strictEqual(progress.read(), undefined);
  progress.report({ progress: 2 });
  progress.report({ progress: 2.5 });
  deepStrictEqual(progress.read(), { progress: 2.5 });
});

Deno.test("what an operation says goes on where its seconds were", () => {
  let now = 0;
  const progress = createProgress(() => now);
  now = 5_000;
  progress.read();
  progress.report({ progress: 1, total: 2 });
  deepStrictEqual(progress.read(), { progress: 6, total: 7 });
});

Deno.test("news is what goes beyond what was told, and nothing else wakes anybody", () => {
  const progress = createProgress(() => 0);
  let woken = 0;
  progress.onNews(() => woken++);
  strictEqual(progress.hasNews, false);
  progress.report({ progress: 1 });
  deepStrictEqual([progress.hasNews, woken], [true, 1]);
  progress.read();
  progress.report({ progress: 1 });
  progress.report({ progress: 0.5 });
  deepStrictEqual([progress.hasNews, woken], [false, 1]);
  progress.report({ progress: 2 });
  deepStrictEqual([progress.hasNews, woken], [true, 2]);
});
