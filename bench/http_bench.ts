/**
 * What calls, batches and subscriptions of a spoke's operations cost over HTTP, against a relay with
 * the same hops and no logic. Caller, hub or relay, and spoke are processes of their own; caller and
 * spoke are written by hand and the same on both ways. The hub is one as it is started in earnest:
 * each call is identified, bounded, authorized, validated and routed.
 *
 * @module
 */
import { connectHttpCallers, type HttpCaller } from "./_http_caller.ts";
import { startPeerOf } from "./_peers.ts";

const CALLERS = 64, CALLS_EACH = 50;
/** As many calls at a time as one client may make: a batch makes eight. */
const BATCHES = 8, BATCH = 16, VALUES = 10_000;
const input = { text: "x".repeat(100) };

const [relay = "", spokeUrl = ""] = (await startPeerOf("_http_peer.ts", "relay")).split(" ");
await startPeerOf("_call_peer.ts", "spoke", spokeUrl, "dev0", "any token");
const [hub = "", key = ""] = (await startPeerOf("_http_peer.ts", "hub")).split(" ");

/** One of the ways. */
interface Way {
  readonly callers: readonly HttpCaller[];
  readonly headers: readonly string[];
  /** A call, as this way wants it. */
  call(name: string, input: object): object;
}

const ways: Readonly<Record<string, Way>> = {
  relay: {
    callers: await connectHttpCallers(relay, CALLERS),
    headers: [],
    call: (name, input) => ({ operationId: `/test/${name}`, input }),
  },
  hub: {
    callers: await connectHttpCallers(hub, CALLERS),
    headers: [`authorization: Bearer ${key}`],
    call: (name, input) => ({ operation: `/dev1/test/${name}`, input }),
  },
};

/** What is asked, how often it stands in the answer, and what stands there. */
interface Asked {
  readonly path: string;
  readonly body: (way: Way) => object;
  readonly expected: RegExp;
  readonly times: number;
}

const CALL: Asked = {
  path: "/call",
  body: (way) => way.call("echo", input),
  ...{ expected: /x{100}/g, times: 1 },
};
const CALLS: Asked = {
  path: "/batch",
  body: (way) => Array.from({ length: BATCH }, () => way.call("echo", input)),
  ...{ expected: /x{100}/g, times: BATCH },
};
const STREAM: Asked = {
  path: "/subscribe",
  body: (way) => way.call("count", { to: VALUES }),
  ...{ expected: /^data: (\{.*"output":)?[0-9]+/gm, times: VALUES },
};

/** Each of some callers asks the same, a few times. */
async function ask(
  way: Way,
  { path, body, expected, times }: Asked,
  { callers, each }: { readonly callers: number; readonly each: number },
): Promise<void> {
  const request = { path, body: JSON.stringify(body(way)), headers: way.headers };
  await Promise.all(
    way.callers.slice(0, callers).map(async (caller) => {
      for (let i = 0; i < each; i++) {
        const answer = await caller.post(request);
        if (answer.match(expected)?.length !== times) throw new Error(answer.slice(0, 500));
      }
    }),
  );
}

const LOADS = [
  { group: "a call, 1 caller", asked: CALL, callers: 1, each: CALLS_EACH },
  { group: `calls, ${CALLERS} callers`, asked: CALL, callers: CALLERS, each: CALLS_EACH },
  { group: `a batch of ${BATCH}, 1 caller`, asked: CALLS, callers: 1, each: 10 },
  { group: `batches of ${BATCH}, ${BATCHES} callers`, asked: CALLS, callers: BATCHES, each: 10 },
  { group: `a subscription to ${VALUES} values`, asked: STREAM, callers: 1, each: 1 },
];

for (const { group, asked, ...load } of LOADS) {
  for (const [name, way] of Object.entries(ways)) {
    Deno.bench({
      name: `${name}: ${group} × ${load.each}`,
      ...{ group, baseline: name === "relay" },
      // A function that is not async would not be waited for.
      fn: async () => await ask(way, asked, load),
    });
  }
}
