/**
 * Folds the logs by rules of its own, without XState and without the runtime, and compares what
 * replies, looks and refusals said of an actor with that.
 *
 * @module
 */
import type { AnyEventObject } from "xstate";
import { digestOf, NO_PAST, type Past } from "./digest.ts";
import { atText, type History, type Logged, type Logs, type Looked, type Sent } from "./history.ts";

/** An actor after one event. */
interface Moment extends Logged {
  readonly past: Past;
  readonly turn: number;
}

/** Says which reply, look or refusal the logs do not bear out. */
export function checkPast({ sent, looked }: History, logs: Logs): string[] {
  const findings: string[] = [];
  const sentTo = Map.groupBy(sent, ({ actor }) => actor);
  const looks = Map.groupBy(looked, ({ actor }) => actor);
  for (const actor of new Set([...logs.keys(), ...sentTo.keys(), ...looks.keys()])) {
    const { moments, wrong } = fold(actor, logs.get(actor) ?? []);
    findings.push(...wrong);
    const commands = sentTo.get(actor) ?? [];
    const byPlace = new Map(moments.map((one) => [atText(one), one]));
    for (const one of commands) {
      findings.push(...wrongReply(one, byPlace), ...wrongRefusal(one, { commands, moments }));
    }
    const answers = commands.filter(({ outcome }) => outcome.is === "answered")
      .toSorted((a, b) => a.endedAt - b.endedAt);
    for (const one of looks.get(actor) ?? []) {
      findings.push(...wrongLook(one, { answers, moments }));
    }
  }
  return findings;
}

/** What an event says of itself; `undefined` for the start. */
export function labelOf(event: AnyEventObject): string | undefined {
  const { label, output } = event;
  if (typeof label === "string") return label;
  const inOutput = typeof output === "object" && output !== null && "label" in output
    ? output.label
    : undefined;
  return typeof inOutput === "string" ? inOutput : undefined;
}

function fold(actor: string, log: readonly Logged[]) {
  const moments: Moment[] = [], wrong: string[] = [];
  let past = NO_PAST, turn = 0;
  for (const one of log) {
    const { event } = one.logged;
    const label = labelOf(event);
    if (label !== undefined) past = digestOf(past, label);
    else if (event.type !== "xstate.init") wrong.push(`${actor}: ${atText(one)} is ${event.type}`);
    if (event.type === "CLAIM") {
      if (event.turn !== turn) {
        wrong.push(`${actor}: ${label} claimed turn ${event.turn} when it was turn ${turn}`);
      }
      turn++;
    }
    moments.push({ ...one, past, turn });
  }
  return { moments, wrong };
}

function isSame(one: Past, other: Past): boolean {
  return one.count === other.count && one.digest === other.digest;
}

function wrongReply(
  { actor, event, outcome }: Sent,
  moments: ReadonlyMap<string, Moment>,
): string[] {
  if (outcome.is !== "answered" || outcome.past === undefined) return [];
  const { past } = outcome;
  const moment = moments.get(atText(outcome.at));
  // That it is not there is found elsewhere.
  if (moment === undefined || isSame(moment.past, past)) return [];
  return [
    `${actor}: the reply to ${event.label} says ${JSON.stringify(past)}, ` +
    `the log says ${JSON.stringify(moment.past)}`,
  ];
}

/** A claim is refused only if that turn was somebody else's before the refusal. */
function wrongRefusal(
  { actor, event, outcome, endedAt }: Sent,
  { commands, moments }: {
    readonly commands: readonly Sent[];
    readonly moments: readonly Moment[];
  },
): string[] {
  if (outcome.is !== "refused") return [];
  if (outcome.code !== "ILLEGAL_STATE" || event.type !== "CLAIM") {
    return [`${actor}: ${event.label} got ${outcome.code}: ${outcome.message}`];
  }
  const winner = moments.find(({ logged }) =>
    logged.event.type === "CLAIM" && logged.event.turn === event.turn
  );
  const won = commands.find((one) => one.event.label === winner?.logged.event.label);
  if (won !== undefined && won.begunAt < endedAt) return [];
  return [`${actor}: ${event.label} was refused, and nobody else had turn ${event.turn}`];
}

interface Against {
  /** In the order in which they ended. */
  readonly answers: readonly Sent[];
  readonly moments: readonly Moment[];
}

/** Whoever looks sees all that was answered before, and what was true at some moment. */
function wrongLook(look: Looked, { answers, moments }: Against): string[] {
  const { actor, seq, past, turn, begunAt } = look;
  const seen = `${look.client} saw ${actor} at ${seq}`;
  const findings: string[] = [];
  for (const { outcome, event, endedAt } of answers) {
    if (endedAt >= begunAt) break;
    if (outcome.is === "answered" && outcome.at.seq > seq) {
      findings.push(`${seen} after ${event.label} was answered at ${atText(outcome.at)}`);
      break;
    }
  }
  if (seq === 0) return findings;
  const moment = moments.findLast((one) => one.seq === seq);
  if (moment === undefined) findings.push(`${seen}, and the log has nothing there`);
  else if (!isSame(moment.past, past) || moment.turn !== turn) {
    const said = JSON.stringify({ ...past, turn });
    findings.push(
      `${seen} as ${said}, the log says ${JSON.stringify({ ...moment.past, turn: moment.turn })}`,
    );
  }
  return findings;
}
