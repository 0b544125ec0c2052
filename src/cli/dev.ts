import { Command } from "commander";
import { fileURLToPath } from "node:url";
import type { HubConfig } from "../config/mod.ts";
import { startLogging } from "../logger/mod.ts";
import { withDurability } from "../durability.ts";
import { provideServers } from "../provide_servers.ts";
import { addConfigOptions, loadedConfigOf } from "./config_options.ts";
import { keepFresh } from "./keep_fresh.ts";
import { tellStep } from "./progress.ts";
import { runUntilSignal } from "./run_until_signal.ts";
import { watchedPaths } from "./watched_paths.ts";

const WATCHED_FILES = /\.(tsx?|sql|sh|jsonc?)$/;

/** `hub dev`: `hub start` that starts again whenever a source file changes. */
export function devCommand(): Command {
  const command = new Command("dev")
    .description("start a hub node and start it again on every change; its servers keep running")
    .allowUnknownOption(false)
    .action(async (options: Record<string, unknown>) => {
      await requireAllPermissions();
      const { config } = await loadedConfigOf(options);
      await develop(config);
    });
  return addConfigOptions(command);
}

/** A node that reloads itself starts programs and watches files: more than a node may. */
async function requireAllPermissions(): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "run" });
  if (state !== "granted") throw new Error('Run it with "deno task dev".');
}

async function develop(config: HubConfig): Promise<void> {
  await using _logging = startLogging(config.log);
  await runUntilSignal({
    // The node has its own, and the servers come after it.
    deadlineMs: config.shutdown.lingerMs + config.shutdown.deadlineMs * 2,
    async start(signal) {
      await using stack = new AsyncDisposableStack();
      const durable = withDurability(config);
      const servers = stack.use(await provideServers(durable, { signal, onStep: tellStep }));
      stack.use(keepFresh({
        spawn: () => spawnNode(ofNode(config, servers.config)),
        paths: watchedPaths(config),
        matters: (path) => WATCHED_FILES.test(path) && !path.includes("node_modules"),
      }));
      return stack.move();
    },
  });
}

/** For the node they are somebody else's servers: what was asked of ours is done already. */
function ofNode({ nats, durability }: HubConfig, provided: HubConfig): HubConfig {
  return { ...provided, durability: nats.url === undefined ? "fast" : durability };
}

/** A node with the flags of this command, on the servers that run already. */
function spawnNode({ nats, postgres, durability }: HubConfig): Deno.ChildProcess {
  const env = {
    HUB_DURABILITY: durability,
    // These win over every other name of the same settings.
    HUB_NATS_URL: nats.url,
    HUB_NATS_USER: nats.user,
    HUB_NATS_PASSWORD: nats.password,
    HUB_POSTGRES_URL: postgres.url,
  };
  const set = Object.entries(env).filter((entry): entry is [string, string] =>
    entry[1] !== undefined
  );
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      main,
      "start",
      "--until-stdin-closes",
      ...withoutServers(Deno.args.slice(1)),
    ],
    env: Object.fromEntries(set),
    stdin: "piped",
    // Ctrl-C reaches the whole process group: this process passes it on when it is time.
    detached: true,
  }).spawn();
}

/** The node is told of the servers by its environment; a flag would win over that. */
function withoutServers(args: readonly string[]): string[] {
  const isTheirs = (arg: string | undefined) =>
    /^--(nats-url|postgres-url|durability)$/.test(arg ?? "");
  return args.filter((arg, at) =>
    !isTheirs(arg) && !isTheirs(args[at - 1]) && !/^--(nats-url|postgres-url|durability)=/.test(arg)
  );
}
