/**
 * `hub nodes` and `hub spokes`: what a hub is made of now.
 *
 * @module
 */
import type { Static } from "@sinclair/typebox";
import { Command } from "commander";
import { NodeList } from "../operations/nodes/register.ts";
import { SpokeList } from "../operations/spokes/register.ts";
import { jsonLine, safeText } from "./actor_text.ts";
import { given, pageOption } from "./identity_options.ts";
import { print, style } from "./output.ts";
import { addGatewayOptions, callGateway, type Options } from "./remote/with_gateway.ts";
import { tableLines } from "./table.ts";

/** `hub nodes`. */
export function nodesCommand(): Command {
  const command = paged("nodes", "list the nodes of a hub, with the spokes that each has")
    .addHelpText("after", "\n* is the node that answered.\n\nExample:\n  hub nodes")
    .action(async (options: Options) => {
      const input = given(options, "limit", "after");
      const page = await callGateway(options, {
        operation: "/hub/nodes/list",
        input,
        output: NodeList,
      });
      show(options, page, tableLines(NODE_COLUMNS, page.nodes.map(nodeRow)));
    });
  return addGatewayOptions(command);
}

/** `hub spokes`. */
export function spokesCommand(): Command {
  const command = paged("spokes", "list the spokes that are connected, and where")
    .option("--node <id>", "those of one node")
    .addHelpText("after", "\nExample:\n  hub spokes")
    .action(async (options: Options) => {
      const page = await callGateway(options, {
        operation: "/hub/spokes/list",
        input: given(options, "limit", "after", "node"),
        output: SpokeList,
      });
      const rows = page.spokes.map((
        { peerId, node, operations },
      ) => [peerId, node, `${operations}`]);
      show(options, page, tableLines(SPOKE_COLUMNS, rows));
    });
  return addGatewayOptions(command);
}

function paged(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option("--limit <number>", `most ${name} of one page, up to 1000`, pageOption, 100)
    .option("--after <next>", "go on where the page before ended")
    .option("--json", "as JSON");
}

function show(options: Options, page: { readonly next?: string }, lines: readonly string[]): void {
  if (options.json === true) return print(jsonLine(page));
  print(...lines);
  if (lines.length === 0) print(style("There are none now.", "dim"));
  if (page.next !== undefined) print(style(`more with --after ${safeText(page.next)}`, "dim"));
}

const NODE_COLUMNS = [
  { name: "" },
  { name: "node", style: "bold" },
  { name: "spokes" },
  { name: "version" },
  { name: "since", style: "dim" },
] as const;

const SPOKE_COLUMNS = [
  { name: "spoke", style: "bold" },
  { name: "node" },
  { name: "operations" },
] as const;

type Node = Static<typeof NodeList>["nodes"][number];

function nodeRow({ id, here, spokes, version = "?", startedAt }: Node): string[] {
  const since = startedAt === undefined ? "?" : new Date(startedAt).toISOString().slice(0, 19);
  return [here ? "*" : " ", id, `${spokes}`, version, since];
}
