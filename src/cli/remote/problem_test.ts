import { deepStrictEqual } from "node:assert/strict";
import { CallError } from "@alkdev/operations";
import { LOST } from "./answers.ts";
import { problemOf } from "./problem.ts";

const TARGET = { url: "https://hub.example", key: "alk_k", from: "profile work" };
const NOBODY = { ...TARGET, key: undefined };

const ROWS: readonly (readonly [
  string,
  CallError,
  Parameters<typeof problemOf>[1],
  number,
  readonly string[],
])[] = [
  [
    "an operation's own error",
    new CallError("TOO_LOUD", "too loud", { by: 3 }),
    {
      target: TARGET,
    },
    1,
    ["TOO_LOUD: too loud", '  {"by":3}'],
  ],
  [
    "an input that does not fit",
    new CallError("INVALID_INPUT", "long\nwords", {
      errors: [
        ...[{ path: "/a", message: "missing" }, { path: "/a", message: "no text" }],
        ...[{ path: "/b", message: "no" }],
      ],
    }),
    { target: TARGET },
    1,
    ["INVALID_INPUT: the input does not fit", "  /a: missing", "  /b: no"],
  ],
  ["a refusal", new CallError("FORBIDDEN", "scope a required"), { target: TARGET }, 4, [
    "FORBIDDEN: scope a required",
    'Its scopes may not suffice, or it has ended: "hub auth explain KEY OPERATION" says why.',
  ]],
  ["a refusal of nobody", new CallError("FORBIDDEN", "who?"), { target: NOBODY }, 4, [
    "FORBIDDEN: who?",
    'No key was shown. Keep one with "hub login", or give it as HUB_KEY; whoever runs the hub ' +
    "makes one: hub keys create NAME --preset caller | hub login",
  ]],
  [
    "too many requests",
    new CallError("RATE_LIMITED", "too many", { retry_after: 3 }),
    { target: TARGET, isRepeatable: false },
    5,
    ["RATE_LIMITED: too many", "It may be tried again, in 3 s."],
  ],
  ["a query that was too slow", new CallError("TIMEOUT", "late"), { target: TARGET }, 5, [
    "TIMEOUT: late",
    "It may be tried again.",
  ]],
  [
    "a mutation that was too slow",
    new CallError("TIMEOUT", "late"),
    { target: TARGET, isRepeatable: false },
    5,
    [
      "TIMEOUT: late",
      "It may be tried again; it may have been run already, and --idempotency-key KEY keeps it " +
      "from being run twice.",
    ],
  ],
  [
    "words that would rule a terminal",
    new CallError("BAD\x1b[2J", "a\u202eb\n", "\x07"),
    { target: TARGET },
    1,
    ["BAD\\u001b[2J: a\\u202eb\\u000a", '  "\\u0007"'],
  ],
  [
    "nobody there",
    new CallError(LOST.unreachable, "No hub answers", undefined, { retryable: true }),
    { target: TARGET },
    3,
    ["No hub answers", 'Name another with --url, --profile or "hub login --use", or start it.'],
  ],
  ["a stream that was cut off", new CallError(LOST.cutOff, "lost"), { target: TARGET }, 3, [
    "lost",
  ]],
];
for (const [what, error, tried, exitCode, lines] of ROWS) {
  Deno.test(`problemOf() tells of ${what}`, () => {
    deepStrictEqual(problemOf(error, tried), { lines, exitCode });
  });
}
