/**
 * The other node of `actors_bench.ts`: `serve REALM` creates the realm's streams, answers requests and
 * hosts actors until it is ended; `clean REALM` deletes them.
 *
 * @module
 */
import { type Bus, deleteRealm, ensureStreams, joinMembership, openBus } from "@hub/bus";
import { openHost } from "../actors/runtime/mod.ts";
import { benchCounter } from "./_actors_kind.ts";

const [task, realm = "bench"] = Deno.args;
const servers = Deno.env.get("HUB_TEST_NATS_URL") ?? "";

async function serve(bus: Bus): Promise<void> {
  await ensureStreams(bus.connection, { realm });
  await using membership = await joinMembership(bus, { node: "n2" });
  await using _host = await openHost({ bus, membership, kinds: [benchCounter] });
  const requests = bus.connection.subscribe(`${realm}.echo`);
  await bus.ping();
  await Deno.stdout.write(new TextEncoder().encode("ready\n"));
  for await (const request of requests) request.respond(request.data);
}

await using bus = await openBus({ servers, name: "other node", realm });
await (task === "clean" ? deleteRealm(bus.connection, realm) : serve(bus));
