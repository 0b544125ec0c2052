/** What a script does that runs a program for a benchmark, in Node or Deno. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { say, untilInputEnds } from "../_load.ts";

/** Says that it runs, and ends it with standard input: its data are thrown away anyway. */
export async function runWhileAsked(child: ChildProcess): Promise<never> {
  say("started");
  await untilInputEnds();
  child.kill("SIGKILL");
  await once(child, "exit");
  process.exit(0);
}
