import { Command } from "commander";
import type { HubConfig } from "../config/mod.ts";
import { startLogging } from "../logger/mod.ts";
import { startHub } from "../start_hub.ts";
import { VERSION } from "../version.ts";
import { addConfigOptions, configOf } from "./config_options.ts";
import { print, style } from "./output.ts";
import { tellStep } from "./progress.ts";
import { runUntilSignal } from "./run_until_signal.ts";

/** `hub start`: runs a node until it is asked to stop. */
export function startCommand(): Command {
  const command = new Command("start")
    .description("start a hub node, with a NATS server and a Postgres of its own unless given")
    .option("--until-stdin-closes", "stop also at the end of standard input, for supervisors")
    .action(async (options: Record<string, unknown>) => {
      const { config } = await configOf(options);
      await startNode(config, { untilStdinCloses: options.untilStdinCloses === true });
    });
  return addConfigOptions(command);
}

async function startNode(
  config: HubConfig,
  options: { untilStdinCloses: boolean },
): Promise<void> {
  await using _logging = startLogging(config.log);
  const startedAt = performance.now();
  await runUntilSignal({
    ...options,
    deadlineMs: config.shutdown.deadlineMs,
    async start(signal) {
      const hub = await startHub(config, { signal, onStep: tellStep });
      print(...banner(config, { url: hub.url, ms: performance.now() - startedAt }));
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
