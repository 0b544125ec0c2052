/**
 * Compares what clients were told with what is in the logs.
 *
 * @module
 */
import type { Past } from "./digest.ts";
import {
  type At,
  atText,
  type History,
  isBefore,
  type Logged,
  type Logs,
  type Sent,
} from "./history.ts";

/** An answered command, with its place. */
interface Answered {
  readonly sent: Sent;
  readonly at: At;
  readonly past: Past | undefined;
}

/** Says what is wrong; nothing if all is well. Lost, repeated, out of order, or refused and done. */
export function checkReplies({ sent }: Pick<History, "sent">, logs: Logs): string[] {
  const findings: string[] = [];
  const byActor = Map.groupBy(sent, ({ actor }) => actor);
  for (const [actor, log] of logs) findings.push(...repeated(actor, log));
  for (const [actor, commands] of byActor) {
    const log = logs.get(actor) ?? [];
    const places = new Map(log.map((one) => [one.logged.id, one]));
    const answered: Answered[] = [];
    for (const one of commands) {
      const place = places.get(commandId(one.event.label));
      findings.push(...disagreement(one, { place, log }));
      if (one.outcome.is === "answered") answered.push({ ...one.outcome, sent: one });
    }
    findings.push(...outOfOrder(actor, answered));
  }
  return findings;
}

/** Under which id the log has the command that a client has called `label`. */
export function commandId(label: string): string {
  return `call:${label}`;
}

function repeated(actor: string, log: readonly Logged[]): string[] {
  const seen = new Map<string, Logged>();
  const findings: string[] = [];
  for (const one of log) {
    const first = seen.get(one.logged.id);
    if (first === undefined) seen.set(one.logged.id, one);
    else {
      findings.push(
        `${actor}: ${one.logged.id} is in the log twice, at ${atText(first)} and ${atText(one)}`,
      );
    }
  }
  return findings;
}

function disagreement(
  { actor, event: { label }, outcome }: Sent,
  { place, log }: { readonly place: Logged | undefined; readonly log: readonly Logged[] },
): string[] {
  switch (outcome.is) {
    case "unknown":
      return [];
    case "refused":
      return place === undefined ? [] : [
        `${actor}: ${label} was refused (${outcome.code}), and is in the log at ${atText(place)}`,
      ];
    case "answered": {
      const { at } = outcome;
      if (place === undefined) {
        const there = log.find(({ seq, index }) => seq === at.seq && index === at.index);
        const instead = there === undefined ? "nothing" : there.logged.id;
        return [
          `${actor}: ${label} was acknowledged at ${atText(at)} and is lost; there is ${instead}`,
        ];
      }
      if (place.seq === at.seq && place.index === at.index) return [];
      return [`${actor}: ${label} was acknowledged at ${atText(at)} and is at ${atText(place)}`];
    }
  }
}

/** What was answered before something else was begun comes before it in the log, whoever sent both. */
function outOfOrder(actor: string, answered: readonly Answered[]): string[] {
  const inOrder = answered.toSorted((a, b) => isBefore(a.at, b.at) ? -1 : 1);
  const findings: string[] = [];
  let latest: Answered | undefined;
  for (const one of inOrder) {
    // `latest` stands before `one`, and of all that do was begun last.
    if (latest !== undefined && latest.sent.begunAt > one.sent.endedAt) {
      const early = `${latest.sent.event.label} (${atText(latest.at)})`;
      const late = `${one.sent.event.label} (${atText(one.at)})`;
      findings.push(
        `${actor}: ${early} was begun after ${late} was answered, and stands before it`,
      );
    }
    if (latest === undefined || one.sent.begunAt > latest.sent.begunAt) latest = one;
  }
  return findings;
}
