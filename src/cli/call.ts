/**
 * `hub call`: calls any operation of a hub.
 *
 * @module
 */
import type { CallError } from "@alkdev/operations";
import { Command, Option } from "commander";
import { jsonLine, longJson, safeText } from "./actor_text.ts";
import { INPUT_HELP, parseInput } from "./call_input.ts";
import { secondsUpTo } from "./number_options.ts";
import { offer, print, printError, style } from "./output.ts";
import { lasting } from "./remote/lasting.ts";
import type { Gateway } from "./remote/gateway.ts";
import { nearestTo } from "./remote/near.ts";
import { addGatewayOptions, type GatewayUse, withGateway } from "./remote/with_gateway.ts";

interface Options extends Readonly<Record<string, unknown>> {
  readonly watch?: boolean;
  readonly idempotencyKey?: string;
  readonly timeout: number;
  readonly json?: boolean;
}

interface Call {
  readonly operation: string;
  readonly input: unknown;
}

const HELP = `${INPUT_HELP}

Examples:
  hub call /services/list
  hub call /dev1/fs/read path=notes.txt
  hub call /hub/actors/send @event.json --idempotency-key order-17
  hub call /hub/actors/watch kind=counter id=visits --watch`;

/** `hub call`. */
export function callCommand(): Command {
  const command = new Command("call")
    .description("call an operation, of the hub or of a spoke, and print what it answers")
    .argument("<operation>", "such as /dev1/fs/read; /any/fs/read is whoever offers it")
    .argument("[input...]", "the input, see below")
    .addOption(
      new Option("--watch", "subscribe: a line for each value, until it is over or Ctrl-C")
        .conflicts(["idempotencyKey", "timeout"]),
    )
    .option("--idempotency-key <key>", "sent again with the same key, it has no second effect")
    .option("--timeout <seconds>", "how long it may take", secondsUpTo(86_400), 30)
    .option("--json", "one line of JSON, failures too; otherwise as people read it")
    .addHelpText("after", HELP)
    .action(async (operation: string, words: string[], options: Options) => {
      const call = { operation, input: await parseInput(words) };
      const { watch = false, idempotencyKey } = options;
      const act = watch ? subscribe : once;
      await withGateway(options, (use) => act(use, call, options), {
        isRepeatable: watch || idempotencyKey !== undefined,
        advise: adviceOn(operation, watch),
      });
    });
  return addGatewayOptions(command);
}

async function once(
  { gateway, signal }: GatewayUse,
  { operation, input }: Call,
  { timeout, idempotencyKey, json = false }: Options,
): Promise<void> {
  const options = { signal, timeoutMs: timeout * 1000, idempotencyKey };
  const output = await gateway.call(operation, input, options);
  print(json ? jsonLine(output) : longJson(output));
}

async function subscribe({ gateway, signal }: GatewayUse, call: Call): Promise<void> {
  for await (const value of lasting(gateway, { ...call, signal, onLost: tellLoss })) {
    if (!offer(jsonLine(value))) return;
  }
}

/** Says that a subscription waits for its hub. */
export function tellLoss({ message }: CallError): void {
  printError(style(`${safeText(message)}. Waiting for the hub.`, "dim"));
}

function adviceOn(operation: string, watch: boolean) {
  return async (error: CallError, gateway: Gateway): Promise<readonly string[]> => {
    if (error.code !== "INVALID_OPERATION_TYPE") return await nearestTo(operation)(error, gateway);
    return [watch ? "It answers once: leave --watch out." : "It is a subscription: add --watch."];
  };
}
