import type { Static } from "@sinclair/typebox";
import { checkedAnswer } from "./checked_answer.ts";
import { Command } from "commander";
import { GetOutput } from "../operations/actors/schemas.ts";
import { jsonLine, longJson, shortJson, stateText } from "./actor_text.ts";
import { addHubOptions, withHub } from "./connect_hub.ts";
import { print, style } from "./output.ts";

/** `hub actor get`: how an actor is. */
export function getCommand(): Command {
  const command = new Command("get")
    .description("show state, context and owner of an actor")
    .argument("<kind>", "kind of the actor")
    .argument("<id>", "id of the actor")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  hub actor get counter visits")
    .action(async (kind: string, id: string, options: Record<string, unknown>) => {
      const view = await withHub(
        options,
        async ({ caller }) =>
          checkedAnswer(GetOutput, await caller.call("hub/actors/get", { kind, id })),
      );
      print(...options.json ? [jsonLine(view)] : linesOf(`${kind}/${id}`, view));
    });
  return addHubOptions(command);
}

function linesOf(name: string, view: Static<typeof GetOutput>): string[] {
  const { value, context, status, output, error, seq, version, owner } = view;
  const about = `message ${seq} of its log, version ${version}, on node ${owner}`;
  return [
    `${style(name, "bold")}  ${stateText(value)}  ${status}`,
    style(about, "dim"),
    longJson(context),
    ...(output === undefined ? [] : [`output ${shortJson(output)}`]),
    ...(error === undefined ? [] : [`error ${shortJson(error)}`]),
  ];
}
