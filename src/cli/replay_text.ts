/**
 * What replays print for people.
 *
 * @module
 */
import type { Cause } from "../../actors/runtime/mod.ts";
import {
  changesBetween,
  placeText,
  type ReplayStep,
  type StateView,
  type WhatIf,
} from "../../actors/runtime/replay/mod.ts";
import {
  changeLines,
  fieldsText,
  longJson,
  safeText,
  shortJson,
  stateText,
  transitionText,
} from "./actor_text.ts";
import { style } from "./output.ts";
import type { StateAt } from "./replay_at.ts";

/** Columns whose cells are as wide as most of them need. */
const CAUSE_WIDTH = 20, EVENT_WIDTH = 24;
const WIDTHS = [10, 24, CAUSE_WIDTH, EVENT_WIDTH];
const INDENT = " ".repeat(12);

/** The log of an actor as a table, row by row. */
export function replayTable(name: string, version: number) {
  return {
    head: [
      `${style(name, "bold")}  ${style(`folded by version ${version}`, "dim")}`,
      "",
      style(row(["POSITION", "TIME", "CAUSE", "EVENT", "STATE"]), "dim"),
    ],
    rows: stepLines,
    foot: (events: number, { status, value }: StateView) => [
      "",
      `${events} ${events === 1 ? "event" : "events"}, ${status}, ${stateText(value)}`,
    ],
  };
}

function row([position = "", time = "", cause = "", event = "", state = ""]: string[]): string {
  const padded = [position, time, cause, event].map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0));
  return [...padded, state].join("  ").trimEnd();
}

function stepLines({ at, logged, before, after, changes, emitted }: ReplayStep): string[] {
  const { event, cause, by } = logged;
  const full = `${safeText(event.type)} ${fieldsText(event)}`.trimEnd();
  const short = full.length <= EVENT_WIDTH ? full : cut(safeText(event.type), EVENT_WIDTH);
  // What is long has lines of its own, or the columns would be lost.
  const rest = full === short
    ? []
    : full.startsWith(`${short} `)
    ? [full.slice(short.length + 1)]
    : [full];
  const ended = after.status === "active" || after.status === before?.status
    ? ""
    : `  ${style(after.status, "bold")}`;
  return [
    row([
      placeText(at),
      new Date(logged.at).toISOString(),
      cut(causeText(cause, by), CAUSE_WIDTH),
      short,
      `${transitionText(before?.value, after.value)}${ended}`,
    ]),
    ...rest.map((line) => `${INDENT}${line}`),
    ...changeLines(changes).map((line) => `${INDENT}${line}`),
    ...emitted.map((one) =>
      `${INDENT}${style("emits", "dim")} ${safeText(one.type)} ${fieldsText(one)}`.trimEnd()
    ),
  ];
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function causeText(cause: Cause, by: string | undefined): string {
  switch (cause.from) {
    case "caller":
      return by === undefined ? "caller" : `caller ${safeText(by)}`;
    case "actor":
      return safeText(cause.address);
    case "effect":
      return `effect ${safeText(cause.id)}`;
    default:
      // A timer's name is its event's.
      return cause.from;
  }
}

/** A whole state. */
export function stateLines({ position, value, status, context, output, error }: StateAt): string[] {
  return [
    `${style(position, "bold")}  ${stateText(value)}  ${status}`,
    longJson(context),
    ...(output === undefined ? [] : [`output ${shortJson(output)}`]),
    ...(error === undefined ? [] : [`error ${shortJson(error)}`]),
  ];
}

/** Both ends, and what the other course of events did not take. */
export function whatIfLines({ actual, other, untaken }: WhatIf): string[] {
  const end = ({ value, status }: StateView) => `${stateText(value)}  ${status}`;
  const changes = changesBetween(actual.context, other.context);
  const same = changes.length === 0 && end(actual) === end(other);
  return [
    `as it was   ${end(actual)}`,
    `what if     ${end(other)}`,
    ...(same ? ["It ends the same."] : changeLines(changes).map((line) => `  ${line}`)),
    ...untaken.map(({ at, inserted, event, why }) => {
      const where = inserted ? "inserted" : placeText(at);
      return `${style("!", "yellow")} ${where}  ${safeText(event.type)} is not taken: ${
        safeText(why)
      }`;
    }),
  ];
}
