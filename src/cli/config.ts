import { Command } from "commander";
import { describeConfig, formatConfigTable } from "../config/mod.ts";
import { addConfigOptions, configOf } from "./config_options.ts";
import { print } from "./output.ts";

/** `hub config …`: looks at the configuration. */
export function configCommand(): Command {
  const show = new Command("show")
    .description("print the effective configuration and where each value comes from")
    .option("--json", "as one JSON object")
    .action(async (options: { json?: boolean }) => {
      const description = describeConfig(await configOf({ ...options }));
      print(options.json ? JSON.stringify(description, null, 2) : formatConfigTable(description));
    });
  return new Command("config")
    .description("look at the configuration")
    .addCommand(addConfigOptions(show));
}
