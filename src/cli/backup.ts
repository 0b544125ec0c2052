/**
 * `hub backup` and `hub restore`: all that a hub keeps, in a folder, and back.
 *
 * @module
 */
import { Command } from "commander";
import { join, resolve } from "node:path";
import { createBackup } from "../backup/create_backup.ts";
import { openServers } from "../backup/open_servers.ts";
import { restoreBackup } from "../backup/restore_backup.ts";
import { addConfigOptions, configOf } from "./config_options.ts";
import { print, printError } from "./output.ts";

/** `hub backup`. */
export function backupCommand(): Command {
  const command = new Command("backup")
    .description("copy all that the hub keeps into a folder below its data directory")
    .argument("[name]", "name of the folder; otherwise the time")
    .option("--live", "also while nodes run: then its parts are seconds apart")
    .addHelpText("after", KEYS_ARE_ELSEWHERE);
  return addConfigOptions(command).action(async (name: string | undefined, options) => {
    const { config } = await configOf(options);
    const now = new Date();
    const directory = backupDirectory(config.dataDir, name ?? nameOf(now));
    await using servers = await openServers(config);
    if (servers.isRunning && options.live !== true) {
      throw new Error("A node of this hub runs. Stop all of them first, or say --live.");
    }
    await Deno.mkdir(resolve(directory, ".."), { recursive: true, mode: 0o700 });
    const { tables, streams } = await createBackup({ ...servers, directory, now });
    print(directory);
    printError(`${tables.length} tables and ${streams.length} streams.${KEYS_ARE_ELSEWHERE}`);
  });
}

/** `hub restore`. */
export function restoreCommand(): Command {
  const command = new Command("restore")
    .description("fill an empty database and an empty NATS from a backup")
    .argument("<name>", "name of the backup's folder below the data directory")
    .addHelpText("after", KEYS_ARE_ELSEWHERE);
  return addConfigOptions(command).action(async (name: string, options) => {
    const { config } = await configOf(options);
    const directory = backupDirectory(config.dataDir, name);
    await using servers = await openServers(config);
    const { takenAt, version } = await restoreBackup({
      ...{ ...servers, directory },
      connectTimeoutMs: config.postgres.connectTimeoutMs,
    });
    print(`Restored what hub ${version} held at ${takenAt}. Start the hub.`);
  });
}

const KEYS_ARE_ELSEWHERE = `
The hash key and the master key are not in it: keep them elsewhere, and give them to the hub that it
is restored to. Without the first no key opens anything, without the second no secret is read.
See docs/operating/backup.md.`;

/** Below the data directory: there the hub may write, and nobody else may read. */
function backupDirectory(dataDir: string, name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) {
    throw new Error(`Cannot use ${JSON.stringify(name)} as a name: letters, digits, . _ - only.`);
  }
  return join(resolve(dataDir), "backups", name);
}

/** Names that sort as their moments do. */
function nameOf(now: Date): string {
  return now.toISOString().replaceAll(/[:.]/g, "-");
}
