import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import { connectSpoke, operation } from "@alkdev/operations/spoke";
import { startTestHub } from "../harness/hub.ts";
import { until } from "../harness/until.ts";

const OPERATIONS = ["fs/read", "fs/write", "text/upper"];

Deno.test("what the configuration exports can be found and called, by whom it says, and nothing else", async () => {
  await using hub = await startTestHub({
    exports: JSON.stringify([
      { peer: "dev1", operations: ["fs/read"], scopes: ["files"] },
      { peer: "*", operations: ["fs/*"], scopes: ["admin"] },
    ]),
  });
  const ask = async (key: string, operation: string, input: unknown = {}) => {
    const answer = await fetch(`${hub.url}/call`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ operation, input }),
    });
    return { status: answer.status, output: (await answer.json()).output };
  };
  const { firstKey: admin = "" } = hub;
  const peer = { peerId: "dev1", role: "node", roles: ["spoke"] };
  await ask(admin, "/hub/peers/create", peer);
  const { output: { token } } = await ask(admin, "/hub/peers/add-token", { peerId: "dev1" });
  const { output: { key } } = await ask(admin, "/hub/keys/create", {
    name: "k",
    scopes: ["files"],
  });
  const spoke = await connectSpoke({
    url: `${hub.url.replace("http", "ws")}/ws`,
    key: token,
    operations: OPERATIONS.map((name) => operation({ name, type: "query", handler: () => name })),
  });
  try {
    await until(async () => (await ask(key, "/dev1/fs/read")).status === 200, {
      what: "the spoke",
    });
    const statuses = async (who: string) =>
      await Promise.all(OPERATIONS.map(async (name) => (await ask(who, `/dev1/${name}`)).status));
    deepStrictEqual(await statuses(key), [200, 403, 404]);
    // The first rule that names it counts: who may do everything else lacks its scope.
    deepStrictEqual(await statuses(admin), [403, 200, 404]);
    const found = await fetch(`${hub.url}/search?query=fs`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const names = JSON.stringify(await found.json());
    ok(names.includes("dev1/fs/read") && !names.includes("fs/write"), names);
  } finally {
    await spoke.close();
  }
});

Deno.test("a hub that would offer something to everybody does not start", async () => {
  const exports = JSON.stringify([{ peer: "*", operations: ["*"], scopes: [] }]);
  await rejects(startTestHub({ exports }), /exports/);
});
