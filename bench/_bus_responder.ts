/**
 * The other end of `bus_bench.ts`: answers requests until its input ends, then deletes the realm.
 *
 * @module
 */
import { deleteRealm, ensureStreams, openBus } from "@hub/bus";

const [realm = "bench"] = Deno.args;
const servers = Deno.env.get("HUB_TEST_NATS_URL") ?? "";
await using bus = await openBus({ servers, name: "responder", realm });
await ensureStreams(bus.connection, { realm });
bus.connection.subscribe(`${realm}.echo`, {
  callback: (_error, message) => void message.respond(message.data),
});
await bus.ping();
await Deno.stdout.write(new TextEncoder().encode("ready\n"));
await Deno.stdin.readable.pipeTo(new WritableStream());
await deleteRealm(bus.connection, realm);
