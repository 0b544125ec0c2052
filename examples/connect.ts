/**
 * What the examples of spokes have in common: where the hub is, and a line for each change.
 *
 * @module
 */
import { connectSpoke, type Spoke, type SpokeOptions } from "@alkdev/operations/spoke";

/**
 * Connects to the hub at `HUB_URL` (default: this machine's) with the key in `HUB_KEY`, and leaves in
 * good order when it is interrupted.
 */
export async function connect(operations: SpokeOptions["operations"]): Promise<Spoke> {
  const key = Deno.env.get("HUB_KEY");
  if (key === undefined) throw new TypeError("Cannot connect: HUB_KEY holds no key of a spoke");
  const url = Deno.env.get("HUB_URL") ?? "ws://127.0.0.1:4200/ws";
  const spoke = await connectSpoke({
    ...{ url, key, operations },
    onStatus: (status) => print(JSON.stringify(status)),
  });
  const leave = async () => {
    await spoke.close();
    Deno.exit();
  };
  Deno.addSignalListener("SIGINT", leave);
  Deno.addSignalListener("SIGTERM", leave);
  return spoke;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
