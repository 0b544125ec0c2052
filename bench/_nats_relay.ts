/**
 * One half of a relay over NATS without any logic: what a turn of the event loop brings travels as one
 * message. Prints the address where it listens, and ends when its input does.
 *
 *     deno run -A bench/_nats_relay.ts callers NAME
 *     deno run -A bench/_nats_relay.ts spoke NAME
 *
 * @module
 */
import { connect } from "@nats-io/transport-node";
import { setImmediate } from "node:timers";
import { testEnvironment } from "../tests/harness/environment.ts";

const [side = "", name = ""] = Deno.args;
const isSpoke = side === "spoke";
const connection = await connect({ servers: testEnvironment().natsUrl });
const subject = (to: string) => `bench-relay.${name}.${to}`;

/** Sends text to the other half, with all that comes in the same turn. */
function createBatch(): (text: string) => void {
  let waiting: string[] = [];
  const flush = () => {
    connection.publish(subject(isSpoke ? "callers" : "spoke"), waiting.join("\n"));
    waiting = [];
  };
  return (text) => {
    if (waiting.push(text) === 1) setImmediate(flush);
  };
}

/** Ids read `CALLER-NUMBER`; each message begins with its id. */
function prefixOf(message: string): string {
  return message.slice(7, message.indexOf("-"));
}

const sockets = new Map<string, WebSocket>();
const send = createBatch();

connection.subscribe(subject(side), {
  callback(error, message) {
    if (error !== null) throw error;
    for (const text of message.string().split("\n")) {
      sockets.get(isSpoke ? "" : prefixOf(text))?.send(text);
    }
  },
});
await connection.flush();

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  if (isSpoke) sockets.set("", socket);
  socket.onmessage = ({ data }) => {
    if (!isSpoke) sockets.set(prefixOf(data), socket);
    send(data);
  };
  return response;
});
Deno.stdout.writeSync(new TextEncoder().encode(`ws://127.0.0.1:${server.addr.port}/call\n`));
for await (const _ of Deno.stdin.readable) { /* Nothing is said. */ }
Deno.exit(0);
