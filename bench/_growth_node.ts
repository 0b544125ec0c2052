/**
 * One of several nodes that share some actors: `_growth_node.ts REALM NODE ACTORS` hosts its part of
 * them, and sends to all of them as it is told.
 *
 * @module
 */
import { joinMembership, openBus } from "@hub/bus";
import { openHost } from "../actors/runtime/mod.ts";
import { testEnvironment } from "../tests/harness/environment.ts";
import { addOne, benchCounter } from "./_actors_kind.ts";
import { driveAsTold } from "./_load.ts";

const [realm = "", node = "", actors = "1"] = Deno.args;
await using bus = await openBus({ servers: testEnvironment().natsUrl, name: node, realm });
await using membership = await joinMembership(bus, { node });
await using host = await openHost({ bus, membership, kinds: [benchCounter] });
let sent = 0;
await driveAsTold(() => host.send({ kind: "bench", id: `a${sent++ % Number(actors)}` }, addOne()));
Deno.exit(0);
