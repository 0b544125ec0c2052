/**
 * Parents and children: how a child is addressed, and what it tells its parent. Pure.
 *
 * A child's kind is its parent's kind, a colon and the name of its logic in the parent's machine, so
 * that any node finds the machine from the address alone and nobody has to register it; no kind that
 * is declared has a colon in its name. A child's id says under which name and by which event it was
 * started: started again, it is another actor, and what the first one still says is of no interest.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Address, decodeToken, encodeToken, MAX_TOKEN_LENGTH } from "@hub/bus";
import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from "xstate";
import type { Cause, Parent } from "./record.ts";
import type { ActorState, Child } from "./state.ts";

const OF = ":", BY = "~", SLASH = "=2F";
/** Enough of a digest that no two names ever share it. */
const DIGEST_LENGTH = 40;

/** Spells an address as one text. */
export function addressText({ kind, id }: Address): string {
  return `${kind}/${id}`;
}

/**
 * Reads what {@linkcode addressText} spelled: no kind has a slash in it.
 *
 * @throws {RangeError} If it did not spell it.
 */
export function parseAddress(text: string): Address {
  const at = text.indexOf("/");
  if (at < 1 || at === text.length - 1) {
    throw new RangeError(`Cannot read ${JSON.stringify(text.slice(0, 200))} as an address`);
  }
  return { kind: text.slice(0, at), id: text.slice(at + 1) };
}

/** Where a child of the actor at `parent` lives. */
export function childAddress(parent: Address, { id, src, since }: Child): Address {
  const begun = `${since.commit.seq}-${since.index}`;
  return {
    kind: shortened(`${parent.kind}${OF}${spell(src)}`),
    id: shortened([parent.id, begun, spell(id)].join(BY)),
  };
}

/** A family of many generations would outgrow a subject. */
function shortened(text: string): string {
  return text.length <= MAX_TOKEN_LENGTH ? text : `${BY}${digest(text)}`;
}

/** Stands for a text that is too long to be spelled. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_LENGTH);
}

/** A slash would make two kinds of one in {@linkcode addressText}. */
function spell(name: string): string {
  try {
    return encodeToken(name).replaceAll("/", SLASH);
  } catch {
    return `${BY}${digest(name)}`; // Too long, or empty: nobody has to read it back.
  }
}

/**
 * The kind of the parent, and the name of the logic in the parent's machine, of which a child's kind
 * consists; `undefined` for a kind of no child, or of one whose name had to be shortened.
 */
export function descentOf(
  kind: string,
): { readonly parent: string; readonly src: string } | undefined {
  const at = kind.lastIndexOf(OF);
  if (at < 1) return undefined;
  try {
    const src = decodeToken(kind.slice(at + 1).replaceAll(SLASH, "/"));
    return { parent: kind.slice(0, at), src };
  } catch {
    return undefined; // Nothing that was spelled by childAddress().
  }
}

const FROM_CHILD = /^xstate\.(?:done\.actor|error\.actor|snapshot)\.(.*)$/s;

/** Name of the child or effect of which XState's own event tells, if it does. */
export function toldBy({ type }: AnyEventObject): string | undefined {
  return FROM_CHILD.exec(type)?.[1];
}

/** The event with which a parent stops a child. */
export const STOP: AnyEventObject = { type: "xstate.stop" };

/** Whether an event of XState's own comes from the child, or the parent, that alone may send it. */
export function isFromKin(
  self: Address,
  { children, parent }: ActorState,
  { event, cause }: { readonly event: AnyEventObject; readonly cause: Cause },
): boolean {
  if (cause.from !== "actor") return false;
  if (event.type === STOP.type) return parent?.address === cause.address;
  const child = children.get(toldBy(event) ?? "");
  return child !== undefined && addressText(childAddress(self, child)) === cause.address;
}

/** What a child tells its parent when it has become `after`; `undefined` when nothing. */
export function newsForParent(
  machine: AnyStateMachine,
  { id, sync }: Parent,
  after: AnyMachineSnapshot,
): AnyEventObject | undefined {
  switch (after.status) {
    case "done":
      return { type: `xstate.done.actor.${id}`, output: after.output, actorId: id };
    case "error":
      return { type: `xstate.error.actor.${id}`, error: after.error, actorId: id };
    case "stopped":
      return undefined;
    case "active":
      if (!sync) return undefined;
      return { type: `xstate.snapshot.${id}`, snapshot: machine.getPersistedSnapshot(after) };
  }
}
