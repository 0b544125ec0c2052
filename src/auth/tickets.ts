/**
 * Tickets: for somebody who cannot send a header, such as a page that opens a WebSocket. Each is good
 * once, for seconds, on any node, and only for pages of the origin that it was made for.
 *
 * @module
 */
import {
  type Bus,
  decodeJson,
  encodeJson,
  keySubject,
  MARKER_TTL_MS,
  openBucket,
  PURGE_HEADERS,
  ticketKey,
  WrongLastSequence,
} from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

/** Tickets of a realm. */
export interface Tickets {
  /** Makes a ticket for who has shown `credential`. @throws {BusError} */
  issue(credential: string, origin: string | null): Promise<Ticket>;
  /** The credential behind a ticket, which is used up; `undefined` for none. @throws {BusError} */
  redeem(ticket: string, origin: string | null): Promise<string | undefined>;
}

/** A ticket to be shown once. */
export interface Ticket {
  readonly ticket: string;
  readonly expiresInS: number;
}

const TTL_MS = 30_000;
const SECRET_BYTES = 32;
const FORM = /^alktkt_[A-Za-z0-9_-]{43}$/;

const Stored = Type.Object({
  credential: Type.String(),
  origin: Type.Union([Type.String(), Type.Null()]),
});
const stored = TypeCompiler.Compile(Stored);

/** Opens the tickets of the bus's realm; what is stored of them opens nothing. */
export async function openTickets({ connection, realm, requests }: Bus): Promise<Tickets> {
  const bucket = await openBucket(connection, { realm, bucket: "TICKETS" });
  return {
    async issue(credential, origin) {
      const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
      const ticket = `alktkt_${secret.toBase64({ alphabet: "base64url", omitPadding: true })}`;
      const subject = keySubject(realm, "TICKETS", await keyOf(ticket));
      await requests.publish(subject, encodeJson({ credential, origin }), { ttlMs: TTL_MS });
      return { ticket, expiresInS: TTL_MS / 1_000 };
    },
    async redeem(ticket, origin) {
      if (!FORM.test(ticket)) return undefined;
      const key = await keyOf(ticket);
      const entry = await bucket.get(key);
      if (entry === null || entry.operation !== "PUT") return undefined;
      const value = decodeJson(entry.value);
      if (!stored.Check(value) || value.origin !== origin) return undefined;
      return await useUp(key, entry.revision) ? value.credential : undefined;
    },
  };

  /** Whether this was the first use: the server takes one of all that try. */
  async function useUp(key: string, revision: number): Promise<boolean> {
    try {
      await requests.publish(keySubject(realm, "TICKETS", key), new Uint8Array(), {
        expectedLastSubjectSequence: revision,
        headers: PURGE_HEADERS,
        rollup: "subject",
        ttlMs: MARKER_TTL_MS,
      });
      return true;
    } catch (error) {
      if (error instanceof WrongLastSequence) return false;
      throw error;
    }
  }
}

async function keyOf(ticket: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(ticket));
  return ticketKey(new Uint8Array(digest).toHex());
}
