/**
 * Copies values for the log without their secrets, within bounds.
 *
 * @module
 */
import { type Member, type Shape, shapeOf } from "./members.ts";
import { forget, soughtTexts } from "./forget.ts";
import { judgeName, type NameVerdict } from "./secret_names.ts";
import { REDACTED, redactText } from "./secret_text.ts";

/** How much of a value is logged. */
export interface RedactLimits {
  /** Levels of nesting. */
  readonly depth: number;
  /** Entries of one object, array, map or set. */
  readonly entries: number;
  /** Values in all. */
  readonly values: number;
  /** Characters of one text. */
  readonly textLength: number;
  /** Characters in all. */
  readonly totalLength: number;
}

/** Enough for any event worth logging. */
export const REDACT_LIMITS: RedactLimits = {
  depth: 8,
  entries: 100,
  values: 2_000,
  textLength: 8_192,
  totalLength: 65_536,
};

/**
 * Read beyond the limit and thrown away, so that a secret that the limit would cut in two is
 * still seen whole.
 */
const OVERLAP = 1_024;

/** Copies values of one log record without secrets. */
export interface Redactor {
  /** Copies a value into plain objects, arrays, texts and numbers, without secrets. */
  value(value: unknown): unknown;
  /** Removes what looks like a secret, and what is too long. */
  text(text: string): string;
  /** Whether this very value was hidden because of its name. */
  hid(value: unknown): boolean;
  /**
   * Removes from a copy all that was hidden because of its name anywhere else: the value of
   * `password` must not stand in the message either.
   */
  forget(copy: unknown): unknown;
}

interface Walk {
  readonly limits: RedactLimits;
  readonly ancestors: Set<object>;
  readonly hidden: Set<string>;
  values: number;
  length: number;
}

/** Where in the walk a value stands. */
interface Place {
  readonly walk: Walk;
  /** What the names above say. */
  readonly verdict: NameVerdict;
  readonly depth: number;
}

/** Creates a redactor that remembers what it has hidden: one for each log record. */
export function createRedactor(limits: RedactLimits = REDACT_LIMITS): Redactor {
  const walk: Walk = { limits, ancestors: new Set(), hidden: new Set(), values: 0, length: 0 };
  return {
    value: (value) => copyValue(value, { walk, verdict: "open", depth: 0 }),
    text: (text) => copyText(text, walk),
    hid: (value) => walk.hidden.has(String(value)),
    forget: (copy) => walk.hidden.size === 0 ? copy : forget(copy, soughtTexts(walk.hidden)),
  };
}

/**
 * Copies `value` without its secrets: those whose name says so, and those that look like one.
 *
 * @example A key is hidden wherever it stands
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { redact } from "./mod.ts";
 *
 * const key = `alk_${"a1".repeat(5)}_${"b2".repeat(16)}`;
 * deepStrictEqual(redact({ path: `/call?key=${key}`, headers: { cookie: "sid=1" }, tries: 2 }), {
 *   path: "/call?key=[redacted]",
 *   headers: { cookie: "[redacted]" },
 *   tries: 2,
 * });
 * ```
 */
export function redact(value: unknown, limits: RedactLimits = REDACT_LIMITS): unknown {
  const redactor = createRedactor(limits);
  return redactor.forget(redactor.value(value));
}

function copyText(text: string, walk: Walk): string {
  const { textLength, totalLength } = walk.limits;
  const room = Math.max(0, Math.min(textLength, totalLength - walk.length));
  const seen = redactText(text.length <= room ? text : text.slice(0, room + OVERLAP));
  // What stands at the very end of the part that was seen may be half a secret.
  const whole = text.length <= room + OVERLAP ? seen : seen.slice(0, -OVERLAP);
  const cut = whole.slice(0, room);
  walk.length += cut.length;
  const isWhole = text.length <= room + OVERLAP && cut.length === whole.length;
  return isWhole ? cut : `${cut}… [cut, ${text.length} characters]`;
}

function hide(value: string | number | bigint, { hidden }: Walk): string {
  hidden.add(String(value));
  return REDACTED;
}

function copyValue(value: unknown, place: Place): unknown {
  const { walk, verdict } = place;
  if (++walk.values > walk.limits.values) return "[left out]";
  switch (typeof value) {
    case "string":
      return verdict === "open" ? copyText(value, walk) : hide(value, walk);
    case "number":
    case "bigint":
      if (verdict === "secret") return hide(value, walk);
      return Number.isFinite(value) ? value : String(value);
    case "symbol":
      return verdict === "open" ? copyText(String(value), walk) : REDACTED;
    case "function":
      return "[function]";
    case "object":
      return value === null ? null : copyObject(value, place);
    default:
      return value;
  }
}

function copyObject(value: object, place: Place): unknown {
  const { walk: { ancestors, limits }, verdict, depth } = place;
  if (ancestors.has(value)) return "[circular]";
  if (depth >= limits.depth) return verdict === "open" ? "[too deep]" : REDACTED;
  ancestors.add(value);
  try {
    const copy = copyShape(shapeOf(value), place);
    return verdict === "secret" ? REDACTED : copy;
  } catch {
    return "[unreadable]";
  } finally {
    ancestors.delete(value);
  }
}

function copyShape(shape: Shape, place: Place): unknown {
  switch (shape.kind) {
    case "text":
      return copyValue(shape.text, place);
    case "bytes":
      return place.verdict === "open" ? `[${shape.length} bytes]` : REDACTED;
    case "list":
      return copyList(shape.members, place);
    case "object":
      return copyMembers(shape.members, place);
  }
}

function copyMember({ read }: Member, { walk, verdict, depth }: Place): unknown {
  let value: unknown;
  try {
    value = read();
  } catch {
    return "[unreadable]";
  }
  return copyValue(value, { walk, verdict, depth: depth + 1 });
}

/** The stricter of what the names above say and what this name says. */
function strictest(above: NameVerdict, name: string): NameVerdict {
  return above === "secret" ? above : above === "open" ? judgeName(name) : stricter(name);
}

function stricter(name: string): NameVerdict {
  return judgeName(name) === "secret" ? "secret" : "secret text";
}

function copyList(members: Iterable<Member>, place: Place): unknown[] {
  const copies: unknown[] = [];
  let verdict = place.verdict;
  for (const member of members) {
    if (copies.length >= place.walk.limits.entries) {
      copies.push("[more left out]");
      break;
    }
    const copy = copyMember(member, { ...place, verdict });
    // Headers often come as pairs: the first item names the second.
    verdict = copies.length === 0 && typeof copy === "string"
      ? strictest(place.verdict, copy)
      : place.verdict;
    copies.push(copy);
  }
  return copies;
}

function copyMembers(members: Iterable<Member>, place: Place): Record<string, unknown> {
  const copies: [string, unknown][] = [];
  let named: NameVerdict = "open";
  for (const member of members) {
    if (copies.length >= place.walk.limits.entries) {
      copies.push(["…", "[more left out]"]);
      break;
    }
    const { name = "" } = member;
    const verdict = strictest(place.verdict, name);
    // `{ name: "authorization", value: "…" }` names its value, too.
    const isValue = named !== "open" && name === "value";
    const copy = copyMember(member, { ...place, verdict: isValue ? named : verdict });
    if (/^(?:name|key|header)$/i.test(name) && typeof copy === "string") named = judgeName(copy);
    copies.push([copyText(name, place.walk), copy]);
  }
  return Object.fromEntries(copies); // a key `__proto__` becomes one like any other
}
