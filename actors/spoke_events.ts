/**
 * What can happen to a spoke. No event holds a secret: a credential goes by its public name.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { At, eventSchema, Id, Line } from "./event_schema.ts";

/** Names that routing keeps for itself (call-protocol §4.1, §14). */
const RESERVED = "hub|head|local|services|channel|auth|admin|mcp|alknet|any";

/** The stable name of a peer (peers-and-auth §3). */
export const PeerId = Type.String({
  pattern: `^(?!(?:${RESERVED})$)[a-z0-9][a-z0-9-]{0,62}$`,
});

/** What an enrolment fixes. */
export const Enrolment = Type.Object({
  peerId: PeerId,
  /** Who opens connections: the spoke itself, or the hub (peers-and-auth §11). */
  dials: Type.Union([Type.Literal("spoke"), Type.Literal("hub")]),
  displayName: Type.Optional(Line),
}, { additionalProperties: false });
export type Enrolment = Static<typeof Enrolment>;

/** One socket of a spoke, at the node that holds it. */
export const Link = Type.Object({
  connection: Id,
  node: Id,
  /** Fingerprint or public part of the key with which it was opened. */
  credential: Id,
}, { additionalProperties: false });
export type Link = Static<typeof Link>;

const CloseCode = Type.Integer({ minimum: 1000, maximum: 4999 });

/** All events of a spoke. */
export const SpokeEvent = Type.Union([
  eventSchema("ENROL", { ...Enrolment.properties, at: At }),
  eventSchema("CONNECT", { ...Link.properties, at: At }),
  eventSchema("ATTACHED", { connection: Id, specSet: Id, at: At }),
  eventSchema("FAILED", { connection: Id, code: Id, message: Line, at: At }),
  eventSchema("CLOSED", { connection: Id, code: CloseCode, at: At }),
  eventSchema("DRAIN", { reason: Line, at: At }),
  eventSchema("CREDENTIAL_REMOVED", { credential: Id, at: At }),
  eventSchema("REVOKE", { reason: Line, at: At }),
  eventSchema("ENABLE", { at: At }),
  eventSchema("REMOVE", { at: At }),
]);
export type SpokeEvent = Static<typeof SpokeEvent>;
