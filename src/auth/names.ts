/**
 * Names that people give, and what they may look like.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";

/** Names of nodes are first segments of paths: these mean something else there. */
const RESERVED_PEER_IDS: ReadonlySet<string> = new Set([
  ..."hub head local services channel auth admin mcp alknet any self".split(" "),
  // Who acts at the command line, or for the hub itself, in the audit trail.
  ..."operator anonymous".split(" "),
]);

/** Stable name of a peer. */
export const PeerId = Type.String({
  pattern: "^[a-z0-9][a-z0-9-]{0,62}$",
  description: "small letters, digits and hyphens, at most 63",
});

/** Name of a role. */
export const RoleName = Type.String({ pattern: "^[a-z][a-z0-9-]{0,31}$" });

/** A name for people to read; {@linkcode cleanName} says more. */
export const DisplayName = Type.String({ minLength: 1, maxLength: 100 });

/**
 * Passes for a peer id that means nothing else.
 *
 * @throws {CallError} `VALIDATION_ERROR`.
 */
export function checkPeerId(peerId: string): void {
  if (!RESERVED_PEER_IDS.has(peerId)) return;
  throw invalid("/peerId", `Cannot call a peer ${peerId}: the name is reserved`);
}

/** Controls, formats that reorder or hide text, private and unassigned characters, odd spaces. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/**
 * A name as it is stored: composed, so that what looks the same is the same.
 *
 * @throws {CallError} `VALIDATION_ERROR` for characters that cannot be seen or turn text around.
 */
export function cleanName(name: string): string {
  const composed = name.normalize("NFC");
  if (composed === composed.trim() && composed !== "" && !HIDDEN.test(composed)) return composed;
  throw invalid(
    "/name",
    "Cannot use this name: it is empty, begins or ends with a space, or holds characters that " +
      "cannot be seen",
  );
}

/** Longer text for people: as names, but it may have lines. */
export function cleanText(text: string): string {
  const composed = text.normalize("NFC");
  if (!HIDDEN.test(composed.replaceAll("\n", " "))) return composed;
  throw invalid("/description", "Cannot use this text: it holds characters that cannot be seen");
}

/** Says what is wrong with a part of the input that its schema takes. */
export function invalid(path: string, message: string): CallError {
  return new CallError("VALIDATION_ERROR", message, { errors: [{ path, message }] });
}
