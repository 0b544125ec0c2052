/**
 * Prints the options with which the `hub` task runs `deno run`; with `--writes-config` those of the
 * `hub:admin` task, which may change the configuration file as well.
 *
 * @module
 */
import {
  CONFIG_FILE_VARIABLE,
  DEFAULT_CONFIG_FILE,
  type HubConfig,
  isUrl,
  loadConfig,
  readEnvironment,
} from "../config/mod.ts";
import { databasePaths } from "../database_paths.ts";
import { type PermissionNeeds, permissionsFor } from "../permissions.ts";
import { ringFilePath } from "../secrets/ring_file.ts";
import { print, printError } from "./output.ts";
import { userDirectory } from "./remote/user_directory.ts";

const DEFAULT_NEEDS: PermissionNeeds = { dataDir: ".hub" };

try {
  print(permissionsFor(await needs()).join(" "));
} catch (error) {
  printError(`error: ${error instanceof Error ? error.message : String(error)}`);
  // The task's shell goes on whatever the exit code is: with so little the command can only say
  // that it lacks the rest.
  print("--allow-env --allow-read=.");
}

/** A home that cannot be written in such an option has no profiles; all else works. */
function profileNeeds(): Pick<PermissionNeeds, "profiles"> {
  const profiles = userDirectory(Deno.env.toObject());
  return profiles === undefined || /[\s,]/.test(profiles) ? {} : { profiles };
}

/** From file and environment; the flags of a command come too late for this. */
async function needs(): Promise<PermissionNeeds> {
  const env = readEnvironment();
  const configFile = env[CONFIG_FILE_VARIABLE];
  // A configuration that is wrong is reported in full by the command itself.
  const flags = { allowPlaintextSecrets: true };
  const loaded = await loadConfig({ env, cwd: Deno.cwd(), flags }).catch(() => undefined);
  if (loaded === undefined) return { ...DEFAULT_NEEDS, ...profileNeeds(), configFile };
  const { dataDir, kinds, nats: { credsFile }, postgres: { url } } = loaded.config;
  const database = url === undefined ? undefined : databasePaths(url, Deno.env.toObject());
  const files = fileNeeds(loaded.filePath ?? DEFAULT_CONFIG_FILE);
  return {
    ...{ dataDir, credsFile, configFile, kinds, database },
    ...masterKeyNeeds(loaded.config),
    documents: importedFiles(loaded.config),
    ...files,
    ...profileNeeds(),
  };
}

function importedFiles({ imports }: HubConfig): string[] {
  return Object.values(imports).flatMap(({ openapi }) =>
    openapi === undefined || isUrl(openapi) ? [] : [openapi]
  );
}

function fileNeeds(file: string): Partial<PermissionNeeds> {
  const both = [file, ringFilePath(file)];
  // Not for a hub that runs: what it may write there, it would run after its next start.
  return Deno.args.includes("--writes-config") ? { replaced: both } : { ringFile: both[1] };
}

function masterKeyNeeds(
  { masterKey, previousMasterKey }: HubConfig,
): Pick<PermissionNeeds, "keyFiles" | "keyPrograms"> {
  const keys = [masterKey, previousMasterKey];
  return {
    keyFiles: keys.flatMap(({ file }) => file ?? []),
    keyPrograms: keys.flatMap(({ command }) => command?.[0] ?? []),
  };
}
