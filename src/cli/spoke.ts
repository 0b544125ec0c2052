/**
 * `hub spoke`: what whoever runs a spoke does.
 *
 * @module
 */
import type { CallError } from "@alkdev/operations";
import { Command } from "commander";
import { parseToken } from "../auth/token.ts";
import { VERSION } from "../version.ts";
import { jsonLine, safeText } from "./actor_text.ts";
import { standardInput } from "./config_options.ts";
import { print, printError, style } from "./output.ts";
import { refuseClear } from "./remote/hub_url.ts";
import { NO_REGISTRATION, type Registered, registerSpoke } from "./remote/register_spoke.ts";
import { environmentOf, makeKeys, openSpokeFiles } from "./remote/spoke_files.ts";
import type { Target } from "./remote/target.ts";
import { ownDirectory } from "./remote/user_directory.ts";
import { addGatewayOptions, type Options, targetOf, withTarget } from "./remote/with_gateway.ts";
import { readSecretWord } from "./secret_word.ts";

interface RegisterOptions extends Options {
  readonly name?: string;
  readonly allowHttp?: boolean;
  readonly print?: boolean;
}

const HELP = `
Whoever runs the hub makes the token with "hub peers invite NAME --preset spoke". It is asked
for, read from standard input, or taken from HUB_REGISTRATION_TOKEN.

Examples:
  hub spoke register https://hub.example
  deno run --env-file="$HOME/.config/alkdev-hub/spokes/gpu1.env" --allow-net --allow-env spoke.ts
  hub spoke register https://hub.example --print > gpu1.env`;

/** `hub spoke register`. */
export function spokeCommand(): Command {
  const register = new Command("register")
    .description("become a spoke of a hub, with a one-time token, and keep the key")
    .argument("[url]", "where the hub answers, such as https://hub.example")
    .option("--name <text>", "a name for people to read")
    .option("--print", "print what a spoke needs on standard output, and keep nothing")
    .option("--json", "as JSON, without the key; failures too")
    .addHelpText("after", HELP)
    .action(async (url: string | undefined, options: RegisterOptions) => {
      const target = await targetOf({ ...options, ...(url === undefined ? {} : { url }) });
      refuseClear(target.url, options);
      const fromEnv = Deno.env.get("HUB_REGISTRATION_TOKEN");
      const token = await readSecretWord(standardInput(), { fromEnv, question: "Token: " });
      await registerWith(checkedToken(token), { target, options });
    });
  return new Command("spoke").description("become a spoke of a hub")
    .addCommand(addGatewayOptions(register));
}

/** A token and what it says of itself. */
interface Token {
  readonly text: string;
  readonly prefix: string;
}

function checkedToken(text: string): Token {
  const parsed = parseToken(text);
  if (parsed?.kind === "registration") return { text, prefix: parsed.prefix };
  const what = parsed === undefined ? "That is none" : "That is a key, which needs no registration";
  throw new Error(`Expected a token such as alkreg_…, as "hub peers invite" prints it. ${what}.`);
}

async function registerWith(
  { text, prefix }: Token,
  { target, options }: { readonly target: Target; readonly options: RegisterOptions },
): Promise<void> {
  const files = options.print === true ? undefined : await openSpokeFiles(ownDirectory());
  const keys = await files?.keysFor(prefix) ?? await makeKeys();
  const registration = {
    ...{ keys, token: text, displayName: options.name },
    agent: `hub/${VERSION}`,
  };
  const registered = await withTarget(
    { target, options, advise },
    ({ signal }) => registerSpoke(target, registration, signal),
  );
  const path = await files?.keep(prefix, registered);
  if (path === undefined) print(environmentOf(registered).trimEnd());
  tell(registered, { path, options });
}

/** Of a key that is printed, nothing else stands on standard output. */
function tell(
  registered: Registered,
  { path, options }: { readonly path: string | undefined; readonly options: RegisterOptions },
): void {
  const { peer_id, hub_url, fingerprint, scopes, expires_at } = registered;
  const ends = expires_at === null ? null : new Date(expires_at * 1000).toISOString();
  const say = path === undefined ? printError : print;
  if (options.json === true) {
    const file = path ?? null;
    return void say(
      jsonLine({ peer_id, hub_url, fingerprint, scopes, expires_at: ends, file }),
    );
  }
  say(
    `This is ${style(peer_id, "bold")} now, with ${safeText(scopes.join(" ")) || "no scopes"}${
      ends === null ? "" : `, until ${ends.slice(0, 16)}`
    }.`,
  );
  if (path === undefined) return;
  print(`Its key is in ${path}: deno run --env-file=${path} --allow-net --allow-env spoke.ts`);
}

function advise({ code }: CallError): Promise<readonly string[]> {
  const words = ADVICE[code];
  return Promise.resolve(words === undefined ? [] : [words]);
}

const ANOTHER = "It works once, and for a short time. Ask whoever runs the hub for another.";
const ADVICE: Readonly<Record<string, string>> = {
  INVALID_TOKEN: ANOTHER,
  EXPIRED_TOKEN: ANOTHER,
  [NO_REGISTRATION]:
    "Whoever runs it lets them with auth.registration (HUB_AUTH_REGISTRATION=true).",
};
