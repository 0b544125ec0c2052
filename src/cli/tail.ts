/**
 * `hub tail`: what happens on a hub, as it happens.
 *
 * @module
 */
import type { CallError } from "@alkdev/operations";
import { Command, InvalidArgumentError } from "commander";
import { createToldOnce } from "../calls/told_once.ts";
import { WatchOutput } from "../operations/actors/schemas.ts";
import { jsonLine, safeText } from "./actor_text.ts";
import { createWatchText } from "./actor_watch_text.ts";
import { tellLoss } from "./call.ts";
import { callLine, SeenCall } from "./call_line.ts";
import { checkedAnswer } from "./checked_answer.ts";
import { given } from "./identity_options.ts";
import { offer, style } from "./output.ts";
import { lasting } from "./remote/lasting.ts";
import {
  addGatewayOptions,
  type GatewayUse,
  type Options,
  withGateway,
} from "./remote/with_gateway.ts";

interface TailOptions extends Options {
  readonly actor?: readonly Address[];
  readonly calls?: boolean;
  readonly starts?: boolean;
  readonly json?: boolean;
}

interface Address {
  readonly kind: string;
  readonly id: string;
}

/** One of the streams that are shown together. */
interface Source {
  readonly operation: string;
  readonly input: object;
  /** Lines for people; none for what is not shown. */
  readonly linesOf: (item: unknown) => readonly string[];
  /** What a program is told beside the item. */
  readonly label: object;
}

const FILTERS = ["operation", "peer", "caller", "outcome"] as const;

const HELP = `
Calls are shown when they are over, and only those that you may see. With --actor, they are
shown beside the actors if --calls or a filter asks for them.

Examples:
  hub tail
  hub tail --operation 'dev1/fs/*' --outcome failed
  hub tail --actor counter/visits --actor spoke/dev1`;

/** `hub tail`. */
export function tailCommand(): Command {
  const command = new Command("tail")
    .description("show calls, and what happens to actors, as it happens on all nodes")
    .option("--operation <name>", "calls of one operation, or with * at its end of many")
    .option("--peer <name>", "calls that one spoke answers")
    .option("--caller <id>", "calls that one key or peer makes or began")
    .option("--outcome <outcome>", "calls that ended so: ok, failed, or a code such as TIMEOUT")
    .option("--starts", "calls when they begin, too")
    .option("--calls", "calls as well, where actors are named")
    .option("--actor <kind/id>", "what happens to an actor; may be given several times", addresses)
    .option("--json", "one JSON object per line")
    .addHelpText("after", HELP)
    .action(async (options: TailOptions) => {
      const sources = sourcesOf(options);
      await withGateway(options, (use) => follow(use, sources, options), { advise });
    });
  return addGatewayOptions(command);
}

function sourcesOf(options: TailOptions): Source[] {
  const { actor = [], calls = false, starts = false } = options;
  const filter = given(options, ...FILTERS);
  const actors = actor.map((address) => actorSource(address, actor.length > 1 || calls));
  const isAsked = actors.length === 0 || calls || Object.keys(filter).length > 0;
  return [...actors, ...isAsked ? [callSource(filter, starts)] : []];
}

function callSource(input: object, starts: boolean): Source {
  // Another node, which goes on after a loss, does not know what the one before has told.
  const isNews = createToldOnce();
  return {
    ...{ operation: "/hub/calls/tail", input, label: { of: "call" } },
    linesOf(item) {
      const call = checkedAnswer(SeenCall, item);
      const { id, status } = call, isRunning = status === "running";
      if (id !== undefined && !isNews(id, !isRunning)) return [];
      return isRunning && !starts ? [] : [callLine(call)];
    },
  };
}

function actorSource({ kind, id }: Address, isNamed: boolean): Source {
  const textOf = createWatchText();
  const name = isNamed ? `${style(safeText(`${kind}/${id}`), "bold")}  ` : "";
  return {
    ...{ operation: "/hub/actors/watch", input: { kind, id }, label: { of: "actor", kind, id } },
    linesOf(item) {
      const [first, ...rest] = textOf(checkedAnswer(WatchOutput, item));
      return first === undefined ? [] : [`${name}${first}`, ...rest];
    },
  };
}

/** Shows all of them until one fails, or nobody reads on. */
async function follow(
  { gateway, signal }: GatewayUse,
  sources: readonly Source[],
  { json = false }: TailOptions,
): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const running = sources.map(async ({ operation, input, linesOf, label }) => {
    const request = { operation, input, signal: either, onLost: tellLoss, beginsAnew: true };
    for await (const item of lasting(gateway, request)) {
      const lines = linesOf(item);
      if (lines.length === 0) continue;
      const isRead = offer(...json ? [jsonLine({ ...label, ...Object(item) })] : lines);
      if (!isRead) return over.abort();
    }
  });
  try {
    await Promise.all(running);
  } catch (error) {
    if (!over.signal.aborted) throw error;
  } finally {
    over.abort();
    await Promise.allSettled(running);
  }
}

function advise({ code }: CallError): Promise<readonly string[]> {
  const lines = code === "NOT_FOUND"
    ? ["This hub does not tell of calls: it is of an older version."]
    : [];
  return Promise.resolve(lines);
}

/** Adds one more `kind/id`. */
function addresses(text: string, before: readonly Address[] = []): Address[] {
  const slash = text.indexOf("/");
  if (slash > 0 && slash < text.length - 1) {
    return [...before, { kind: text.slice(0, slash), id: text.slice(slash + 1) }];
  }
  throw new InvalidArgumentError("Expected kind/id, such as counter/visits.");
}
