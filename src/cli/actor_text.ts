/**
 * How actors, their states and what changes in them are written in one line.
 *
 * @module
 */
import type { Change } from "../../actors/runtime/replay/mod.ts";
import { style } from "./output.ts";

// Characters by which text could rule the terminal, or read backwards.
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;
const MAX_VALUE = 200;

/** Text that does nothing to a terminal but show itself. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A value as JSON in one line, cut when it is long. */
export function shortJson(value: unknown): string {
  const text = safeText(JSON.stringify(value) ?? "nothing");
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE)}…`;
}

/** A value as JSON in one line, for programs: whole, and the same value once it is parsed. */
export function jsonLine(value: unknown): string {
  return safeText(JSON.stringify(value) ?? "null");
}

/** A value as JSON in many lines. */
export function longJson(value: unknown): string {
  return (JSON.stringify(value, null, 2) ?? "nothing").split("\n").map(safeText).join("\n");
}

/** A state value: `open`, `paying.waiting`, or JSON where several states are active. */
export function stateText(value: unknown): string {
  if (typeof value === "string") return safeText(value);
  if (typeof value !== "object" || value === null) return shortJson(value);
  const [entry, ...more] = Object.entries(value);
  // A machine without states.
  if (entry === undefined) return "-";
  if (more.length > 0) return shortJson(value);
  return `${safeText(entry[0])}.${stateText(entry[1])}`;
}

/** An event without its type: its fields, or nothing. */
export function fieldsText({ type: _, ...fields }: Readonly<Record<string, unknown>>): string {
  return Object.keys(fields).length === 0 ? "" : shortJson(fields);
}

/** What changed, a line each: `~ /count  1 → 2`. */
export function changeLines(changes: readonly Change[]): string[] {
  return changes.map(({ path, ...change }) => {
    const where = path === "" ? "context" : safeText(path);
    const [was, is] = [shortJson(change.before), shortJson(change.after)];
    if (!("before" in change)) return style(`+ ${where}  ${is}`, "green");
    if (!("after" in change)) return style(`- ${where}  ${was}`, "red");
    return `${style("~", "yellow")} ${where}  ${style(was, "red")} → ${style(is, "green")}`;
  });
}

/** Both states, or one where nothing changed. */
export function transitionText(before: unknown, after: unknown): string {
  const [from, to] = [before === undefined ? "" : stateText(before), stateText(after)];
  return from === to ? style(to, "dim") : `${from} → ${to}`.trimStart();
}
