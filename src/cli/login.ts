/**
 * `hub login` and `hub logout`: the hubs that a user speaks to, each with its key.
 *
 * @module
 */
import { Command, Option } from "commander";
import { parseToken } from "../auth/token.ts";
import { safeText } from "./actor_text.ts";
import { standardInput } from "./config_options.ts";
import { print, printError, style } from "./output.ts";
import { parseHubUrl, refuseClear } from "./remote/hub_url.ts";
import {
  checkProfileName,
  type Profiles,
  readProfiles,
  usingProfile,
  withoutProfile,
  withProfile,
  writeProfiles,
} from "./remote/profiles.ts";
import { ownDirectory } from "./remote/user_directory.ts";
import { runningUrl, withTarget } from "./remote/with_gateway.ts";
import { readSecretWord } from "./secret_word.ts";
import { tableLines } from "./table.ts";

interface LoginOptions {
  readonly name?: string;
  readonly allowHttp?: boolean;
  readonly use?: string;
  readonly list?: boolean;
  readonly json?: boolean;
}

const HELP = `
The key is asked for, read from standard input, or taken from HUB_KEY: never from the
command line, where other users of the machine see it.

Examples:
  hub login https://hub.example
  hub keys create laptop --preset admin | hub login
  hub login --use hub.example`;

/** `hub login`. */
export function loginCommand(): Command {
  const others = ["name", "allowHttp"];
  return new Command("login")
    .description("keep the address of a hub and a key to it, for the commands that call it")
    .argument(
      "[url]",
      "where it answers, such as https://hub.example; otherwise the one that runs here",
    )
    .option("--name <name>", "what to call it; otherwise as its host")
    .option("--allow-http", "send the key without encryption, in a network of one's own")
    .addOption(new Option("--use <name>", "use another of those kept").conflicts(others))
    .addOption(new Option("--list", "list those kept").conflicts([...others, "use"]))
    .option("--json", "the list as JSON, without keys")
    .addHelpText("after", HELP)
    .action(async (url: string | undefined, options: LoginOptions) => {
      const directory = ownDirectory();
      if (options.list === true) return list(await readProfiles(directory), options);
      if (options.use !== undefined) return await use(directory, options.use);
      const where = url ?? await runningUrl({});
      if (where === undefined) throw new Error("Say where the hub answers: hub login URL");
      await login(directory, { url: parseHubUrl(where), options });
    });
}

/** `hub logout`. */
export function logoutCommand(): Command {
  return new Command("logout")
    .description("forget a hub and the key to it")
    .argument("[name]", "which one; otherwise the one in use")
    .addHelpText("after", '\nThe key itself lives on: end it with "hub keys revoke".')
    .action(async (name: string | undefined) => {
      const directory = ownDirectory();
      const profiles = await readProfiles(directory);
      const gone = name ?? profiles.current;
      if (gone === undefined) throw new Error("There is no hub in use to log out of: name one");
      await writeProfiles(directory, withoutProfile(profiles, gone));
      print(`${safeText(gone)} is forgotten.`);
    });
}

async function login(
  directory: string,
  { url, options }: { readonly url: string; readonly options: LoginOptions },
): Promise<void> {
  refuseClear(url, options);
  const name = checkProfileName(options.name ?? nameOf(url));
  const fromEnv = Deno.env.get("HUB_KEY");
  const key = checkedKey(await readSecretWord(standardInput(), { fromEnv, question: "Key: " }));
  // Whoever is not let in is told now, and not at the first call.
  const target = { url, key, from: "the command line" };
  await withTarget(
    { target, options: {} },
    ({ gateway, signal }) => gateway.ask("/search", { limit: 1 }, { signal }),
  );
  const profiles = await readProfiles(directory);
  await writeProfiles(directory, withProfile(profiles, name, { url, key }));
  print(`Logged in to ${url} as ${shown(key)}, kept as ${name}, which is in use now.`);
}

function checkedKey(key: string): string {
  if (key === "") {
    throw new Error("There is no key: type it, pipe it in, or give it as HUB_KEY");
  }
  if (parseToken(key)?.kind === "registration") {
    throw new Error('That is a token to register with, once: use it with "hub spoke register"');
  }
  return key;
}

/** As much of a key as anybody may see. */
function shown(key: string): string {
  return parseToken(key)?.prefix ?? "a key";
}

async function use(directory: string, name: string): Promise<void> {
  await writeProfiles(directory, usingProfile(await readProfiles(directory), name));
  print(`${safeText(name)} is in use now.`);
}

function list({ current, profiles }: Profiles, { json = false }: LoginOptions): void {
  const rows = Object.entries(profiles).map(([name, { url, key }]) => ({
    ...{ name, url, key: shown(key), inUse: name === current },
  }));
  if (json) return print(JSON.stringify(rows));
  const lines = rows.map(({ name, url, key, inUse }) => [inUse ? "*" : " ", name, url, key]);
  print(...tableLines(COLUMNS, lines));
  if (rows.length === 0) printError(style('None yet: "hub login URL" makes one.', "dim"));
}

const COLUMNS = [
  { name: "" },
  { name: "name", style: "bold" },
  { name: "hub" },
  { name: "key", style: "dim" },
] as const;

/** A profile may be named after any host. */
function nameOf(url: string): string {
  return new URL(url).host.replaceAll(/[^A-Za-z0-9.:_-]/g, "").replace(/^[^A-Za-z0-9]+/, "");
}
