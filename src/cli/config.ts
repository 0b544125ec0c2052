import { Command } from "commander";
import { describeConfig, formatConfigTable } from "../config/mod.ts";
import { addConfigOptions, loadedConfigOf } from "./config_options.ts";
import { decryptCommand, encryptCommand, setCommand } from "./config_secrets.ts";
import { print } from "./output.ts";

/** `hub config …`: looks at the configuration, and encrypts what is secret in it. */
export function configCommand(): Command {
  const show = new Command("show")
    .description("print the effective configuration and where each value comes from")
    .option("--json", "as one JSON object")
    .action(async (options: { json?: boolean }) => {
      const description = describeConfig(await loadedConfigOf({ ...options }));
      print(options.json ? JSON.stringify(description, null, 2) : formatConfigTable(description));
    });
  const command = new Command("config").description(
    "look at the configuration, encrypt its secrets",
  );
  for (const part of [show, setCommand(), encryptCommand(), decryptCommand()]) {
    command.addCommand(addConfigOptions(part));
  }
  return command;
}
