/**
 * `hub ops`: finds operations.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { Command, Option } from "commander";
import { jsonLine, safeText } from "./actor_text.ts";
import { checkedAnswer } from "./checked_answer.ts";
import { given } from "./identity_options.ts";
import { countUpTo } from "./number_options.ts";
import { print, style } from "./output.ts";
import { addGatewayOptions, type Options, withGateway } from "./remote/with_gateway.ts";
import { pathOf } from "./spec_of.ts";
import { tableLines } from "./table.ts";

const Found = Type.Object({
  operations: Type.Array(Type.Object({
    name: Type.String(),
    op_type: Type.String(),
    description: Type.Optional(Type.String()),
  })),
  next_cursor: Type.Optional(Type.String()),
});

const COLUMNS = [
  { name: "operation", style: "bold" },
  { name: "type", style: "dim" },
  { name: "what it does" },
] as const;

/** `hub ops`. */
export function opsCommand(): Command {
  const command = new Command("ops")
    .description("find operations that can be called, the best first; all of them by name without")
    .argument("[query...]", "words of names, descriptions, tags or fields; they may be misspelled")
    .addOption(
      new Option("--type <type>", "of one type").choices(["query", "mutation", "subscription"]),
    )
    .option("--namespace <name>", "of one namespace, such as fs")
    .option("--own", "those of the hub itself, without those of spokes")
    .option("--limit <number>", "most of one page, up to 500", countUpTo(500), 100)
    .option("--after <cursor>", "go on where the page before ended")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  hub ops read file")
    .action(async (words: string[], options: Options) => {
      const page = await withGateway(options, async ({ gateway, signal }) => {
        const found = await gateway.ask("/search", searchOf(words, options), { signal });
        return checkedAnswer(Found, found);
      });
      print(...options.json === true ? [jsonLine(page)] : linesOf(page));
    });
  return addGatewayOptions(command);
}

function searchOf(words: readonly string[], options: Options): object {
  const { type: op_type, after: cursor, own } = options;
  return {
    ...(words.length === 0 ? {} : { query: words.join(" ") }),
    ...given(options, "namespace", "limit"),
    ...given({ op_type, cursor }, "op_type", "cursor"),
    ...(own === true ? { peers: false } : {}),
  };
}

function linesOf({ operations, next_cursor: next }: Static<typeof Found>): string[] {
  if (operations.length === 0) {
    return [style("Nothing that this key may call; another query, or another key, may.", "dim")];
  }
  const rows = operations.map((one) => [pathOf(one.name), one.op_type, one.description ?? ""]);
  const more = next === undefined ? [] : [style(`more with --after ${safeText(next)}`, "dim")];
  return [...tableLines(COLUMNS, rows), ...more];
}
