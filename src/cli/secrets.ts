/**
 * `hub secrets …`: the keys that everything secret is encrypted with.
 *
 * @module
 */
import { Command } from "commander";
import { resolve } from "node:path";
import { newMasterKey, ringVersions } from "../crypto/mod.ts";
import { createRingFileStore, rotateConfig } from "../secrets/config_rotation.ts";
import { listConfigSecrets } from "../secrets/config_secrets.ts";
import { existingOwnKey, type MasterKeys } from "../secrets/master_keys.ts";
import { openSecretsDatabase } from "../secrets/open_secrets_database.ts";
import type { CredentialRows, KeyRingStore } from "../secrets/ports.ts";
import { rekeySecrets } from "../secrets/rekey.ts";
import { readRingFile } from "../secrets/ring_file.ts";
import { RETENTION_MS, rotateSecrets, type Rotation } from "../secrets/rotate.ts";
import { createCredentialRows } from "../storage/credentials.ts";
import { createKeyRingStore } from "../storage/key_ring.ts";
import { CommandFailed } from "./command_failed.ts";
import {
  addConfigOptions,
  type CommandOptions,
  configOf,
  masterKeysOrOwn,
} from "./config_options.ts";
import { print, printError } from "./output.ts";

/** `hub secrets status | rotate | rekey | new-key`. */
export function secretsCommand(): Command {
  const command = new Command("secrets").description("look after the keys of what is encrypted");
  for (const part of [statusCommand(), rotateCommand(), rekeyCommand()]) {
    command.addCommand(addConfigOptions(part));
  }
  return command.addCommand(newKeyCommand());
}

function newKeyCommand(): Command {
  return new Command("new-key")
    .description("print a fresh master key of 256 random bits, and store nothing")
    .action(() => print(newMasterKey()));
}

/** What the commands work on. */
interface Opened extends AsyncDisposable {
  readonly store: KeyRingStore;
  readonly rows: CredentialRows;
  readonly masterKeys: MasterKeys;
  readonly filePath: string | undefined;
  readonly dataDir: string;
}

async function open(options: CommandOptions): Promise<Opened> {
  const opened = await configOf(options);
  const masterKeys = await masterKeysOrOwn(opened);
  const { database, [Symbol.asyncDispose]: close } = await openSecretsDatabase(opened.config);
  return {
    store: createKeyRingStore(database.pool),
    rows: createCredentialRows({ pool: database.pool, node: "hub secrets" }),
    masterKeys,
    filePath: opened.filePath,
    dataDir: resolve(opened.config.dataDir),
    [Symbol.asyncDispose]: close,
  };
}

function statusCommand(): Command {
  return new Command("status")
    .description("show the keys, how much is encrypted with each, and what the file has encrypted")
    .option("--json", "as one JSON object")
    .action(async (options: CommandOptions) => {
      await using opened = await open(options);
      const status = await statusOf(opened);
      if (options.json === true) return print(JSON.stringify(status, null, 2));
      for (const { version, state, createdAt, credentials } of status.keys) {
        print(`key ${version}  ${state.padEnd(8)}  ${credentials} credentials  made ${createdAt}`);
      }
      if (status.keys.length === 0) print("There is no key in the database yet.");
      for (const { pointer, keyVersion } of status.config) print(`${pointer}  v${keyVersion}`);
    });
}

async function statusOf({ store, rows, filePath }: Opened) {
  const ring = await store.load();
  const counts = await rows.countByVersion();
  return {
    keys: ring === undefined ? [] : ringVersions(ring).map((version) => ({
      version,
      state: ring.keys[version]?.state ?? "unknown",
      createdAt: ring.keys[version]?.createdAt ?? "",
      credentials: counts.get(version) ?? 0,
    })),
    config: filePath === undefined ? [] : await listConfigSecrets(filePath),
  };
}

function rotateCommand(): Command {
  return new Command("rotate")
    .description("make a new key and encrypt everything with it, while the hub goes on")
    .option("--resume", "only finish a rotation that was begun, and erase keys that are old enough")
    .option("--now", "erase keys that nothing needs now, also if a backup may need them")
    .action(async (options: CommandOptions) => {
      await using opened = await open(options);
      const retentionMs = options.now === true ? 0 : RETENTION_MS;
      const resumeOnly = options.resume === true;
      let hasLeftover = false;
      if (await opened.store.load() !== undefined) {
        const rotation = await rotateSecrets({
          ...opened,
          ...{ retentionMs, resumeOnly, now: Date.now },
          onProgress: ({ done, left }) => printError(`  ${done} done, ${left} left`),
        });
        tell(rotation);
        hasLeftover = rotation.failed.length > 0 || rotation.left > 0;
      }
      await rotateFile(opened, { retentionMs, resumeOnly });
      if (hasLeftover) throw new CommandFailed("something is left");
    });
}

function tell({ done, left, failed, current, resumed, retired }: Rotation): void {
  print(`${resumed ? "finished an earlier rotation" : "rotated"}: key ${current} encrypts now`);
  print(`${done} credentials encrypted anew, ${left} left, ${failed.length} failed`);
  for (const version of retired) print(`key ${version} is erased`);
  for (const context of failed) printError(`${context} does not open: set it again`);
}

async function rotateFile(
  { filePath, masterKeys }: Opened,
  { retentionMs, resumeOnly }: { readonly retentionMs: number; readonly resumeOnly: boolean },
): Promise<void> {
  if (resumeOnly || filePath === undefined || await readRingFile(filePath) === undefined) return;
  const count = await rotateConfig(filePath, { masterKeys, retentionMs, now: Date.now() });
  print(`${filePath}: ${count} values encrypted anew`);
}

function rekeyCommand(): Command {
  return new Command("rekey")
    .description("put all keys under masterKey; previousMasterKey is the one they are under now")
    .action(async (options: CommandOptions) => {
      await using opened = await open(options);
      const { store, filePath, dataDir } = opened;
      // Also from the key that the machine made for itself, which no setting names.
      const masterKeys = [...opened.masterKeys, ...await existingOwnKey(dataDir)];
      const told = (changed: boolean) => changed ? "under the new master key" : "nothing to do";
      print(`database: ${told(await rekeySecrets(store, masterKeys))}`);
      if (filePath === undefined) return;
      print(`${filePath}: ${told(await rekeySecrets(createRingFileStore(filePath), masterKeys))}`);
    });
}
