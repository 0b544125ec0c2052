/**
 * `hub auth …`: why somebody may do something.
 *
 * @module
 */
import { Command } from "commander";
import { ExplainOutput } from "../operations/keys/explain.ts";
import { longJson } from "./actor_text.ts";
import { CommandFailed } from "./command_failed.ts";
import { addHubOptions } from "./connect_hub.ts";
import { callHub, type Options, prefixArgument } from "./identity_options.ts";
import { print, style } from "./output.ts";

/** `hub auth explain`. */
export function authCommand(): Command {
  return new Command("auth").description("say who may do what")
    .addCommand(addHubOptions(explainCommand()));
}

function explainCommand(): Command {
  return new Command("explain")
    .description("say why a key or a peer may call an operation, or why it may not")
    .argument("<key>", "prefix of a key, id of a peer, or - for nobody", prefixArgument)
    .argument("<operation>", "such as /hub/keys/list")
    .option("--json", "as JSON")
    .addHelpText("after", "\nEnds with 1 when it may not.")
    .action(async (key: string, operation: string, options: Options) => {
      const found = await callHub(options, {
        operation: "keys/explain",
        input: { subject: key === "-" ? null : key, operation },
        output: ExplainOutput,
      });
      if (options.json === true) print(longJson(found));
      else {
        const verdict = found.allowed ? style("allowed", "green") : style("refused", "red");
        print(
          `${found.subject} (${found.status})  ${found.operation}  ${verdict}: ${found.reason}`,
        );
        for (const { rule, passed } of found.rules) print(`  ${passed ? "✓" : "✗"} ${rule}`);
        print(`  its scopes: ${found.scopes.join(" ") || "none"}`);
      }
      if (!found.allowed) throw new CommandFailed("it may not");
    });
}
