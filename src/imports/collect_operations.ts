/**
 * All operations of a service, named, chosen and bounded.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { AccessControl, Grants, Registration } from "@alkdev/operations";
import { matcherOf } from "../routing/export_rules.ts";
import { type ForeignOperation, importedOperation } from "./imported_operation.ts";
import type { ImportSettings } from "./import_settings.ts";
import type { Skipped } from "./import_source.ts";
import { operationName } from "./operation_name.ts";

/** What is collected, and how. */
export interface CollectOptions {
  readonly settings: Pick<
    ImportSettings,
    "namespace" | "rules" | "include" | "exclude" | "maxOperations" | "checkOutput"
  >;
  readonly grants: Pick<Grants, "provenance" | "capabilities">;
  /** Calls it by the name that its service has for it, such as `GET /pets`. */
  readonly titleOf: (operation: ForeignOperation) => string;
  readonly signal: AbortSignal;
}

/** How long others wait for this to let them have a turn. */
const TURN_MS = 8;

/**
 * Collects. Others have turns meanwhile, for a large document takes a while.
 *
 * @throws {Error} if there are more than the import may have.
 */
export async function collectOperations(
  operations: Iterable<ForeignOperation>,
  { settings, grants, titleOf, signal }: CollectOptions,
): Promise<{ operations: Map<string, Registration>; skipped: Skipped[] }> {
  const choose = chooser(settings), { checkOutput } = settings;
  const collected = new Map<string, Registration>();
  const skipped: Skipped[] = [];
  /** What would go by each name; it may turn out to be several. */
  const titles = new Map<string, string[]>();
  let turn = performance.now(), wanted = 0;
  for (const foreign of operations) {
    if (performance.now() - turn > TURN_MS) {
      await setImmediate();
      signal.throwIfAborted();
      turn = performance.now();
    }
    const chosen = choose(foreign.name), title = titleOf(foreign);
    if (chosen === "no name") {
      skipped.push({ what: title, reason: "its name makes no name of an operation" });
    } else if (chosen !== "not wanted") {
      // Also those that share a name: each of them is work.
      if (++wanted > settings.maxOperations) throw new Error(tooMany(settings));
      const { name, access } = chosen;
      const same = titles.get(name);
      if (same === undefined) titles.set(name, [title]);
      else same.push(title);
      collected.set(name, importedOperation(foreign, { name, access, grants, checkOutput }));
    }
  }
  for (const [name, several] of titles) {
    if (several.length === 1) continue;
    // Which of them is meant, nobody could say.
    collected.delete(name);
    const reason = `${several.length} of them would be called ${name}`;
    skipped.push(...several.map((what) => ({ what, reason })));
  }
  return { operations: collected, skipped };
}

type Choice = "no name" | "not wanted" | { readonly name: string; readonly access: AccessControl };

/** Chooses as the configuration says. */
function chooser(settings: CollectOptions["settings"]): (given: string) => Choice {
  const isIncluded = matcherOf(settings.include), isExcluded = matcherOf(settings.exclude);
  const rules = settings.rules.map((rule) => ({ ...rule, names: matcherOf(rule.operations) }));
  return (given) => {
    const name = operationName(settings.namespace, given);
    if (name === undefined) return "no name";
    if (!isIncluded(name) || isExcluded(name)) return "not wanted";
    const access = rules.find(({ names }) => names(name))?.access;
    return access === undefined ? "not wanted" : { name, access };
  };
}

function tooMany({ maxOperations }: Pick<ImportSettings, "maxOperations">): string {
  return `it has more than ${maxOperations} operations: choose some with include and exclude, ` +
    "or raise maxOperations";
}
