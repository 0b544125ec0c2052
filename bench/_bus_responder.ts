/**
 * The other end of `bus_bench.ts`: `respond REALM` creates the realm's streams and answers requests
 * until it is ended, `clean REALM` deletes them.
 *
 * @module
 */
import { type Bus, deleteRealm, ensureStreams, openBus } from "@hub/bus";

const [task, realm = "bench"] = Deno.args;
const servers = Deno.env.get("HUB_TEST_NATS_URL") ?? "";

async function respond(bus: Bus): Promise<void> {
  await ensureStreams(bus.connection, { realm });
  const requests = bus.connection.subscribe(`${realm}.echo`);
  await bus.ping();
  await Deno.stdout.write(new TextEncoder().encode("ready\n"));
  for await (const request of requests) request.respond(request.data);
}

await using bus = await openBus({ servers, name: "responder", realm });
await (task === "clean" ? deleteRealm(bus.connection, realm) : respond(bus));
