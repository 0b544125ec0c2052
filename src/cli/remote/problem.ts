/**
 * Failures of calls in words for people, with what they can do, and as exit codes for scripts.
 *
 * @module
 */
import type { CallError } from "@alkdev/operations";
import { safeText, shortJson } from "../actor_text.ts";
import { EXIT } from "../exit_codes.ts";
import { LOST } from "./answers.ts";
import type { Target } from "./target.ts";

/** A failure, ready to be told. */
export interface Problem {
  readonly lines: readonly string[];
  readonly exitCode: number;
}

/** What else is known of what was tried. */
export interface Tried {
  readonly target: Target;
  /** Whether it may be sent again without a second effect. */
  readonly isRepeatable?: boolean;
}

/** Says what went wrong. */
export function problemOf(error: CallError, tried: Tried): Problem {
  const { code, details } = error;
  const message = safeText(error.message);
  if (code === LOST.unreachable || code === LOST.noHub) {
    return { lines: [message, ADVICE.unreachable], exitCode: EXIT.unreachable };
  }
  if (code === LOST.cutOff) {
    return { lines: [message, ...adviceOn(error, tried)], exitCode: EXIT.unreachable };
  }
  const mismatches = mismatchLines(error);
  // Its own words say the same once more, with other line ends.
  const told = mismatches.length > 0 ? "the input does not fit" : message;
  return {
    lines: [
      `${safeText(code)}: ${told}`,
      ...mismatches.length > 0 ? mismatches : detailLines(details),
      ...adviceOn(error, tried),
    ],
    exitCode: exitCodeOf(error),
  };
}

function exitCodeOf({ code, retryable }: CallError): number {
  if (code === "FORBIDDEN") return EXIT.refused;
  return retryable ? EXIT.again : EXIT.failed;
}

const ADVICE = {
  unreachable: 'Name another with --url, --profile or "hub login --use", or start it.',
  nobody: 'No key was shown. Keep one with "hub login", or give it as HUB_KEY; whoever runs the ' +
    "hub makes one: hub keys create NAME --preset caller | hub login",
  refused:
    'Its scopes may not suffice, or it has ended: "hub auth explain KEY OPERATION" says why.',
  again: "It may be tried again",
  notTwice:
    "It may be tried again; it may have been run already, and --idempotency-key KEY keeps " +
    "it from being run twice",
} as const;

function adviceOn(error: CallError, { target, isRepeatable = true }: Tried): string[] {
  const { code, retryable } = error;
  // Nobody has a few calls, and no streams.
  const isBound = code === "FORBIDDEN" || code === "RATE_LIMITED";
  if (isBound && target.key === undefined) return [ADVICE.nobody];
  if (code === "FORBIDDEN") return [ADVICE.refused];
  if (!retryable) return [];
  const wait = retryAfterOf(error);
  const when = wait === undefined ? "." : `, in ${wait} s.`;
  const isSafe = isRepeatable || code === "RATE_LIMITED";
  return [`${isSafe ? ADVICE.again : ADVICE.notTwice}${when}`];
}

/** What is wrong with an input, field by field. */
function mismatchLines({ code, details }: CallError): string[] {
  const errors = Reflect.get(Object(details), "errors");
  return code === "INVALID_INPUT" && Array.isArray(errors)
    ? errors.filter(isFirstAtItsPlace).map(mismatchLine)
    : [];
}

/** What is missing is of no type either: once is enough. */
function isFirstAtItsPlace(error: unknown, at: number, errors: readonly unknown[]): boolean {
  const placeOf = (one: unknown): unknown => Object(one).path;
  return errors.findIndex((other) => placeOf(other) === placeOf(error)) === at;
}

function detailLines(details: unknown): string[] {
  const isTold = details === undefined || retryAfterIn(details) !== undefined;
  return isTold ? [] : [`  ${shortJson(details)}`];
}

function mismatchLine(error: unknown): string {
  const { path = "", message = "" } = Object(error);
  const where = path === "" ? "" : `${safeText(String(path))}: `;
  return `  ${where}${safeText(String(message))}`;
}

function retryAfterOf({ details }: CallError): number | undefined {
  return retryAfterIn(details);
}

function retryAfterIn(details: unknown): number | undefined {
  const seconds: unknown = Reflect.get(Object(details), "retry_after");
  return typeof seconds === "number" ? seconds : undefined;
}
