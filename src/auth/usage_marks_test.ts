import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { addKey, testNode } from "./_testing.ts";
import { startUsageMarks } from "./usage_marks.ts";

Deno.test("uses are written together, the latest of each, and once more where that failed", async () => {
  const written: [string, number][][] = [];
  let away = false;
  await using marks = startUsageMarks({
    markUsed(used) {
      if (away) return Promise.reject(new Error("away"));
      written.push([...used].map(([id, at]) => [id, at.getTime()]));
      return Promise.resolve();
    },
  }, { everyMs: 3_600_000 });
  marks.mark("a", 1);
  marks.mark("b", 1);
  marks.mark("a", 2);
  await marks.flush();
  deepStrictEqual(written, [[["a", 2], ["b", 1]]]);
  await marks.flush();
  strictEqual(written.length, 1, "nothing to write");
  away = true;
  marks.mark("a", 3);
  await marks.flush();
  marks.mark("c", 4);
  away = false;
  await marks.flush();
  deepStrictEqual(written[1], [["a", 3], ["c", 4]]);
});

Deno.test("what was noted is written as the node stops", async () => {
  await using reader = await testNode();
  const { token, prefix } = await addKey(reader);
  {
    await using node = await testNode(reader);
    await node.identities.identify(token);
  }
  const used = (await reader.stores.keys.find(prefix))?.lastUsedAt;
  strictEqual(used !== null && used !== undefined && Date.now() - used.getTime() < 60_000, true);
});

Deno.test("an older use never replaces a newer one", async () => {
  await using node = await testNode();
  const { prefix } = await addKey(node);
  const newer = new Date("2026-01-02"), older = new Date("2026-01-01");
  const { credentials, keys } = node.stores;
  await credentials.markUsed(new Map([[prefix, newer]]));
  await credentials.markUsed(new Map([[prefix, older], ["alk_unknown000", older]]));
  deepStrictEqual((await keys.find(prefix))?.lastUsedAt, newer);
});
