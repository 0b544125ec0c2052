import { Command } from "commander";
import type { HubConfig } from "../config/mod.ts";
import { startLogging } from "../logger/mod.ts";
import { natsProblem } from "../nats_problem.ts";
import { startHub } from "../start_hub.ts";
import { VERSION } from "../version.ts";
import { addConfigOptions, configOf, type OpenedConfig } from "./config_options.ts";
import { print, style } from "./output.ts";
import { tellStep } from "./progress.ts";
import { runUntilSignal } from "./run_until_signal.ts";

/** `hub start`: runs a node until it is asked to stop. */
export function startCommand(): Command {
  const command = new Command("start")
    .description("start a hub node, with a NATS server and a Postgres of its own unless given")
    .option("--until-stdin-closes", "stop also at the end of standard input, for supervisors")
    .action(async (options: Record<string, unknown>) => {
      const untilStdinCloses = options.untilStdinCloses === true;
      await startNode(await configOf(options), { untilStdinCloses });
    });
  return addConfigOptions(command);
}

async function startNode(
  opened: OpenedConfig,
  { untilStdinCloses }: { untilStdinCloses: boolean },
): Promise<void> {
  const { config, masterKeys } = opened;
  await using _logging = startLogging(config.log);
  const startedAt = performance.now();
  await runUntilSignal({
    untilStdinCloses,
    // Whoever lingers has as much time for what comes then as whoever does not.
    deadlineMs: config.shutdown.lingerMs + config.shutdown.deadlineMs,
    async start(signal) {
      const hub = await startHub(config, { signal, onStep: tellStep, masterKeys })
        .catch((error) => {
          throw natsProblem(error, opened);
        });
      print(...banner(config, { url: hub.url, ms: performance.now() - startedAt }));
      if (hub.firstKey !== undefined) print(...firstKeyLines(hub.url, hub.firstKey));
      return hub;
    },
  });
}

function banner(config: HubConfig, { url, ms }: { url: string; ms: number }): string[] {
  const kept = config.nats.url !== undefined && config.postgres.url !== undefined
    ? ""
    : ` (data stays in ${config.dataDir})`;
  return [
    "",
    `  ${style(`hub ${VERSION}`, "bold")} is ready at ${style(url, "green")} after ${
      (ms / 1000).toFixed(1)
    } s`,
    "",
    `  Try it   curl ${url}/readyz`,
    `  Stop it  Ctrl-C${kept}`,
    "",
  ];
}

/** Shown on the first start alone; what is lost is made anew with `hub keys create`. */
function firstKeyLines(url: string, key: string): string[] {
  return [
    `  ${style("Admin key", "yellow")}  ${key}`,
    "             It is shown this once: keep it where secrets are kept. Make others, and end this",
    '             one, with "hub keys".',
    "",
    "  A call with it",
    `    curl ${url}/call -H 'authorization: Bearer ${key}' \\`,
    `      -H 'content-type: application/json' -d '{"operation":"/services/list","input":{}}'`,
    "",
  ];
}
