import { checkedAnswer } from "./checked_answer.ts";
import { Command } from "commander";
import { placeText } from "../../actors/runtime/replay/mod.ts";
import { SendOutput } from "../operations/actors/schemas.ts";
import { EVENT_HELP, parseEvent } from "./actor_event.ts";
import { jsonLine, stateText } from "./actor_text.ts";
import { addHubOptions, withHub } from "./connect_hub.ts";
import { print, style } from "./output.ts";

interface Options extends Record<string, unknown> {
  readonly commandId?: string;
  readonly json?: boolean;
}

/** `hub actor send`: sends an event, and knows that it is durable. */
export function sendCommand(): Command {
  const command = new Command("send")
    .description("send an event to an actor; the first one makes the actor")
    .argument("<kind>", "kind of the actor")
    .argument("<id>", "id of the actor")
    .argument("<event...>", "the event, see below")
    .option("--command-id <id>", "sent again with the same id, it gets the first answer again")
    .option("--json", "the answer as JSON")
    .addHelpText(
      "after",
      `${EVENT_HELP}\n\nExample:\n  hub actor send counter visits ADD n=2`,
    )
    .action(async (kind: string, id: string, words: string[], options: Options) => {
      const { commandId, json } = options;
      const event = await parseEvent(words);
      const input = { kind, id, event, ...(commandId === undefined ? {} : { commandId }) };
      const answer = await withHub(
        options,
        async ({ caller }) =>
          checkedAnswer(SendOutput, await caller.call("hub/actors/send", input)),
      );
      print(json ? jsonLine(answer) : answerText(answer));
    });
  return addHubOptions(command);
}

/** Where an event stands and what became of the actor. */
export function answerText({ seq, index, value, changed }: SendOutput): string {
  const what = changed ? "" : style("  nothing changed", "dim");
  return `${style("✓", "green")} ${placeText({ seq, index })}  ${stateText(value)}${what}`;
}
