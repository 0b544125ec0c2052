import { getLogger } from "../logger/mod.ts";
import { printError, style } from "./output.ts";

const log = getLogger("hub");

/** Tells what takes so long: to a person on a terminal, as a line of the log elsewhere. */
export function tellStep(step: string): void {
  if (Deno.stderr.isTerminal()) printError(style(`  ${step} …`, "dim"));
  else log.info("starting", { step });
}
