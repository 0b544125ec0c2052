/** Every curl command of docs/http.md, against a started hub. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileOperations } from "../examples/fs_spoke.ts";
import { startHubs } from "./calls/_hubs_testing.ts";
import { curlCommands, requestIn, waysToRun } from "./harness/curl.ts";
import { fromFileUrl } from "./harness/paths.ts";
import { until } from "./harness/until.ts";
import { clientOf, spokeOf } from "./spokes/_spokes_testing.ts";

const page = await Deno.readTextFile(new URL("../docs/http.md", import.meta.url));
const commands = curlCommands(page);
const ways = await waysToRun();

/** A hub as the page has it: a spoke that offers the folder of the page, and a counter. */
async function start() {
  await using stack = new AsyncDisposableStack();
  const hubs = stack.use(await startHubs(1, { kinds: ["examples/counter.ts"] }));
  const [place] = hubs.nodes;
  if (place === undefined) throw new Error("unreachable");
  const KEY = await hubs.key("spokes:call", "actors:send", "actors:read");
  const operations = await fileOperations(fromFileUrl("../../docs"));
  stack.use(await spokeOf(place.url, "dev1", { key: await hubs.spoke("dev1"), operations }));
  await using client = clientOf(place.url, { key: KEY });
  await until(() => client.call("/dev1/fs/list", { path: "." }).catch(() => undefined), {
    what: "the spoke to be known",
  });
  const counter = { kind: "counter", id: "apples", event: { type: "ADD", n: 0 } };
  await client.call("/hub/actors/send", counter);
  const parts = stack.move();
  return {
    env: {
      KEY,
      HUB: place.url.replace(/^ws(.*)\/ws$/, "http$1"),
      PATH: Deno.env.get("PATH") ?? "",
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** What each has to print, by its path. */
const EXPECTED: Readonly<Record<string, (text: string) => void>> = {
  "/search": (text) => {
    const { output: { operations: [first] } } = JSON.parse(text);
    strictEqual(first.name, "dev1/fs/read");
  },
  "/schema": (text) => {
    deepStrictEqual(Object.keys(JSON.parse(text).output.input_schema.properties), ["path"]);
  },
  "/call": (text) => {
    const { result, output } = JSON.parse(text);
    strictEqual(result, "ok");
    ok(output.text === page || typeof output.seq === "number");
  },
  "/batch": (text) => {
    const [listed, failed] = JSON.parse(text).results;
    ok(listed.output.some(({ name }: { name: string }) => name === "http.md"));
    strictEqual(failed.error.code, "NO_SUCH_FILE");
  },
  "/openapi.json": (text) => strictEqual(JSON.parse(text).openapi, "3.1.0"),
  "/subscribe": (text) => match(text, /^id: \S+\ndata: \{/),
  "/v1/ws-tickets": (text) => strictEqual(JSON.parse(text).expires_in, 30),
};

const SHOWN = { HUB: "http://127.0.0.1:1", KEY: "k" };
const pathOf = (command: string) => new URL(requestIn(command, SHOWN).url).pathname;

Deno.test("docs/http.md has a command for each endpoint", () => {
  deepStrictEqual(new Set(commands.map(pathOf)), new Set(Object.keys(EXPECTED)));
  strictEqual(commands.length, page.match(/\bcurl /g)?.length, "a command is not seen");
});

for (const [way, run] of ways) {
  Deno.test(`docs/http.md: each command works, run ${way}`, async () => {
    await using hub = await start();
    for (const command of commands) {
      const path = pathOf(command);
      const enough = path === "/subscribe"
        ? { isEnough: (text: string) => text.includes("\n\n") }
        : {};
      EXPECTED[path]?.(await run(command, { env: hub.env, ...enough }));
    }
  });
}

Deno.test("docs/http.md: the command with a key has one effect, however often it is run", async () => {
  await using hub = await start();
  const command = commands.find((command) => command.includes("Idempotency-Key")) ?? "";
  for (const run of ways.values()) await run(command, { env: hub.env });
  const get = JSON.stringify({
    operation: "hub/actors/get",
    input: { kind: "counter", id: "apples" },
  });
  const text = await ways.get("as it reads")?.(
    `curl -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '${get}' "$HUB/call"`,
    { env: hub.env },
  );
  deepStrictEqual(JSON.parse(text ?? "").output.context, { count: 1 });
});
