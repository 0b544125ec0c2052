/** Which spoke a call to any of them goes to, when some have all that they can do. */
import { strictEqual } from "node:assert/strict";
import { connectClient, connectSpoke, startRoutingNode } from "../../src/routing/_nodes_testing.ts";
import { until } from "../harness/until.ts";
import { outcome } from "./_hubs_testing.ts";

/** Calls of the hub that a spoke may have at a time. */
const LIMIT = 256;

Deno.test("a spoke with as many calls as it may have is passed over: one of another node answers, until it has room", async () => {
  await using home = await startRoutingNode();
  await using other = await startRoutingNode({ realm: home.realm });
  await using near = await connectSpoke(home, "dev1");
  await using _far = await connectSpoke(other, "dev2");
  await until(() => ["dev1", "dev2"].every((name) => home.routing.index.get(name)), {
    what: "both to be known",
  });
  await using client = await connectClient(home);
  const answering = async () =>
    Object(await client.session.call("/any/test/echo", { text: "x" })).by;
  strictEqual(await answering(), "dev1");

  await using busy = await connectClient(home), busier = await connectClient(home);
  const aborting = new AbortController(), { signal } = aborting;
  const waiting = Array.from({ length: LIMIT }, (_, at) => {
    const { session } = at % 2 === 0 ? busy : busier;
    return outcome(session.call("/dev1/test/wait", {}, { signal }));
  });
  await until(() => near.running() === LIMIT, { what: "dev1 to have all that it can do" });
  for (let times = 0; times < 5; times++) strictEqual(await answering(), "dev2");

  aborting.abort();
  await Promise.all(waiting);
  await until(async () => await answering() === "dev1", { what: "dev1 to have room again" });
});
