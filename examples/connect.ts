/**
 * What the examples of spokes have in common: where the hub is, and a line for each change.
 *
 * @module
 */
import {
  connectSpoke,
  type Renewal,
  type Spoke,
  type SpokeOptions,
} from "@alkdev/operations/spoke";

/**
 * Connects to the hub at `HUB_URL` (default: this machine's) with the key in `HUB_KEY`, and leaves in
 * good order when it is interrupted. Where `hub spoke register` wrote these, `HUB_ENV_FILE` tells the
 * file, and new keys are kept there: that takes `--allow-read` and `--allow-write` for its directory.
 */
export async function connect(operations: SpokeOptions["operations"]): Promise<Spoke> {
  const key = Deno.env.get("HUB_KEY");
  if (key === undefined) throw new TypeError("Cannot connect: HUB_KEY holds no key of a spoke");
  const url = Deno.env.get("HUB_URL") ?? "ws://127.0.0.1:4200/ws";
  const file = Deno.env.get("HUB_ENV_FILE");
  const spoke = await connectSpoke({
    ...{ url, key, operations },
    ...(file === undefined ? {} : { renewal: renewalIn(file) }),
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

/** Keeps keys in an environment file, beside which the private key lies. */
function renewalIn(file: string): Renewal {
  return {
    async keep(key) {
      const text = await Deno.readTextFile(file), aside = `${file}.new`;
      await Deno.writeTextFile(aside, text.replace(/^HUB_KEY=.*$/m, `HUB_KEY=${key}`), {
        mode: 0o600,
      });
      // Whoever starts now reads the one or the other, and never half of one.
      await Deno.rename(aside, file);
    },
    privateKey: () => Deno.readTextFile(file.replace(/\.env$/, ".pem")),
  };
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
