/**
 * `hub keys …`: the keys of callers.
 *
 * @module
 */
import type { Static } from "@sinclair/typebox";
import { Type } from "@sinclair/typebox";
import { Command } from "commander";
import { KeyList } from "../operations/keys/read_keys.ts";
import { KeyView } from "../operations/keys/view.ts";
import { jsonLine, safeText } from "./actor_text.ts";
import { addHubOptions } from "./connect_hub.ts";
import {
  callHub,
  given,
  limitOption,
  minutesOption,
  momentOption,
  type Options,
  pageOption,
  prefixArgument,
  several,
} from "./identity_options.ts";
import { print, printError, style } from "./output.ts";

const MadeKey = Type.Object({ key: Type.String(), view: KeyView });

/** `hub keys create | ls | revoke | rotate`. */
export function keysCommand(): Command {
  const command = new Command("keys").description("make and end the keys of callers");
  for (const sub of [createCommand(), listCommand(), revokeCommand(), rotateCommand()]) {
    command.addCommand(addHubOptions(sub));
  }
  return command;
}

function createCommand(): Command {
  return new Command("create")
    .description("make a key, and print it this once")
    .argument("<name>", "what it is for, for people to read")
    .option("--preset <roles>", "roles: admin, caller, spoke, agent, viewer, or your own", several)
    .option("--scope <scopes>", "scopes, one by one", several)
    .option("--expires <when>", "30d, 12h, or a moment; otherwise it lasts", momentOption)
    .option("--limit <rate>", "requests a second, such as 50 or 50/200 with a burst", limitOption)
    .option("--description <text>", "more about it")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  hub keys create ci --preset caller --expires 90d")
    .action(async (name: string, options: Options) => {
      const { preset: roles, scope: scopes, expires: expiresAt } = options;
      const input = {
        name,
        ...given({ roles, scopes, expiresAt }, "roles", "scopes", "expiresAt"),
        ...given(options, "limit", "description"),
      };
      tellMade(
        options,
        await callHub(options, { operation: "keys/create", input, output: MadeKey }),
      );
    });
}

function listCommand(): Command {
  return new Command("ls")
    .description("list the keys there are, newest first, a page at a time")
    .argument("[name]", "those whose name begins like this")
    .option("--limit <number>", "most keys of one page, up to 1000", pageOption, 100)
    .option("--after <next>", "go on where the page before ended")
    .option("--json", "as JSON")
    .action(async (name: string | undefined, options: Options) => {
      const input = { ...given({ name }, "name"), ...given(options, "limit", "after") };
      const page = await callHub(options, { operation: "keys/list", input, output: KeyList });
      if (options.json === true) return print(jsonLine(page));
      print(...page.keys.map(lineOf));
      if (page.keys.length === 0) print(style("There are no such keys.", "dim"));
      if (page.next !== undefined) print(style(`more with --after ${page.next}`, "dim"));
    });
}

function revokeCommand(): Command {
  return new Command("revoke")
    .description("end a key for ever, everywhere, within a second")
    .argument("<key>", "its prefix, such as alk_7Gk2mQ9xZa", prefixArgument)
    .action(async (prefix: string, options: Options) => {
      const key = await callHub(options, {
        operation: "keys/revoke",
        input: { prefix },
        output: KeyView,
      });
      print(`${key.prefix} is revoked.`);
    });
}

function rotateCommand(): Command {
  return new Command("rotate")
    .description("make a key like another, which ends after a time of grace")
    .argument("<key>", "its prefix, such as alk_7Gk2mQ9xZa", prefixArgument)
    .option("--grace <time>", "how long the old one lasts: 90m, 12h, 7d, or 0", minutesOption, 1440)
    .option("--json", "as JSON")
    .action(async (prefix: string, options: Options) => {
      const input = { prefix, graceMinutes: options.grace };
      tellMade(
        options,
        await callHub(options, { operation: "keys/rotate", input, output: MadeKey }),
      );
    });
}

/** The key alone on standard output, so that a script can take it from there. */
function tellMade(options: Options, made: Static<typeof MadeKey>): void {
  if (options.json === true) return print(jsonLine(made));
  print(made.key);
  printError(`${lineOf(made.view)}`, "It is shown this once: keep it where secrets are kept.");
}

function lineOf({ prefix, status, name, roles, ownScopes, expiresAt, lastUsedAt }: Static<
  typeof KeyView
>): string {
  const colours = { active: "green", disabled: "yellow", expired: "red", revoked: "red" } as const;
  const rights = [...roles.map((role) => `@${role}`), ...ownScopes].join(" ") || "-";
  const about = [
    ...(expiresAt === null ? [] : [`ends ${expiresAt.slice(0, 16)}`]),
    lastUsedAt === null ? "never used" : `used ${lastUsedAt.slice(0, 16)}`,
  ];
  return [
    prefix,
    style(status.padEnd(8), colours[status]),
    safeText(name),
    rights,
    style(about.join(", "), "dim"),
  ].join("  ");
}
