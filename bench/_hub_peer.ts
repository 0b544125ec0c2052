/**
 * A node of a hub, as it is started in earnest, in a process that ends with its input: whoever has
 * started it may be killed. Prints where it answers HTTP.
 *
 *     deno run -A bench/_hub_peer.ts '{"realm": …, "nats": {"url": …}, …}'
 *
 * @module
 */
import { startHub } from "../src/start_hub.ts";
import { testConfig } from "../tests/harness/hub.ts";
import { say, untilInputEnds } from "./_load.ts";

const hub = await startHub(await testConfig(JSON.parse(Deno.args[0] ?? "{}")));
say(hub.url);
await untilInputEnds();
// What it would hand over, nobody is there to take.
Deno.exit(0);
