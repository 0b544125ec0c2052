import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { createLanes } from "./lanes.ts";

/** Tasks that end when they are told to, and what has begun. */
function started() {
  const begun: string[] = [];
  const ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const task = (name: string) => () => {
    begun.push(name);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    ends.set(name, { resolve, reject });
    return promise;
  };
  return { begun, task, end: (name: string) => ends.get(name) };
}

/** Whatever can go on without anybody's doing has gone on. */
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

Deno.test("in one lane each task waits for the one before it, whatever becomes of that; others do not", async () => {
  let idle = 0;
  const lanes = createLanes(() => idle++);
  const { begun, task, end } = started();
  const first = lanes.run("a", task("a1")), second = lanes.run("a", task("a2"));
  const other = lanes.run("b", task("b1"));
  await settled();
  deepStrictEqual(begun, ["a1", "b1"]);
  deepStrictEqual([lanes.size, lanes.sizeOf("a"), lanes.sizeOf("b")], [3, 2, 1]);
  end("a1")?.reject(new Error("failed"));
  await rejects(first, { message: "failed" });
  await settled();
  deepStrictEqual(begun, ["a1", "b1", "a2"]);
  end("b1")?.resolve();
  await other;
  await settled();
  strictEqual(idle, 0);
  end("a2")?.resolve();
  await second;
  await settled();
  deepStrictEqual([idle, lanes.size, lanes.sizeOf("a")], [1, 0, 0]);
});

Deno.test("closing aborts what runs, and what has not begun never does", async () => {
  const lanes = createLanes(() => undefined);
  const { begun, task, end } = started();
  let signal: AbortSignal | undefined;
  const first = lanes.run("a", (given) => {
    signal = given;
    return task("a1")();
  });
  const second = lanes.run("a", task("a2"));
  await settled();
  const over = new Error("over");
  lanes.close(over);
  strictEqual(signal?.reason, over);
  end("a1")?.resolve();
  await first;
  await rejects(second, over);
  deepStrictEqual(begun, ["a1"]);
});
