/**
 * `hub config set --secret`, `hub config encrypt` and `hub config decrypt`.
 *
 * @module
 */
import { Command } from "commander";
import {
  contextOf,
  DEFAULT_CONFIG_FILE,
  encryptableSetting,
  type LoadedConfig,
  plainSecretsIn,
  pointerOf,
  refusal,
} from "../config/mod.ts";
import type { KeyRing } from "../crypto/mod.ts";
import { ensureConfigRing, storeConfigSecrets } from "../secrets/config_secrets.ts";
import type { Input } from "../secrets/input.ts";
import {
  type CommandOptions,
  loadedConfigOf,
  masterKeysOf,
  standardInput,
} from "./config_options.ts";
import { print } from "./output.ts";

/** A configuration file and the ring that encrypts its values. */
interface Editing {
  readonly filePath: string;
  readonly ring: KeyRing;
}

/** `hub config set --secret POINTER`: reads a value and stores it encrypted. */
export function setCommand(): Command {
  return new Command("set")
    .description("encrypt a value from standard input, or typed, into the configuration file")
    .argument("<pointer>", "the setting, such as /postgres/url")
    .requiredOption("--secret", "store it encrypted (the only way to set a value so far)")
    .action(async (pointer: string, options: CommandOptions) => {
      const setting = encryptableSetting(pointer);
      const input = standardInput();
      // The master key may stand on the first line, before the value.
      const editing = await startEditing(options, input);
      const value = input.isTerminal
        ? await input.hidden(`Value of ${setting.path}: `)
        : await input.rest();
      const problem = refusal(setting, value);
      if (problem !== undefined) throw new Error(`Cannot set ${problem}`);
      await store(editing, [{ setting, value }]);
    });
}

/** `hub config encrypt`: every secret that stands in clear. */
export function encryptCommand(): Command {
  return new Command("encrypt")
    .description("encrypt every secret that stands in clear in the configuration file")
    .action(async (options: CommandOptions) => {
      const editing = await startEditing(options, standardInput());
      const plain = plainSecretsIn(await textOf(editing.filePath));
      if (plain.length === 0) return print("There is no secret in clear.");
      await store(editing, plain);
    });
}

/** `hub config decrypt POINTER`: the one way to see a value again. */
export function decryptCommand(): Command {
  return new Command("decrypt")
    .description("print one encrypted value of the configuration file")
    .argument("<pointer>", "the setting, such as /postgres/url")
    .option("--force", "also when standard output is no terminal")
    .action(async (pointer: string, options: CommandOptions) => {
      const setting = encryptableSetting(pointer);
      if (!Deno.stdout.isTerminal() && options.force !== true) {
        throw new Error("Cannot print it: standard output is no terminal (see --force)");
      }
      const loaded = await loadedConfigOf(options, { allowPlaintextSecrets: true });
      const envelope = loaded.encrypted[setting.path];
      if (envelope === undefined || loaded.filePath === undefined) {
        throw new Error(`Cannot decrypt ${setting.path}: it is not encrypted in the file`);
      }
      const ring = await ensureConfigRing(loaded.filePath, await masterKeysOf(loaded));
      print(await ring.decrypt(envelope, contextOf(setting)));
    });
}

/** A file may hold secrets in clear here: that is why these commands are run. */
async function startEditing(options: CommandOptions, input: Input): Promise<Editing> {
  const loaded: LoadedConfig = await loadedConfigOf(options, { allowPlaintextSecrets: true });
  const filePath = loaded.filePath ?? DEFAULT_CONFIG_FILE;
  return { filePath, ring: await ensureConfigRing(filePath, await masterKeysOf(loaded, input)) };
}

async function store(
  { filePath, ring }: Editing,
  secrets: Parameters<typeof storeConfigSecrets>[1],
): Promise<void> {
  // A copy of a file that held secrets in clear would hold them still.
  const keep = plainSecretsIn(await textOf(filePath)).length === 0;
  await storeConfigSecrets(filePath, secrets, { ring, keep });
  for (const { setting } of secrets) print(`${filePath}: ${pointerOf(setting)} is encrypted`);
}

async function textOf(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
}
