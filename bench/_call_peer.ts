/**
 * One process of the benchmark of calls: a hub node, a relay without any logic, or a spoke. Prints the
 * address where it listens, or a line once it is connected, and ends when its input does.
 *
 *     deno run -A bench/_call_peer.ts node REALM | relay | spoke URL NAME [TOKEN]
 *
 * A spoke that is given a token sends at once what it answers. Without one it sends as a WebSocket of
 * Deno does: what is small waits until what was sent before it is acknowledged.
 *
 * @module
 */
import { WebSocket as EagerWebSocket } from "ws";
import { startRoutingNode } from "../src/routing/_nodes_testing.ts";

const common = {
  visibility: "external",
  output_schema: {},
  access_control: { required_scopes: [] },
};
const OFFERED = {
  operations: [{
    ...{ ...common, name: "test/echo", op_type: "query" },
    input_schema: {
      type: "object",
      properties: { text: { type: "string", maxLength: 10_000 } },
      required: ["text"],
      additionalProperties: false,
    },
  }, {
    ...{ ...common, name: "test/count", op_type: "subscription" },
    input_schema: { type: "object", properties: { to: { type: "integer" } }, required: ["to"] },
  }],
};

const [role, ...args] = Deno.args;
if (role === "node") await node(args[0] ?? "");
else if (role === "relay") relay();
else await spoke(args[0] ?? "", { name: args[1] ?? "", token: args[2] });

async function node(realm: string): Promise<void> {
  const started = await startRoutingNode(realm === "" ? {} : { realm });
  say(`${started.url} ${started.realm}`);
  await untilInputEnds();
  await started[Symbol.asyncDispose]();
  Deno.exit(0);
}

/** Passes every message of a caller to the spoke, and every answer back to who asked: no more. */
function relay(): void {
  let spoke: WebSocket | undefined;
  const callers = new Map<string, WebSocket>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    if (request.url.endsWith("/spoke")) {
      spoke = socket;
      socket.onmessage = ({ data }) => callers.get(prefixOf(data))?.send(data);
    } else {
      socket.onmessage = ({ data }) => {
        callers.set(prefixOf(data), socket);
        spoke?.send(data);
      };
    }
    return response;
  });
  say(`ws://127.0.0.1:${server.addr.port}/call`);
  void untilInputEnds().then(() => Deno.exit(0));
}

/** Ids read `CALLER-NUMBER`; each message begins with its id. */
function prefixOf(message: string): string {
  return message.slice(7, message.indexOf("-"));
}

/** Answers in the protocol, by hand, so that it costs the same behind the hub and the relay. */
async function spoke(
  url: string,
  { name, token }: { readonly name: string; readonly token: string | undefined },
): Promise<void> {
  const Socket: typeof WebSocket = token === undefined ? WebSocket : EagerWebSocket;
  const headers = { authorization: `Bearer ${token ?? `node:${name}`}` };
  const socket = new Socket(url, { headers });
  socket.binaryType = "arraybuffer";
  const decoder = new TextDecoder();
  const credit = new Map<string, { left: number; next: number; to: number }>();
  const stream = (id: string) => {
    const state = credit.get(id);
    while (state !== undefined && state.left > 0 && state.next < state.to) {
      socket.send(`{"id":"${id}","type":"call.responded","payload":{"output":${state.next}}}`);
      state.left--;
      if (++state.next === state.to) {
        socket.send(`{"id":"${id}","type":"call.completed","payload":{}}`);
        credit.delete(id);
      }
    }
  };
  socket.onmessage = ({ data }) => {
    const { id, type, payload } = JSON.parse(
      typeof data === "string" ? data : decoder.decode(data),
    );
    if (type === "call.credit") {
      const state = credit.get(id);
      if (state !== undefined) state.left += payload.credit;
      return stream(id);
    }
    if (type !== "call.requested") return;
    if (payload.operationId.endsWith("test/count")) {
      credit.set(id, { left: payload.credit ?? Infinity, next: 0, to: payload.input.to });
      return stream(id);
    }
    const output = payload.operationId === "/services/list" ? OFFERED : payload.input;
    socket.send(JSON.stringify({ id, type: "call.responded", payload: { output } }));
  };
  await new Promise((resolve) => socket.onopen = resolve);
  say("connected");
  await untilInputEnds();
  Deno.exit(0);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function untilInputEnds(): Promise<void> {
  for await (const _ of Deno.stdin.readable) { /* Nothing is said. */ }
}
