/**
 * A page in a real browser: it connects with tickets, subscribes, and is back after its connection was
 * cut.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { build, stop } from "esbuild";
import { fileURLToPath } from "node:url";
import { startHub } from "../../src/start_hub.ts";
import { testConfig } from "../harness/hub.ts";
import { startProxy } from "../harness/proxy.ts";
import { until } from "../harness/until.ts";
import { findChromium, openPage } from "./_chromium_testing.ts";
import { hubEnvironment, operatorOf, socketUrl, spokeAt } from "./_hubs_testing.ts";

const chromium = findChromium();
const name = "a page connects with a ticket, subscribes, and is back when its connection was cut";

/** What the page tells. */
interface Told {
  readonly states: string[];
  readonly values: number[];
  readonly answers: unknown[];
}

/** The page's program: it reads a stream to its end, whatever becomes of the connection. */
const PROGRAM = `
import { connectClient } from "@alkdev/operations/spoke";
const tell = (what) => fetch("/told", { method: "POST", body: JSON.stringify(what) });
const client = connectClient({
  url: new URLSearchParams(location.search).get("hub"),
  ticket: async () => (await fetch("/ticket", { method: "POST" })).text(),
  reconnect: { initialMs: 100, maxMs: 500, floorMs: 10 },
  onStatus: ({ state }) => tell({ state }),
});
tell({ answer: await client.call("/dev1/test/echo", { text: "from a page" }) });
let at = 0;
const values = client.subscribe("/dev1/test/count", { to: 1e9 }, { resume: () => ({ to: 1e9 }) });
for await (const value of values) if (at++ % 1000 === 0) await tell({ value });
`;

async function bundled(): Promise<string> {
  const packages = fileURLToPath(new URL("../../packages", import.meta.url));
  const { outputFiles: [file] } = await build({
    stdin: { contents: PROGRAM, resolveDir: packages },
    alias: { "@alkdev/operations/spoke": `${packages}/operations/src/spoke/mod.ts` },
    ...{ bundle: true, write: false, platform: "browser", format: "esm", logLevel: "silent" },
    // Only for those who convert schemas of other libraries.
    external: ["@sinclair/typemap", "node:*"],
  });
  await stop();
  ok(file !== undefined);
  return file.text;
}

/** The page's own server, which holds the key that the page never sees. */
function servePage(program: string, ticket: (origin: string) => Promise<string>) {
  const told: Told = { states: [], values: [], answers: [] };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, origin } = new URL(request.url);
      if (pathname === "/ticket") return new Response(await ticket(origin));
      if (pathname === "/told") {
        const { state, value, answer } = await request.json();
        if (state !== undefined) told.states.push(state);
        if (value !== undefined) told.values.push(value);
        if (answer !== undefined) told.answers.push(answer);
        return new Response();
      }
      const headers = { "content-type": pathname === "/" ? "text/html" : "text/javascript" };
      const html = '<!doctype html><script type="module" src="/page.js"></script>';
      return new Response(pathname === "/" ? html : program, { headers });
    },
  );
  return {
    told,
    origin: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test({
  name: chromium === undefined ? `${name} (needs chromium, which this machine has not)` : name,
  ignore: chromium === undefined,
  async fn() {
    ok(chromium !== undefined);
    const program = await bundled();
    let key = "", hubUrl = "";
    await using page = servePage(program, async (origin) => {
      const headers = { authorization: `Bearer ${key}`, origin };
      const response = await fetch(`${hubUrl}/v1/ws-tickets`, { method: "POST", headers });
      const { ticket } = await response.json();
      return ticket;
    });
    await using environment = await hubEnvironment();
    const { env } = environment;
    await using hub = await startHub(
      await testConfig({
        ...{
          realm: env.HUB_REALM,
          nats: { url: env.NATS_URL },
          postgres: { url: env.DATABASE_URL },
        },
        http: { port: 0, allowedOrigins: [page.origin] },
        shutdown: { lingerMs: 0 },
      }),
    );
    hubUrl = hub.url;
    await using world = await operatorOf(env);
    const place = { url: socketUrl(hub.url) };
    const hubs = { ...world, nodes: [place] };
    key = await hubs.key("spokes:call");
    const token = await hubs.spoke("dev1");
    await using _spoke = await spokeAt(place, { name: "dev1", token, hubs });
    await using proxy = startProxy({ port: Number(new URL(hub.url).port) });
    const through = encodeURIComponent(`ws://127.0.0.1:${proxy.port}/ws`);
    await using _browser = await openPage(chromium, `${page.origin}/?hub=${through}`);
    const { told } = page;
    await until(() => told.values.length > 3, { what: "values of the subscription" });
    const [answer] = told.answers;
    strictEqual(Object(answer).text, "from a page");
    deepStrictEqual(told.states.slice(0, 2), ["connecting", "online"]);
    proxy.cut();
    await until(() => told.states.includes("offline"), { what: "the loss to be noticed" });
    proxy.heal();
    const before = told.values.length;
    await until(() => told.states.at(-1) === "online", { what: "the page to be back" });
    await until(() => told.values.length > before + 3, { what: "the subscription to go on" });
    // It began anew, as the page asked.
    ok(told.values.some((value, at) => value < (told.values[at - 1] ?? 0)));
  },
});
