/**
 * `hub peers …`: nodes and long-lived clients.
 *
 * @module
 */
import type { Static } from "@sinclair/typebox";
import { Type } from "@sinclair/typebox";
import { Command } from "commander";
import { PeerList } from "../operations/peers/read_peers.ts";
import { PeerView } from "../operations/peers/view.ts";
import { RegistrationView } from "../operations/registration/register.ts";
import { jsonLine, safeText } from "./actor_text.ts";
import { addHubOptions } from "./connect_hub.ts";
import {
  callHub,
  given,
  minutesOption,
  type Options,
  pageOption,
  several,
} from "./identity_options.ts";
import { print, printError, style } from "./output.ts";

/** `hub peers create | ls | token | invite | enable | disable | remove`. */
export function peersCommand(): Command {
  const command = new Command("peers").description("make and end nodes and long-lived clients");
  const subs = [
    ...[createCommand(), listCommand(), tokenCommand(), inviteCommand()],
    ...[switchCommand("enable"), switchCommand("disable"), removeCommand()],
  ];
  for (const sub of subs) command.addCommand(addHubOptions(sub));
  return command;
}

function createCommand(): Command {
  return new Command("create")
    .description("make a peer; give it a token or a fingerprint to be known by")
    .argument("<id>", "stable name: small letters, digits, hyphens")
    .option("--client", "it only calls; otherwise it is a node that serves operations")
    .option("--preset <roles>", "roles: spoke, caller, or your own", several)
    .option("--scope <scopes>", "scopes, one by one", several)
    .option("--fingerprint <fingerprints>", "ed25519:… or SHA256:…", several)
    .option("--name <text>", "a name for people to read")
    .action(async (peerId: string, options: Options) => {
      const { preset: roles, scope: scopes, fingerprint: fingerprints, name: displayName } =
        options;
      const input = {
        peerId,
        role: options.client === true ? "client" : "node",
        ...given({ roles, scopes, fingerprints }, "roles", "scopes", "fingerprints"),
        ...given({ displayName }, "displayName"),
      };
      print(lineOf(await callHub(options, { operation: "peers/create", input, output: PeerView })));
    });
}

function listCommand(): Command {
  return new Command("ls")
    .description("list the peers there are, a page at a time")
    .option("--limit <number>", "most peers of one page, up to 1000", pageOption, 100)
    .option("--after <next>", "go on where the page before ended")
    .option("--json", "as JSON")
    .action(async (options: Options) => {
      const input = given(options, "limit", "after");
      const page = await callHub(options, { operation: "peers/list", input, output: PeerList });
      if (options.json === true) return print(jsonLine(page));
      print(...page.peers.map(lineOf));
      if (page.peers.length === 0) print(style("There are no peers yet.", "dim"));
      if (page.next !== undefined) print(style(`more with --after ${page.next}`, "dim"));
    });
}

function tokenCommand(): Command {
  return new Command("token")
    .description("make a bearer token for a peer, and print it this once")
    .argument("<id>")
    .option("--others-end <time>", "how long its other tokens last: 10m, 1h, or 0", minutesOption)
    .action(async (peerId: string, options: Options) => {
      const { othersEnd: othersEndInMinutes } = options;
      const { token, view } = await callHub(options, {
        operation: "peers/add-token",
        input: { peerId, ...given({ othersEndInMinutes }, "othersEndInMinutes") },
        output: Type.Object({ token: Type.String(), view: PeerView }),
      });
      print(token);
      printError(lineOf(view), "It is shown this once: keep it where secrets are kept.");
    });
}

function inviteCommand(): Command {
  return new Command("invite")
    .description("make a token with which one worker becomes a peer, once, and print it")
    .argument("[id]", "the peer that it becomes; otherwise one is made up")
    .option("--preset <roles>", "roles: spoke, or your own", several)
    .option("--scope <scopes>", "scopes, one by one", several)
    .option("--replace", "give new credentials to a peer that is there already")
    .option("--lasts <time>", "how long it can be used: up to 1d", minutesOption, 15)
    .action(async (peerId: string | undefined, options: Options) => {
      const { preset: roles, scope: scopes, lasts: minutes } = options;
      const { token, view } = await callHub(options, {
        operation: "registration/create",
        input: {
          minutes,
          ...given({ peerId, roles, scopes }, "peerId", "roles", "scopes"),
          ...given(options, "replace"),
        },
        output: Type.Object({ token: Type.String(), view: RegistrationView }),
      });
      print(token);
      printError(`For ${view.peerId}, until ${view.expiresAt}. It is shown this once.`);
    });
}

function switchCommand(name: "enable" | "disable"): Command {
  const what = name === "enable"
    ? "let a peer's credentials open again"
    : "let a peer's credentials open nothing, and close what they opened";
  return new Command(name).description(what).argument("<id>")
    .action(async (peerId: string, options: Options) => {
      const input = { peerId, enabled: name === "enable" };
      print(lineOf(await callHub(options, { operation: "peers/update", input, output: PeerView })));
    });
}

function removeCommand(): Command {
  return new Command("remove")
    .description("end a peer and all of its credentials; its id is never given again")
    .argument("<id>")
    .action(async (peerId: string, options: Options) => {
      const output = Type.Object({ removed: Type.String() });
      await callHub(options, { operation: "peers/remove", input: { peerId }, output });
      print(`${peerId} is removed.`);
    });
}

function counted({ length }: readonly unknown[], what: string): string {
  return `${length} ${what}${length === 1 ? "" : "s"}`;
}

function lineOf(peer: Static<typeof PeerView>): string {
  const { peerId, role, enabled, displayName, roles, ownScopes, tokens, fingerprints } = peer;
  const rights = [...roles.map((name) => `@${name}`), ...ownScopes].join(" ") || "-";
  const state = enabled ? style("enabled ", "green") : style("disabled", "yellow");
  const about = `${counted(tokens, "token")}, ${counted(fingerprints, "fingerprint")}`;
  const name = displayName === null ? [] : [safeText(displayName)];
  return [peerId, role.padEnd(6), state, ...name, rights, style(about, "dim")].join("  ");
}
