import { Command, Option } from "commander";
import {
  createCapsule,
  createReplayer,
  parseEdits,
  stateView,
  whatIf,
} from "../../actors/runtime/replay/mod.ts";
import { jsonLine, safeText } from "./actor_text.ts";
import { parseJson, PROCESS_SOURCES } from "./typed_input.ts";
import { addHubOptions, withHub } from "./connect_hub.ts";
import { print, style } from "./output.ts";
import { openReplayed, type Replayed } from "./replay_log.ts";
import { parseAt, stateAt } from "./replay_at.ts";
import { replayTable, stateLines, whatIfLines } from "./replay_text.ts";
import { verifyActors } from "./replay_verify.ts";

interface Options extends Record<string, unknown> {
  readonly at?: string;
  readonly whatIf?: string;
  readonly verify?: boolean;
  readonly export?: string;
  readonly json?: boolean;
}

const HELP = `
FILE of --what-if holds edits of the log, as a JSON array of
  { "drop": "12.0" }                          leave an event out
  { "change": "12.0", "event": { … } }        another event in its place
  { "insert": { … }, "after": "12.0" }        one more event
  { "input": … }                              begin with another input

Examples:
  hub replay counter visits
  hub replay counter visits --at 12
  hub replay counter visits --export - > visits.capsule.json
  hub replay counter --verify`;

/** `hub replay`: replays the log of an actor; nothing is written, and no effect runs. */
export function replayCommand(): Command {
  const command = new Command("replay")
    .description("show the life of an actor, event by event, from its log; nothing is changed")
    .argument("<kind>", "kind of the actor")
    .argument("[id]", "id of the actor; only --verify does without")
    .addOption(
      new Option(
        "--at <position>",
        "the whole state there: 12.0, or 12 for after all of message 12",
      )
        .conflicts(["whatIf", "verify", "export"]),
    )
    .addOption(
      new Option(
        "--what-if <file>",
        "what had become of it with another log, see below; - for stdin",
      )
        .conflicts(["verify", "export"]),
    )
    .addOption(
      new Option("--verify", "fold it all and compare with the snapshot, byte for byte")
        .conflicts(["export"]),
    )
    .option("--export <file>", "write a capsule for a unit test to replay; - for standard output")
    .option("--json", "as JSON; one object per event where the log is shown")
    .addHelpText("after", HELP)
    .action(async (kind: string, id: string | undefined, options: Options) => {
      await withHub(options, async (hub) => {
        const json = options.json === true;
        if (options.verify) return await verifyActors(hub, { kind, id, json });
        if (id === undefined) {
          throw new Error("Cannot replay without an id: name an actor, or add --verify for all");
        }
        await replay(await openReplayed(hub, { kind, id }), options);
      });
    });
  return addHubOptions(command);
}

async function replay(replayed: Replayed, options: Options): Promise<void> {
  const { at, whatIf: edits, export: file, json = false } = options;
  if (edits !== undefined) return await showWhatIf(replayed, { file: edits, json });
  if (file !== undefined) return await exportCapsule(replayed, file);
  if (at !== undefined) {
    const view = await stateAt(replayed, parseAt(at));
    return print(...json ? [jsonLine(view)] : stateLines(view));
  }
  await showLog(replayed, { json });
}

async function showLog(
  { name, known, log }: Replayed,
  { json }: { readonly json: boolean },
): Promise<void> {
  const replayer = createReplayer(known);
  const table = replayTable(name, known.kind.version);
  if (!json) print(...table.head);
  let events = 0;
  for await (const record of log()) {
    for (const step of replayer.take(record)) {
      events++;
      print(...json ? [jsonLine(step)] : table.rows(step));
    }
  }
  if (replayer.loaded === undefined) throw nothing(name);
  if (!json) print(...table.foot(events, stateView(known.kind, replayer.loaded.state)));
}

async function showWhatIf(
  replayed: Replayed,
  { file, json }: { readonly file: string; readonly json: boolean },
): Promise<void> {
  const { name, address, known, log } = replayed;
  const text = file === "-"
    ? await PROCESS_SOURCES.readInput()
    : await PROCESS_SOURCES.readFile(file);
  const edits = parseEdits(parseJson(text, file));
  const records = await Array.fromAsync(log());
  if (records.length === 0) throw nothing(name);
  const found = whatIf(records, { ...known, self: address, edits });
  print(...json ? [jsonLine(found)] : whatIfLines(found));
}

async function exportCapsule({ name, address, known, log }: Replayed, file: string): Promise<void> {
  const records = await Array.fromAsync(log());
  if (records.length === 0) throw nothing(name);
  const text = JSON.stringify(createCapsule(records, { ...known, address }), null, 1);
  if (file === "-") return print(text.split("\n").map(safeText).join("\n"));
  try {
    await Deno.writeTextFile(file, `${text}\n`);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotCapable)) throw cause;
    throw new Error(
      `Cannot write ${file}: the hub task may write to the data directory alone. ` +
        `Let the shell write it: hub replay ${address.kind} ${address.id} --export - > ${file}`,
      { cause },
    );
  }
  print(`${style("✓", "green")} ${file}: ${records.length} messages of ${name}`);
}

function nothing(name: string): Error {
  return new Error(`Cannot replay ${name}: nothing was ever sent to it`);
}
