/**
 * Prints the options with which the `hub` task runs `deno run`.
 *
 * @module
 */
import { CONFIG_FILE_VARIABLE, loadConfig, readEnvironment } from "../config/mod.ts";
import { type PermissionNeeds, permissionsFor } from "../permissions.ts";
import { print, printError } from "./output.ts";

const DEFAULT_NEEDS: PermissionNeeds = { dataDir: ".hub" };

try {
  print(permissionsFor(await needs()).join(" "));
} catch (error) {
  printError(`error: ${error instanceof Error ? error.message : String(error)}`);
  // The task's shell goes on whatever the exit code is: with so little the command can only say
  // that it lacks the rest.
  print("--allow-env --allow-read=.");
}

/** From file and environment; the flags of a command come too late for this. */
async function needs(): Promise<PermissionNeeds> {
  const env = readEnvironment();
  const configFile = env[CONFIG_FILE_VARIABLE];
  // A configuration that is wrong is reported in full by the command itself.
  const loaded = await loadConfig({ env, cwd: Deno.cwd() }).catch(() => undefined);
  if (loaded === undefined) return { ...DEFAULT_NEEDS, configFile };
  const { dataDir, nats: { credsFile } } = loaded.config;
  return { dataDir, credsFile, configFile };
}
