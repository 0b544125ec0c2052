/**
 * The lowest NATS server the hub runs on, and how versions are read and compared.
 *
 * Imports nothing: the launcher asks before any connection exists.
 *
 * @module
 */

/** Lowest server version with per-message TTL, message schedules and atomic batches together. */
export const MINIMUM_NATS_VERSION = "2.12.0";

/** A version as three numbers and an optional pre-release tag. */
export interface NatsVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** What follows `-`, e.g. `RC.1`; empty for a release. */
  readonly prerelease: string;
}

const VERSION = /^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * Reads a version as `nats-server` reports it, with or without a leading `v`.
 *
 * @throws {RangeError} If `text` is not a version.
 *
 * @example The form printed by the server's `--version`
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { parseNatsVersion } from "@hub/bus";
 *
 * deepStrictEqual(parseNatsVersion("v2.12.3"), { major: 2, minor: 12, patch: 3, prerelease: "" });
 * ```
 */
export function parseNatsVersion(text: string): NatsVersion {
  const match = VERSION.exec(text.trim());
  if (match === null) {
    throw new RangeError(`Cannot read "${text.slice(0, 40)}" as a version: expected e.g. 2.12.0`);
  }
  const [, major, minor, patch, prerelease = ""] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), prerelease };
}

/**
 * Orders two versions: negative if `a` is older than `b`, zero if they are equal, positive if newer.
 *
 * @throws {RangeError} If one of them is not a version.
 */
export function compareNatsVersions(a: string, b: string): number {
  const left = parseNatsVersion(a);
  const right = parseNatsVersion(b);
  return left.major - right.major || left.minor - right.minor || left.patch - right.patch ||
    comparePrereleases(left.prerelease, right.prerelease);
}

/**
 * Answers whether a server of version `found` is new enough.
 *
 * @throws {RangeError} If one of them is not a version.
 */
export function isNatsVersionSupported(found: string, minimum = MINIMUM_NATS_VERSION): boolean {
  return compareNatsVersions(found, minimum) >= 0;
}

/** A pre-release comes before its release; its dotted parts compare as semver says (§11.4). */
function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "" || b === "") return a === "" ? 1 : -1;
  const left = a.split("."), right = b.split(".");
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareIdentifiers(left[i] ?? "", right[i] ?? "");
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareIdentifiers(a: string, b: string): number {
  const numericA = /^\d+$/.test(a), numericB = /^\d+$/.test(b);
  if (numericA && numericB) return Number(a) - Number(b);
  if (numericA !== numericB) return numericA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
