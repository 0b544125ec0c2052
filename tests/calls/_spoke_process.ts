/**
 * A spoke in a process of its own, to be killed or stopped: `_spoke_process.ts URL NAME TOKEN`. Prints
 * a line once it is connected.
 *
 * @module
 */
import { connectSpoke } from "../../src/routing/_nodes_testing.ts";

const [url = "", name = "", token = ""] = Deno.args;
await using spoke = await connectSpoke({ url }, name, token);
await Deno.stdout.write(new TextEncoder().encode("connected\n"));
await spoke.closed;
