/**
 * Replays a capsule against a machine as it is now.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { Type } from "@sinclair/typebox";
import type { AnyStateMachine } from "xstate";
import { type ActorKind, defineActor } from "../definition.ts";
import { createMachineScope } from "../machine_scope.ts";
import { type Capsule, expectedOf, parseCapsule } from "./capsule.ts";
import { type Change, changesBetween } from "./changes.ts";
import { createReplayer } from "./replayer.ts";
import type { StateView } from "./state_view.ts";

/** What to replay it with. */
export type ReplayWith =
  | { readonly kind: ActorKind }
  /** A machine alone, where old events need no upcasting. */
  | { readonly machine: AnyStateMachine };

/** The first event that led to something else. */
export interface Difference {
  /** Its position, such as `12.0`. */
  readonly at: string;
  /** Its type. */
  readonly event: string;
  /** What was expected (before) and what came (after). */
  readonly changes: readonly Change[];
  /** What the machine threw. */
  readonly error?: string;
}

/** What a replay found. */
export interface CapsuleReport {
  readonly kind: string;
  /** Events that led to what was expected. */
  readonly events: number;
  /** Where it ended; `undefined` if it could not even begin. */
  readonly end: StateView | undefined;
  /** `undefined` when everything is as expected. */
  readonly difference: Difference | undefined;
}

/**
 * Folds a capsule and reports the first difference: the regression test of a machine that went wrong
 * in production is one file and one line.
 *
 * @param source A capsule, or the path or file URL of one.
 * @throws {TypeError} If it is no capsule, or one of another kind.
 */
export async function replayCapsule(
  source: Capsule | string | URL,
  options: ReplayWith,
): Promise<CapsuleReport> {
  const capsule = typeof source === "string" || source instanceof URL
    ? parseCapsule(await readFile(source, "utf8"))
    : source;
  const kind = kindFor(capsule, options);
  const replayer = createReplayer({ kind, scope: createMachineScope(kind.machine) });
  let events = 0;

  function firstDifference(): Difference | undefined {
    for (const record of capsule.log) {
      let steps;
      try {
        steps = replayer.take(record);
      } catch (error) {
        const expected = capsule.expected[events];
        return {
          at: expected?.at ?? `${record.seq}.0`,
          event: expected?.type ?? "",
          changes: [],
          error: error instanceof Error ? error.message : String(error),
        };
      }
      for (const step of steps) {
        const expected = capsule.expected[events];
        // As the file holds it: what JSON leaves out is no difference.
        const found = JSON.parse(JSON.stringify(expectedOf(step)));
        const changes = changesBetween(expected, found);
        if (changes.length > 0) return { at: found.at, event: found.type, changes };
        events++;
      }
    }
    const changes = changesBetween(capsule.end, replayer.view);
    const last = capsule.expected.at(-1);
    if (changes.length === 0) return undefined;
    return { at: last?.at ?? "", event: last?.type ?? "", changes };
  }

  const difference = firstDifference();
  return { kind: capsule.kind, events, end: replayer.view, difference };
}

function kindFor(capsule: Capsule, options: ReplayWith): ActorKind {
  if ("machine" in options) {
    const { machine } = options;
    // A child's kind has a colon in it, which no declared one has; nothing here depends on the name.
    return defineActor({ kind: "capsule", version: latest(capsule), machine, events: Type.Any() });
  }
  const { kind } = options;
  if (kind.kind === capsule.kind) return kind;
  throw new TypeError(`Cannot replay a capsule of kind ${capsule.kind} with kind ${kind.kind}`);
}

function latest({ version, log }: Capsule): number {
  return log.reduce((max, record) => Math.max(max, record.version), version);
}
