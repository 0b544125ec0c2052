/**
 * Spells a record for people at a terminal.
 *
 * @module
 */
import { type LogLevel, sanitizeControlSequences } from "@logtape/logtape";
import type { CleanRecord } from "./clean_record.ts";

/** How lines look. */
export interface PrettyOptions {
  readonly colors: boolean;
}

const RESET = "\x1b[0m";
const DIM = "\x1b[2m";
const LABELS: Readonly<Record<LogLevel, readonly [label: string, color: string]>> = {
  trace: ["TRACE", "\x1b[35m"],
  debug: ["DEBUG", "\x1b[34m"],
  info: ["INFO ", "\x1b[32m"],
  warning: ["WARN ", "\x1b[33m"],
  error: ["ERROR", "\x1b[31m"],
  fatal: ["FATAL", "\x1b[1;31m"],
};

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** Time of day where the terminal is. */
function clockTime(time: number): string {
  const date = new Date(time);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits);
  return `${parts.join(":")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** Nothing that was logged may move the cursor, clear the screen or pretend to be a line. */
function harmless(text: string): string {
  return sanitizeControlSequences(text, { newlines: "escape", sgr: "escape" });
}

function spell(value: unknown): string {
  if (typeof value === "string" && /^[^\s"={}[\],]+$/.test(value)) return harmless(value);
  return harmless(JSON.stringify(value) ?? "undefined");
}

function stackOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const stack: unknown = Reflect.get(value, "stack");
  return typeof stack === "string" ? stack : undefined;
}

/** An error's stack on lines of its own, with those of its causes. */
function stackLines(value: unknown): string[] {
  const stack = stackOf(value);
  if (stack === undefined || typeof value !== "object" || value === null) return [];
  const lines = stack.split("\n").map((line) => `    ${harmless(line)}`);
  const [first = "", ...rest] = stackLines(Reflect.get(value, "cause"));
  return first === "" ? lines : [...lines, `    caused by: ${first.trim()}`, ...rest];
}

/** An error in the line itself: what its stack does not say. */
function withoutStack(value: unknown): unknown {
  if (stackOf(value) === undefined || typeof value !== "object" || value === null) return value;
  const { stack: _stack, cause: _cause, ...rest } = Object.fromEntries(Object.entries(value));
  const isPlain = Object.keys(rest).every((key) => key === "name" || key === "message");
  return isPlain ? String(rest.message) : rest;
}

/** Creates a formatter: one line for the event and its properties, more for stacks. */
export function createPrettyFormatter({ colors }: PrettyOptions): (record: CleanRecord) => string {
  const paint = (color: string, text: string) => colors ? `${color}${text}${RESET}` : text;
  return ({ time, level, category, message, properties }) => {
    const [label, color] = LABELS[level];
    const pairs = Object.entries(properties).filter(([, value]) => value !== undefined);
    const line = [
      paint(DIM, clockTime(time)),
      paint(color, label),
      paint(DIM, harmless(category)),
      harmless(message),
      ...pairs.map(([key, value]) => paint(DIM, `${spell(key)}=`) + spell(withoutStack(value))),
    ].filter((part) => part !== "").join(" ");
    const stacks = pairs.flatMap(([, value]) => stackLines(value));
    return `${[line, ...stacks].join("\n")}\n`;
  };
}
