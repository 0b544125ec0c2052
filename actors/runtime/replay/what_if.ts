/**
 * What would have become of an actor if its log had been another one. Pure.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { AnyEventObject } from "xstate";
import { decide, type Verdict } from "../decide.ts";
import { fold, type FoldContext } from "../fold.ts";
import type { Loaded } from "../persist.ts";
import type { LoggedEvent, LogRecord } from "../record.ts";
import { parsePlace, type Place, placeText } from "./place.ts";
import { type StateView, stateView } from "./state_view.ts";

const PlaceText = Type.String({ maxLength: 40, description: "A position, such as 12.0" });
const Event = Type.Unsafe<AnyEventObject>(
  Type.Object({ type: Type.String({ minLength: 1, maxLength: 200 }) }),
);

/** One edit of a log. */
export const LogEdit = Type.Union([
  Type.Object({ drop: PlaceText }, { additionalProperties: false }),
  Type.Object({ change: PlaceText, event: Event }, { additionalProperties: false }),
  Type.Object({ insert: Event, after: PlaceText }, { additionalProperties: false }),
  Type.Object({ input: Type.Unknown() }, { additionalProperties: false }),
]);
/** One edit of a log: leave an event out, replace it, put one after it, or begin with another input. */
export type LogEdit = Static<typeof LogEdit>;

const Edits = TypeCompiler.Compile(Type.Array(LogEdit, { minItems: 1, maxItems: 1000 }));

/** An event of the other log that was not taken as the first time. */
export interface Untaken {
  /** Of the event itself, or of the one after which it was put. */
  readonly at: Place;
  readonly inserted: boolean;
  readonly event: AnyEventObject;
  readonly why: string;
}

/** Both ends. */
export interface WhatIf {
  readonly actual: StateView;
  readonly other: StateView;
  /** What the other course of events refuses, or has no use for. */
  readonly untaken: readonly Untaken[];
}

/**
 * Reads edits, such as `[{ "drop": "12.0" }, { "after": "13.0", "insert": { "type": "PAY" } }]`.
 *
 * @throws {TypeError} If they are none.
 */
export function parseEdits(value: unknown): LogEdit[] {
  if (Edits.Check(value)) return value;
  const path = Edits.Errors(value).First()?.path ?? "";
  throw new TypeError(
    `Cannot read the edits${path === "" ? "" : ` at ${path}`}: expected an array of ` +
      `{"drop": "12.0"}, {"change": "12.0", "event": {…}}, {"insert": {…}, "after": "12.0"} ` +
      `or {"input": …}`,
  );
}

export interface WhatIfOptions extends FoldContext {
  /** Of the actor itself. */
  readonly self: Address;
  readonly edits: readonly LogEdit[];
}

/**
 * Folds the log as it is and as the edits make it. Events keep their positions, because what is
 * under way is known by them; what an effect said that was never begun then is left out.
 *
 * @throws {RangeError} If an edit names no event of the log, or would take its beginning away.
 */
export function whatIf(log: readonly LogRecord[], options: WhatIfOptions): WhatIf {
  const { kind } = options;
  let actual: Loaded | undefined;
  for (const record of log) actual = fold(options, actual, record);
  const [first] = log;
  if (actual === undefined || first === undefined) throw new RangeError("Cannot edit an empty log");
  const untaken: Untaken[] = [];
  const other = refold(editedLog(log, options.edits), { ...options, untaken });
  return { actual: stateView(kind, actual.state), other: stateView(kind, other.state), untaken };
}

/** One event of the edited log. */
interface Item {
  readonly at: Place;
  readonly inserted: boolean;
  readonly version: number;
  readonly logged: LoggedEvent;
}

function editedLog(log: readonly LogRecord[], edits: readonly LogEdit[]): Item[] {
  const items = new Map<string, Item[]>();
  for (const { seq, version, events } of log) {
    for (const [index, logged] of events.entries()) {
      const at = { seq, index };
      items.set(placeText(at), [{ at, inserted: false, version, logged }]);
    }
  }
  for (const [nth, edit] of edits.entries()) apply(items, edit, { log, nth });
  return [...items.values()].flat();
}

interface ApplyContext {
  readonly log: readonly LogRecord[];
  readonly nth: number;
}

function apply(items: Map<string, Item[]>, edit: LogEdit, { log, nth }: ApplyContext): void {
  const [first] = items.keys();
  if ("input" in edit) {
    return replace(items, {
      at: first ?? "",
      change: ({ logged }) => begunWith(edit.input, logged),
    });
  }
  if ("drop" in edit) {
    const at = known(items, { text: edit.drop, act: "drop" });
    if (at === first) throw new RangeError(`Cannot drop ${at}: it is the start of the actor`);
    return void items.set(at, (items.get(at) ?? []).filter(({ inserted }) => inserted));
  }
  if ("change" in edit) {
    const at = known(items, { text: edit.change, act: "change" });
    if (at === first) {
      throw new RangeError(`Cannot change ${at}: it is the start of the actor, edit its input`);
    }
    return replace(items, { at, change: ({ logged }) => ({ ...logged, event: edit.event }) });
  }
  const at = known(items, { text: edit.after, act: "insert after" });
  const there = items.get(at) ?? [];
  items.set(at, [...there, insertedItem(edit.insert, { log, nth, after: parsePlace(at) })]);
}

function begunWith(input: unknown, logged: LoggedEvent): LoggedEvent {
  const parent = logged.cause.from === "start" ? logged.cause.parent : undefined;
  return { ...logged, cause: { from: "start", input, ...(parent ? { parent } : {}) } };
}

function known(
  items: ReadonlyMap<string, unknown>,
  { text, act }: { readonly text: string; readonly act: string },
): string {
  const at = placeText(parsePlace(text));
  if (items.has(at)) return at;
  throw new RangeError(`Cannot ${act} ${at}: the log has no event there`);
}

function replace(
  items: Map<string, Item[]>,
  { at, change }: { readonly at: string; readonly change: (item: Item) => LoggedEvent },
): void {
  const there = items.get(at) ?? [];
  items.set(
    at,
    there.map((item) => item.inserted ? item : { ...item, logged: change(item) }),
  );
}

function insertedItem(
  event: AnyEventObject,
  { log, nth, after }: ApplyContext & { readonly after: Place },
): Item {
  const record = log.find(({ seq }) => seq === after.seq);
  const at = record?.events[after.index]?.at ?? 0;
  return {
    // Behind all that the message holds: no key of the real log can be the same.
    at: { seq: after.seq, index: (record?.events.length ?? 0) + nth },
    inserted: true,
    // Written for the machine as it is.
    version: Infinity,
    logged: { id: `what-if:${nth}`, event, cause: { from: "caller" }, at },
  };
}

interface RefoldOptions extends WhatIfOptions {
  readonly untaken: Untaken[];
}

/** Folds what the runtime would have accepted: a caller's event only where the state can take it. */
function refold(items: readonly Item[], options: RefoldOptions): Loaded {
  const { kind, scope, self, untaken } = options;
  const [start, ...rest] = items;
  if (start === undefined) throw new RangeError("Cannot fold an empty log");
  let loaded = fold(options, undefined, {
    seq: start.at.seq,
    version: start.version,
    events: [start.logged],
  });
  // No command is twice in a log, so there is nothing to remember.
  const { window } = loaded;
  for (const { at, inserted, version, logged } of rest) {
    const command = { ...logged, event: kind.upcast(logged.event, version) };
    const commit = { seq: at.seq };
    const context = { kind, scope, self, machine: kind.machine, window, commit };
    const decision = decide({ ...context, firstIndex: at.index }, loaded.state, [command]);
    for (const verdict of decision.verdicts) {
      if (verdict.is === "accepted") continue;
      untaken.push({ at, inserted, event: logged.event, why: reasonOf(verdict) });
    }
    loaded = { state: decision.next, seq: at.seq, window };
  }
  return loaded;
}

function reasonOf(verdict: Exclude<Verdict, { is: "accepted" }>): string {
  switch (verdict.is) {
    case "refused":
      return verdict.refusal.message;
    case "stale":
      return "what it tells of is not under way";
    case "repeated":
      return "its command was taken before";
  }
}
