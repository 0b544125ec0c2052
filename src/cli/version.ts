import { MINIMUM_NATS_VERSION } from "@hub/bus";
import { Command } from "commander";
import { NATS_RELEASE } from "../embedded/release_archive.ts";
import { VERSION } from "../version.ts";
import { print } from "./output.ts";

/** `hub version`: what this hub is made of. */
export function versionCommand(): Command {
  return new Command("version")
    .description("print the versions of the hub and of what it runs on")
    .option("--json", "as one JSON object")
    .action(({ json }: { json?: boolean }) => {
      const versions = {
        hub: VERSION,
        deno: Deno.version.deno,
        v8: Deno.version.v8,
        typescript: Deno.version.typescript,
        platform: `${Deno.build.os} ${Deno.build.arch}`,
        "nats-server": `${MINIMUM_NATS_VERSION} or newer (${NATS_RELEASE.version} is fetched)`,
      };
      if (json) return print(JSON.stringify(versions, null, 2));
      print(...Object.entries(versions).map(([name, text]) => `${name.padEnd(12)} ${text}`));
    });
}
