import { deepStrictEqual, match } from "node:assert/strict";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { testRealm } from "../../tests/harness/realm.ts";
import { pathOf, startPeer } from "../_peers.ts";
import type { Way } from "../_rounds.ts";
import { compare } from "./_compare.ts";

Deno.test("compare() holds each way against the first one of its load", async () => {
  const way = (name: string, perSecond: number): Way => ({
    name,
    run: () => Promise.resolve({ calls: 4, perSecond, p50Ms: 0.25, p99Ms: 1.234 }),
  });
  const ways = [way("theirs", 1_000), way("ours", 2_512)];
  const table = await compare([{ name: "1 caller", callers: 1, ways }], ["--ms", "1"]);
  deepStrictEqual(table.split("\n"), [
    "| load | what is called | per second | rate | p50 | p99 | processor |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    "| 1 caller | theirs | 1,000 | 1 | 0.25 ms | 1.2 ms |  |",
    "| 1 caller | ours | 2,500 | 2.5 × | 0.25 ms | 1.2 ms |  |",
  ]);
});

Deno.test("the hub's node of the comparisons answers another one", async () => {
  const realm = testRealm(), { natsUrl } = testEnvironment();
  const node = (role: string) =>
    startPeer({ script: "compare/_hub_node.ts", args: [role, natsUrl, realm] });
  await using _serves = await node("serve");
  for (const role of ["call", "request"]) {
    await using asks = await node(role);
    const { perSecond } = await asks.drive({ callers: 2, ms: 20 });
    match(String(perSecond), /^[1-9]/);
  }
});

Deno.test("the tool server of the comparisons answers what a gateway asks", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", pathOf("compare/_echo_tool.ts")],
    ...{ stdin: "piped", stdout: "piped" },
  }).spawn();
  const messages = [
    { id: 1, method: "initialize", params: { protocolVersion: "2025-11-25" } },
    { method: "notifications/initialized" },
    { id: 2, method: "tools/list" },
    { id: 3, method: "tools/call", params: { name: "echo", arguments: { text: "hi" } } },
  ];
  await new Blob(messages.map((message) => `${JSON.stringify(message)}\n`)).stream()
    .pipeTo(child.stdin);
  const { stdout } = await child.output();
  const answers = new TextDecoder().decode(stdout).trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  deepStrictEqual(answers.map(({ id }) => id), [1, 2, 3]);
  const [first, , last] = answers;
  deepStrictEqual(first.result.protocolVersion, "2025-11-25");
  deepStrictEqual(last.result.structuredContent, { text: "hi" });
});
