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
