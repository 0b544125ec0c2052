/**
 * What a worker has to sign: said by one node, and good once, for a minute, on any.
 *
 * @module
 */
import { type Bus, keySubject, ticketKey, WrongLastSequence } from "@hub/bus";
import type { TokenHasher } from "./token_hash.ts";

/** Challenges of a realm. Those that nobody answers are stored nowhere. */
export interface Challenges {
  issue(): string;
  /** Whether it was issued here or on another node, not long ago. */
  isGood(challenge: string): boolean;
  /** Whether this is its first use. @throws {BusError} */
  useUp(challenge: string): Promise<boolean>;
}

/** What challenges need. */
export interface ChallengesOptions {
  readonly bus: Bus;
  readonly hasher: Pick<TokenHasher, "hash" | "matches">;
  readonly now?: () => number;
}

/** How long one is good, in seconds. */
export const CHALLENGE_S = 60;
/** Clocks of nodes differ. */
const SKEW_MS = 10_000;
const FORM = /^alkchl_([0-9]{1,15})_([A-Za-z0-9_-]{22})\.([0-9a-f]{64})$/;

/** Makes the challenges of the bus's realm. */
export function createChallenges(
  { bus: { realm, requests }, hasher, now = Date.now }: ChallengesOptions,
): Challenges {
  return {
    issue() {
      const random = crypto.getRandomValues(new Uint8Array(16))
        .toBase64({ alphabet: "base64url", omitPadding: true });
      const said = `alkchl_${now()}_${random}`;
      return `${said}.${hasher.hash(said)}`;
    },
    isGood(challenge) {
      const [, at, random, hash] = FORM.exec(challenge) ?? [];
      if (!hasher.matches(`alkchl_${at}_${random}`, hash)) return false;
      const ageMs = now() - Number(at);
      return ageMs >= -SKEW_MS && ageMs < CHALLENGE_S * 1_000;
    },
    async useUp(challenge) {
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(challenge));
      const subject = keySubject(realm, "TICKETS", ticketKey(new Uint8Array(digest).toHex()));
      try {
        const ttlMs = CHALLENGE_S * 1_000 + 2 * SKEW_MS;
        await requests.publish(subject, new Uint8Array(), {
          ...{ expectedLastSubjectSequence: 0, ttlMs },
        });
        return true;
      } catch (error) {
        if (error instanceof WrongLastSequence) return false;
        throw error;
      }
    },
  };
}
