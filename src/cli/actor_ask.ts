import { checkedAnswer } from "./checked_answer.ts";
import { Command } from "commander";
import { AskOutput } from "../operations/actors/schemas.ts";
import { EVENT_HELP, parseEvent } from "./actor_event.ts";
import { jsonLine, longJson } from "./actor_text.ts";
import { addHubOptions, withHub } from "./connect_hub.ts";
import { secondsUpTo } from "./number_options.ts";
import { print } from "./output.ts";

interface Options extends Record<string, unknown> {
  readonly commandId?: string;
  readonly reply?: string;
  readonly timeout: number;
  readonly json?: boolean;
}

const DEFAULT_SECONDS = 30;

/** `hub actor ask`: sends an event and waits for the reply. */
export function askCommand(): Command {
  const command = new Command("ask")
    .description("send an event to an actor, and wait for what it emits next, or for its end")
    .argument("<kind>", "kind of the actor")
    .argument("<id>", "id of the actor")
    .argument("<event...>", "the event, see below")
    .option("--command-id <id>", "asked again with the same id, it gets the first answer again")
    .option("--reply <type>", "type of the reply (default: whatever it emits first)")
    .option("--timeout <seconds>", "how long to wait", secondsUpTo(600), DEFAULT_SECONDS)
    .option("--json", "position, state and reply as JSON")
    .addHelpText("after", `${EVENT_HELP}\n\nExample:\n  hub actor ask counter visits ADD n=2`)
    .action(async (kind: string, id: string, words: string[], options: Options) => {
      const { commandId, reply, timeout, json } = options;
      const input = {
        ...{ kind, id, event: await parseEvent(words) },
        ...(commandId === undefined ? {} : { commandId }),
        ...(reply === undefined ? {} : { reply }),
      };
      const timeoutMs = timeout * 1000;
      const answer = await withHub(
        options,
        async ({ caller }) =>
          checkedAnswer(AskOutput, await caller.call("hub/actors/ask", input, { timeoutMs })),
      );
      print(json ? jsonLine(answer) : longJson(replyOf(answer)));
    });
  return addHubOptions(command);
}

function replyOf({ reply, status, output, error }: AskOutput): unknown {
  if (reply !== undefined) return reply;
  return output === undefined ? { status, ...(error === undefined ? {} : { error }) } : output;
}
