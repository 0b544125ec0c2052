import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { freePort } from "../../src/embedded/free_port.ts";
import { startRoutingNode } from "../../src/routing/_nodes_testing.ts";
import { testBus } from "../harness/bus.ts";
import { until } from "../harness/until.ts";
import { clientOf, known } from "./_spokes_testing.ts";

const program = fileURLToPath(new URL("../../examples/spoke.py", import.meta.url));
const hasPython = await pythonVersion().then((version) => version >= 310, () => false);
const note = hasPython ? "" : " (ignored: there is no python3, from 3.10 on, on this machine)";

async function pythonVersion(): Promise<number> {
  const { stdout } = await new Deno.Command("python3", {
    args: ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
    stderr: "null",
  }).output();
  const [major = 0, minor = 0] = new TextDecoder().decode(stdout).trim().split(".").map(Number);
  return major * 100 + minor;
}

/** The spoke as a process; `said` is what it has printed. */
function startPython(url: string, key: string) {
  const child = new Deno.Command("python3", {
    args: [program, url],
    env: { HUB_KEY: key, PYTHONDONTWRITEBYTECODE: "1" },
    ...{ stdout: "piped", stderr: "piped" },
  }).spawn();
  const said: string[] = [], complained: string[] = [];
  const read = async (from: ReadableStream<Uint8Array<ArrayBuffer>>, into: string[]) => {
    for await (const text of from.pipeThrough(new TextDecoderStream())) {
      into.push(...text.split("\n").filter((line) => line !== ""));
    }
  };
  const reading = Promise.all([read(child.stdout, said), read(child.stderr, complained)]);
  let isOver = false;
  const over = child.status.then((status) => {
    isOver = true;
    return status;
  });
  return {
    ...{ said, complained },
    async stop() {
      if (!isOver) child.kill("SIGTERM");
      const status = await over;
      await reading;
      return status;
    },
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill("SIGKILL");
      await over;
      await reading;
    },
  };
}

Deno.test({
  name: `a Python spoke that was written from docs/protocol.md does all of it${note}`,
  ignore: !hasPython,
  async fn(t) {
    await using realm = await testBus();
    const options = { realm: realm.bus.realm, port: freePort() };
    const first = await startRoutingNode(options);
    await using python = startPython(first.url, "node:dev1");
    await using client = clientOf(first);
    await until(() => python.said.includes("online"), { what: "Python to be online" });

    await t.step("it answers, and knows for whom", async () => {
      deepStrictEqual(await client.call("/dev1/text/upper", { text: "grüß" }), {
        ...{ text: "GRÜSS", for: "ann" },
      });
    });

    await t.step("large answers and questions pass in one piece", async () => {
      const text = "x".repeat(200_000);
      await rejects(client.call("/dev1/text/upper", { text }, { declared: ["TOO_LONG"] }), {
        ...{ code: "TOO_LONG", details: { most: 1000 } },
      });
    });

    await t.step("the hub checks input by its schema", async () => {
      await rejects(client.call("/dev1/text/upper", { text: 1 }), { code: "VALIDATION_ERROR" });
    });

    await t.step("its subscription keeps its order, and to its credit", async () => {
      const values = [];
      for await (const value of client.subscribe("/dev1/text/count", { to: 2_000 })) {
        values.push(value);
      }
      deepStrictEqual(values, Array.from({ length: 2_000 }, (_, at) => at));
    });

    await t.step("a consumer who is slow and then leaves is no trouble", async () => {
      const values = client.subscribe("/dev1/text/count", { to: 1e9 });
      for (let at = 0; at < 3; at++) strictEqual((await values.next()).value, at);
      await values.return?.();
      await client.call("/dev1/text/upper", { text: "still there" });
    });

    await t.step("it stops when it is told to", async () => {
      const leaving = new AbortController();
      const { signal } = leaving;
      const call = rejects(client.call("/dev1/text/wait", {}, { signal }), { code: "ABORTED" });
      await until(() => python.said.includes("waiting"), { what: "the handler to wait" });
      leaving.abort();
      await call;
      await until(() => python.said.includes("told to stop"), { what: "the handler to stop" });
    });

    await t.step("its handlers ask the hub on the same connection", async () => {
      match(JSON.stringify(await client.call("/dev1/text/ask")), /services\/list-peers/);
    });

    await t.step("many calls run side by side", async () => {
      const calls = Array.from(
        { length: 50 },
        (_, at) => client.call("/dev1/text/upper", { text: `n${at}` }),
      );
      const answers = await Promise.all(calls);
      deepStrictEqual(answers.at(-1), { text: "N49", for: "ann" });
    });

    await t.step("it comes back when its node does", async () => {
      await first[Symbol.asyncDispose]();
      await until(() => python.complained.some((line) => line.startsWith("lost: 1001")), {
        what: "Python to notice",
      });
      await using second = await startRoutingNode(options);
      await until(() => python.said.filter((line) => line === "online").length === 2, {
        what: "Python to be back",
      });
      await known(second, "dev1");
      await client.call("/dev1/text/upper", { text: "again" });
      strictEqual((await python.stop()).code, 0);
      await until(() => second.routing.index.get("dev1") === undefined, { what: "it to be gone" });
    });
  },
});

Deno.test({
  name: `a Python spoke whose key is not known says so${note}`,
  ignore: !hasPython,
  async fn() {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response(null, { status: 401 }),
    );
    await using python = startPython(`ws://127.0.0.1:${server.addr.port}/ws`, "nobody's");
    await until(() => python.complained.length > 0, { what: "its complaint" });
    ok(python.complained[0]?.includes("refused: HTTP status 401"));
    await server.shutdown();
  },
});
