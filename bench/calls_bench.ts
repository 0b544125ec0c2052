/**
 * What a call from a WebSocket caller to an operation of a spoke costs, against a relay with the same
 * hops and no logic. Caller, hub or relay, and spoke are processes of their own; caller and spoke are
 * written by hand and the same on both ways. On the hub's way each call is identified, authorized,
 * validated and routed.
 *
 * @module
 */
const CALLERS = 64;
const CALLS_EACH = 50;
const TEXT = "x".repeat(100);

const script = new URL("./_call_peer.ts", import.meta.url).href;
const processes: Deno.ChildProcess[] = [];

/** Starts one of the processes and resolves with the first line that it prints. */
async function start(...args: string[]): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ...args],
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

/** A connection of one caller; each of its calls waits for the one before it. */
interface Caller {
  call(operation: string): Promise<void>;
  values(operation: string, to: number): Promise<void>;
}

let callers = 0;

async function connect(url: string): Promise<Caller> {
  const name = `c${callers++}`;
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${name}|spokes:call` } });
  await new Promise((resolve) => socket.onopen = resolve);
  let number = 0;
  return {
    call(operation) {
      const id = `${name}-${number++}`;
      return new Promise((resolve, reject) => {
        socket.onmessage = ({ data }) => {
          if (JSON.parse(data).payload.output?.text === TEXT) resolve();
          else reject(new Error(data));
        };
        const payload = { operationId: operation, input: { text: TEXT } };
        socket.send(JSON.stringify({ id, type: "call.requested", payload }));
      });
    },
    values(operation, to) {
      const id = `${name}-${number++}`;
      const payload = { operationId: operation, input: { to }, credit: 1_000 };
      let taken = 0;
      return new Promise((resolve) => {
        socket.onmessage = ({ data }) => {
          if (JSON.parse(data).type === "call.completed") return resolve();
          if (++taken % 500 !== 0) return;
          socket.send(JSON.stringify({ id, type: "call.credit", payload: { credit: 500 } }));
        };
        socket.send(JSON.stringify({ id, type: "call.requested", payload }));
      });
    },
  };
}

const relay = await start("relay");
await start("spoke", relay.replace(/call$/, "spoke"), "dev0");
const [here = "", realm = ""] = (await start("node", "")).split(" ");
const [there = ""] = (await start("node", realm)).split(" ");
await start("spoke", here, "dev1");

const connectAll = (url: string) =>
  Promise.all(Array.from({ length: CALLERS }, () => connect(url)));
const ways = {
  relay: { operation: "/test/echo", callers: await connectAll(relay), floor: true },
  "hub, spoke on the same node": {
    operation: "/dev1/test/echo",
    callers: await connectAll(here),
    floor: false,
  },
  "hub, spoke on another node": {
    operation: "/dev1/test/echo",
    callers: await connectAll(there),
    floor: false,
  },
};

// Until both nodes know the spoke, calls to it are refused.
for (const { operation, callers: [first] } of Object.values(ways)) {
  while (!await first?.call(operation).then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for (const [name, { operation, callers, floor }] of Object.entries(ways)) {
  Deno.bench({
    name: `${name}, 1 caller × ${CALLS_EACH}`,
    group: "a call, 1 caller",
    baseline: floor,
    async fn() {
      for (let i = 0; i < CALLS_EACH; i++) await callers[0]?.call(operation);
    },
  });
}

for (const [name, { operation, callers, floor }] of Object.entries(ways)) {
  Deno.bench({
    name: `${name}, ${CALLERS} callers × ${CALLS_EACH}`,
    group: `calls, ${CALLERS} callers`,
    baseline: floor,
    async fn() {
      await Promise.all(callers.map(async (caller) => {
        for (let i = 0; i < CALLS_EACH; i++) await caller.call(operation);
      }));
    },
  });
}

for (const [name, { operation, callers, floor }] of Object.entries(ways)) {
  Deno.bench({
    name: `${name}, 10,000 values`,
    group: "a subscription",
    baseline: floor,
    fn: async () => await callers[0]?.values(operation.replace("echo", "count"), 10_000),
  });
}
