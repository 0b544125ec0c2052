import { CallError } from "@alkdev/operations";
import { backOff, BusError } from "@hub/bus";
import { checkedAnswer } from "./checked_answer.ts";
import { Command } from "commander";
import { WatchOutput } from "../operations/actors/schemas.ts";
import { jsonLine } from "./actor_text.ts";
import { createWatchText } from "./actor_watch_text.ts";
import { addHubOptions, connectHub, explained } from "./connect_hub.ts";
import { print, printError, style } from "./output.ts";

interface Options extends Record<string, unknown> {
  readonly from?: string;
  readonly json?: boolean;
}

/** `hub actor watch`: tells what happens to an actor, until Ctrl-C. */
export function watchCommand(): Command {
  const command = new Command("watch")
    .description("show what happens to an actor as it happens, across restarts of the hub")
    .argument("<kind>", "kind of the actor")
    .argument("<id>", "id of the actor")
    .option("--from <position>", "begin after that event; 0.0 is before the first")
    .option("--json", "one JSON object per line")
    .addHelpText("after", "\nExample:\n  hub actor watch counter visits --from 0.0")
    .action(async (kind: string, id: string, options: Options) => {
      const textOf = createWatchText();
      const show = (item: WatchOutput) => print(...options.json ? [jsonLine(item)] : textOf(item));
      await watch({ kind, id, from: options.from }, { options, show });
    });
  return addHubOptions(command);
}

interface Watched {
  readonly kind: string;
  readonly id: string;
  from: string | undefined;
}

interface WatchPorts {
  readonly options: Options;
  readonly show: (item: WatchOutput) => void;
}

/** Goes on after the last position, whatever becomes of the hub meanwhile. */
async function watch(watched: Watched, { options, show }: WatchPorts): Promise<never> {
  let attempts = 0;
  for (let connected = false;;) {
    try {
      await using hub = await connectHub(options);
      const gone = new AbortController();
      // A NATS that comes back may be another one, at another port.
      hub.bus.onStatus((status) => status === "connected" || gone.abort(lost()));
      const { kind, id, from } = watched;
      const input = { kind, id, ...(from === undefined ? {} : { from }) };
      const { signal } = gone;
      for await (const item of hub.caller.subscribe("hub/actors/watch", input, { signal })) {
        const parsed = checkedAnswer(WatchOutput, item);
        [connected, attempts] = [true, 0];
        if ("position" in parsed) watched.from = parsed.position;
        show(parsed);
      }
    } catch (error) {
      // What was wrong from the beginning will be wrong again.
      if (isFinal(error) || !(connected || isLoss(error))) throw explained(error);
      if (attempts === 0) printError(style(`${reasonOf(error)}. Waiting for the hub.`, "dim"));
    }
    await backOff(++attempts);
  }
}

function reasonOf(error: unknown): string {
  const told = explained(error);
  return told instanceof Error ? told.message : String(told);
}

function lost(): BusError {
  return new BusError("DISCONNECTED", "The connection to NATS is lost");
}

function isFinal(error: unknown): boolean {
  return (error instanceof CallError || error instanceof BusError) && !error.retryable;
}

/** Whether there had been somebody. */
function isLoss(error: unknown): boolean {
  return error instanceof BusError
    ? error.code === "DISCONNECTED"
    : error instanceof CallError && error.code === "UNAVAILABLE";
}
