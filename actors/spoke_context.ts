/**
 * What a spoke remembers, and what follows from it. Pure.
 *
 * @module
 */
import { PATIENT } from "./back_off.ts";
import type { Problem } from "./problem.ts";
import type { Enrolment, Link, SpokeEvent } from "./spoke_events.ts";

/** What a spoke remembers. */
export interface SpokeContext {
  readonly peerId: string;
  readonly dials: Enrolment["dials"];
  /** The connection that serves, or is about to. */
  readonly link: Link | null;
  /** A newer one that replaces it if its discovery succeeds. */
  readonly rival: Link | null;
  /** The one that was replaced, until it is closed. */
  readonly ousted: Link | null;
  /** Raised with each attachment; what bears an older one is dropped. */
  readonly epoch: number;
  /** Names the operations it offers. */
  readonly specSet: string | null;
  /** Attempts in a row that came to nothing, or to less than half a minute of service. */
  readonly failures: number;
  /** When connections were replaced, within the last minute. */
  readonly replacedAt: readonly number[];
  /** With which code its connections are to be closed. */
  readonly closeCode: number;
  readonly isRemoved: boolean;
  readonly problem: Problem | null;
}

/** Told to whoever watches. */
export type SpokeEmitted =
  | { type: "SPOKE_ONLINE"; epoch: number; specSet: string | null }
  | { type: "SPOKE_OFFLINE" }
  | { type: "SPOKE_REFUSED"; code: string }
  | { type: "SPOKE_FLAPPING"; replacements: number }
  | { type: "SPOKE_REVOKED" };

/** Close codes (peers-and-auth §3, call-protocol §17). */
export const GOING_AWAY = 1001, CREDENTIAL_GONE = 4401, DISABLED = 4403, REPLACED = 4409;
/** Refusals that no haste will change. */
export const FOR_GOOD: readonly string[] = ["401", "4401", "4403", "4409", "WRONG_IDENTITY"];
export const MINUTE_MS = 60_000;
/** Replacements within a minute that look like a cloned credential. */
export const CLONED = 5;

/** Before anybody has enrolled it. */
export const NOBODY: SpokeContext = {
  peerId: "",
  dials: "spoke",
  link: null,
  rival: null,
  ousted: null,
  epoch: 0,
  specSet: null,
  failures: 0,
  replacedAt: [],
  closeCode: GOING_AWAY,
  isRemoved: false,
  problem: null,
};

/** Whether an event is about a connection. */
export function speaksOf(event: SpokeEvent, { connection }: Link): boolean {
  return "connection" in event && event.connection === connection;
}

/** The connection of which an event tells. */
export function linkOf({ connection, node, credential }: Link): Link {
  return { connection, node, credential };
}

/** What an enrolment fixes, of an event that has it. */
export function enrolmentOf({ peerId, dials }: Enrolment): Pick<SpokeContext, "peerId" | "dials"> {
  return { peerId, dials };
}

/** Those that there are. */
export function linksOf(...links: readonly (Link | null)[]): readonly Link[] {
  return links.filter((link) => link !== null);
}

/** All connections that may be open. */
export function allLinks({ link, rival, ousted }: SpokeContext): readonly Link[] {
  return linksOf(link, rival, ousted);
}

/** The last minute's replacements, with the one at `at`. */
export function replacements({ replacedAt }: SpokeContext, at: number): readonly number[] {
  return [...replacedAt.filter((time) => time > at - MINUTE_MS), at].slice(-CLONED);
}

/** Failures in a row once this event is counted. */
export function failuresAfter({ failures }: SpokeContext, event: SpokeEvent): number {
  const isForGood = event.type === "CLOSED" && FOR_GOOD.includes(String(event.code));
  return isForGood ? PATIENT : failures + 1;
}
