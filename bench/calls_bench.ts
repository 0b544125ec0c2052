/**
 * What a call from a WebSocket caller to an operation of a spoke costs, against relays with the same
 * hops and no logic. Caller, hub or relay, and spoke are processes of their own; caller and spoke are
 * written by hand and the same on all ways. On the hub's way each call is identified, authorized,
 * validated and routed.
 *
 * @module
 */
import { connectWsCaller, type WsCaller } from "./_ws_caller.ts";

const CALLERS = 64;
const CALLS_EACH = 50;
const WARM_CALLS_EACH = 500;

const processes: Deno.ChildProcess[] = [];

/** Starts one of the processes and resolves with the first line that it prints. */
async function start(script: string, ...args: string[]): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(script, import.meta.url).href, ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  processes.push(child);
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return new TextDecoder().decode(value).trim();
}

addEventListener("unload", () => {
  for (const child of processes) void child.stdin.close();
});

const PEER = "./_call_peer.ts", NATS_RELAY = "./_nats_relay.ts";

const relay = await start(PEER, "relay");
await start(PEER, "spoke", relay.replace(/call$/, "spoke"), "dev0");
const name = `${Deno.pid}`;
await start(PEER, "spoke", await start(NATS_RELAY, "spoke", name), "dev0");
const relayOverNats = await start(NATS_RELAY, "callers", name);
const [here = "", realm = ""] = (await start(PEER, "node", "")).split(" ");
const [there = ""] = (await start(PEER, "node", realm)).split(" ");
await start(PEER, "spoke", here, "dev1");

/** A way from callers to a spoke. */
interface Way {
  readonly name: string;
  readonly operation: string;
  readonly callers: readonly WsCaller[];
}

async function wayOver(name: string, url: string, operation: string): Promise<Way> {
  const callers = await Promise.all(Array.from({ length: CALLERS }, () => connectWsCaller(url)));
  return { name, operation, callers };
}

/** Each with its floor before it. */
const places = [{
  place: "",
  ways: [
    await wayOver("relay", relay, "/test/echo"),
    await wayOver("hub, spoke on the same node", here, "/dev1/test/echo"),
  ],
}, {
  place: ", across nodes",
  ways: [
    await wayOver("relay over NATS", relayOverNats, "/test/echo"),
    await wayOver("hub, spoke on another node", there, "/dev1/test/echo"),
  ],
}];

// Until both nodes know the spoke, calls to it are refused.
for (const { operation, callers: [first] } of places.flatMap(({ ways }) => ways)) {
  while (!await first?.call(operation).then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// What has run some thousand times is compiled for good: a node is measured as it is after its first
// seconds, which with one caller alone would be minutes.
for (const { operation, callers } of places.flatMap(({ ways }) => ways)) {
  await Promise.all(callers.map(async (caller) => {
    for (let i = 0; i < WARM_CALLS_EACH; i++) await caller.call(operation);
  }));
}

/** Measures `act` on each way, against the floor of its place. */
function measure(group: string, what: string, act: (way: Way) => Promise<unknown>): void {
  for (const { place, ways } of places) {
    for (const [index, way] of ways.entries()) {
      Deno.bench({
        name: `${way.name}, ${what}`,
        group: `${group}${place}`,
        baseline: index === 0,
        fn: async () => void await act(way),
      });
    }
  }
}

measure("a call, 1 caller", `1 caller × ${CALLS_EACH}`, async ({ operation, callers: [first] }) => {
  for (let i = 0; i < CALLS_EACH; i++) await first?.call(operation);
});

// Answers that go out together: none may wait for another one to be acknowledged.
measure("calls, 8 at once", "8 calls at once", ({ operation, callers }) => {
  return Promise.all(callers.slice(0, 8).map((caller) => caller.call(operation)));
});

measure(
  `calls, ${CALLERS} callers`,
  `${CALLERS} callers × ${CALLS_EACH}`,
  ({ operation, callers }) =>
    Promise.all(callers.map(async (caller) => {
      for (let i = 0; i < CALLS_EACH; i++) await caller.call(operation);
    })),
);

measure("a subscription", "10,000 values", async ({ operation, callers: [first] }) => {
  await first?.values(operation.replace("echo", "count"), 10_000);
});
