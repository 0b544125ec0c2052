import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { connectClient } from "@alkdev/operations/spoke";
import { startTestHub } from "../harness/hub.ts";
import { until } from "../harness/until.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The programs of a page, in the order in which they stand there. */
async function programsOf(page: string): Promise<string[]> {
  const text = await Deno.readTextFile(`${root}/docs/${page}`);
  const blocks = Array.from(text.matchAll(/```ts ignore\n(.*?)```/gs), ([, code = ""]) => code);
  return blocks.filter((code) => code.includes("ws://127.0.0.1:4200/ws"));
}

/** Starts a program of a page against another hub than that of this machine. */
async function start(code: string, { url, env }: { url: string; env: Record<string, string> }) {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, code.replace("ws://127.0.0.1:4200/ws", url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--config", `${root}/deno.json`, "--allow-net", "--allow-env", file],
    ...{ env, stdin: "null", stdout: "piped", stderr: "inherit" },
  }).spawn();
  const output = child.output();
  return {
    output: () => output.then(({ stdout }) => new TextDecoder().decode(stdout)),
    async [Symbol.asyncDispose]() {
      try {
        child.kill();
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // it has ended
      }
      await output;
      await Deno.remove(file);
    },
  };
}

Deno.test("the ten lines of docs/spokes.md are a spoke of a real hub, and the next ones call it", async () => {
  const [spokeCode = "", clientCode = ""] = await programsOf("spokes.md");
  strictEqual(spokeCode.trim().split("\n").filter((line) => line !== "").length, 9);
  await using hub = await startTestHub();
  const url = `${hub.url.replace("http", "ws")}/ws`;
  ok(hub.firstKey !== undefined);
  const admin = connectClient({ url, key: hub.firstKey });
  try {
    await admin.call("/hub/peers/create", { peerId: "dev1", role: "node", roles: ["spoke"] });
    const made = await admin.call("/hub/peers/add-token", { peerId: "dev1" });
    await using _spoke = await start(spokeCode, { url, env: { HUB_KEY: Object(made).token } });
    await until(
      () => admin.call("/dev1/text/upper", { text: "hello" }).then(() => true, () => false),
      { what: "the spoke" },
    );
    const caller = await admin.call("/hub/keys/create", { name: "caller", roles: ["caller"] });
    const { key: CALLER_KEY } = Object(caller);
    await using client = await start(clientCode, { url, env: { CALLER_KEY } });
    deepStrictEqual(await client.output(), "HELLO\n");
  } finally {
    await admin.close();
  }
});
