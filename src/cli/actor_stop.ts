import { checkedAnswer } from "./checked_answer.ts";
import { Command } from "commander";
import { SendOutput } from "../operations/actors/schemas.ts";
import { answerText } from "./actor_send.ts";
import { jsonLine } from "./actor_text.ts";
import { addHubOptions, withHub } from "./connect_hub.ts";
import { print } from "./output.ts";

/** `hub actor stop`: ends an actor for good. */
export function stopCommand(): Command {
  const command = new Command("stop")
    .description("end an actor for good, with its effects, timers and children; its log stays")
    .argument("<kind>", "kind of the actor")
    .argument("<id>", "id of the actor")
    .option("--json", "the answer as JSON")
    .addHelpText("after", "\nExample:\n  hub actor stop counter visits")
    .action(async (kind: string, id: string, options: Record<string, unknown>) => {
      const answer = await withHub(
        options,
        async ({ caller }) =>
          checkedAnswer(SendOutput, await caller.call("hub/actors/stop", { kind, id })),
      );
      print(options.json ? jsonLine(answer) : answerText(answer));
    });
  return addHubOptions(command);
}
