import { ok, strictEqual } from "node:assert/strict";
import process from "node:process";
import type { ParsedFrame } from "./events.ts";
import { wireLimits } from "./limits.ts";
import { parseFrame } from "./parse_frame.ts";
import { createRandom, type Random } from "./_random.ts";

const RUNS = Number(process.env.OPERATIONS_FUZZ_RUNS ?? 10_000);
const SEED = Number(process.env.OPERATIONS_FUZZ_SEED ?? Date.now() % 2 ** 31);
/** Small, so that random frames meet every one of them. */
const LIMITS = wireLimits({
  frameBytes: 400,
  depth: 6,
  members: 8,
  items: 10,
  idBytes: 12,
  authTokenBytes: 16,
  forwardedForBytes: 64,
});

const SAMPLES = [
  { type: "call.requested", id: "1", payload: { operationId: "/fs/read", input: { a: [1, 2] } } },
  {
    type: "call.requested",
    id: "abc",
    payload: {
      operationId: "fs/x",
      auth_token: "tok",
      forwarded_for: { id: "a", scopes: ["s"], resources: { box: ["x"] } },
      timeout_ms: 5,
    },
  },
  { type: "call.responded", id: "1", payload: { output: [{ a: '\u2028"\\' }] } },
  { type: "call.completed", id: "1", payload: {} },
  { type: "call.aborted", id: "1", payload: {} },
  {
    type: "call.error",
    id: "1",
    payload: { code: "X", message: "m", retryable: true, details: [] },
  },
  { type: "call.other", id: "1", payload: {}, extra: null },
].map((sample) => JSON.stringify(sample));

const TOKENS = [
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "null",
  "1e999",
  "-0",
  '"__proto__":1,',
  '"constructor":{},',
  '"id":',
  '"type":',
  '"payload":',
  '"input":',
  "\u0000",
  "ä",
  "😀",
  "\ud800",
  '"\\u0069d":"x",',
  "  ",
  '"call.requested"',
  "[[[[[[[[",
  '{"a":'.repeat(8),
  ",1".repeat(12),
  "x".repeat(30),
  "true",
  "\ufeff",
];

function mutate(random: Random, text: string): string {
  let mutated = text;
  for (let count = random.below(6); count >= 0; count--) {
    const at = random.below(mutated.length + 1);
    const end = Math.min(mutated.length, at + random.below(8));
    const choices = [
      () => mutated.slice(0, at) + random.pick(TOKENS) + mutated.slice(at),
      () => mutated.slice(0, at) + mutated.slice(end),
      () => mutated.slice(0, at) + random.pick(TOKENS) + mutated.slice(end),
      () =>
        mutated.slice(0, at) + mutated.slice(at, end).repeat(1 + random.below(40)) +
        mutated.slice(end),
      () => mutated.slice(0, at) + random.pick(SAMPLES) + mutated.slice(end),
    ];
    mutated = random.pick(choices)();
  }
  return mutated;
}

/** Any JSON value, often past the limits, under keys that matter. */
function value(random: Random, depth: number): unknown {
  const leaves = [null, true, -1, 1e300, "", "s", "call.aborted", "__proto__", "x".repeat(20)];
  const kind = depth > 9 ? 0 : random.below(4);
  if (kind < 2) return random.pick(leaves);
  const size = random.below(random.below(12) === 0 ? 14 : 4);
  if (kind === 2) return Array.from({ length: size }, () => value(random, depth + 1));
  const keys = [
    "a",
    "b",
    "id",
    "type",
    "payload",
    "input",
    "output",
    "constructor",
    "operationId",
    "code",
    "message",
  ];
  return Object.fromEntries(
    Array.from(
      { length: size },
      (
        _,
        index,
      ) => [`${random.pick(keys)}${random.below(3) === 0 ? index : ""}`, value(random, depth + 1)],
    ),
  );
}

function frameOf(random: Random): string | Uint8Array {
  switch (random.below(5)) {
    case 0:
      return new Uint8Array(Array.from({ length: random.below(60) }, () => random.below(256)));
    case 1: {
      const bytes = new TextEncoder().encode(random.pick(SAMPLES));
      bytes[random.below(bytes.length)] = random.below(256);
      return bytes;
    }
    case 2:
      return JSON.stringify({
        type: random.pick(["call.requested", "call.responded", "call.error", "x"]),
        id: random.pick(["1", "i".repeat(12), "i".repeat(13), "ä", ""]),
        payload: value(random, 2),
      });
    default:
      return mutate(random, random.pick(SAMPLES));
  }
}

interface Measured {
  depth: number;
  withinCounts: boolean;
}

/** The rules again, in the plainest way: build everything, then walk it. */
function measure(json: unknown): Measured {
  if (typeof json !== "object" || json === null) return { depth: 0, withinCounts: true };
  const inner = Object.values(json).map(measure);
  const most = Array.isArray(json) ? LIMITS.items : LIMITS.members;
  return {
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
    withinCounts: inner.length <= most && inner.every(({ withinCounts }) => withinCounts),
  };
}

function isPlain(json: unknown): json is Record<string, unknown> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** Why nothing may be accepted; `undefined` where it may. */
function objection(text: string): string | undefined {
  if (new TextEncoder().encode(text).length > LIMITS.frameBytes) return "size";
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return "JSON";
  }
  if (!isPlain(json)) return "object";
  const { depth, withinCounts } = measure(json);
  if (depth > LIMITS.depth) return "depth";
  if (!withinCounts) return "counts";
  if (typeof json.type !== "string" || !isPlain(json.payload)) return "shape";
  if (typeof json.id !== "string" || !/^[\x20-\x7e]{1,12}$/.test(json.id)) return "id";
  const { input: _i, output: _o, details: _d, ...plain } = json.payload;
  const { payload: _p, ...envelope } = json;
  // Keys that stand for themselves: quoted, with a colon behind, and no backslash before.
  const keys = /(?<!\\)"(?:__proto__|constructor|prototype)":/;
  if (keys.test(JSON.stringify([plain, envelope]))) return "key";
  return undefined;
}

function check(frame: string | Uint8Array, parsed: ParsedFrame): void {
  if (parsed.kind === "violation") {
    ok(parsed.closeCode === 1002 || parsed.closeCode === 1009);
    return;
  }
  if (parsed.kind === "refused") {
    ok(/^[\x20-\x7e]{1,12}$/.test(parsed.id), "a refusal goes to a sound id");
    return;
  }
  const text = typeof frame === "string"
    ? frame
    : new TextDecoder("utf-8", { ignoreBOM: true }).decode(frame);
  const found = objection(text);
  // Nobody looks into the payload of an event that is not known.
  const harmless = parsed.kind === "ignored" && found === "key";
  if (!harmless) strictEqual(found, undefined, "an event was accepted against a rule");
  const json: unknown = JSON.parse(text);
  ok(isPlain(json));
  strictEqual(parsed.kind === "event" ? parsed.event.type : parsed.type, json.type);
  if (parsed.kind === "event") strictEqual(parsed.event.id, json.id);
}

const { parse } = JSON;

/** Parses, and says of which texts objects were built. */
function parseWatched(frame: string | Uint8Array): { parsed: ParsedFrame; built: string[] } {
  const built: string[] = [];
  JSON.parse = (text, ...rest) => {
    if (!text.startsWith('"')) built.push(text);
    return parse(text, ...rest);
  };
  try {
    return { parsed: parseFrame(frame, LIMITS), built };
  } finally {
    JSON.parse = parse;
  }
}

/** Memory is bounded by never building anything of what breaks a bound, and the rest once. */
function checkBuilt(frame: string | Uint8Array, built: readonly string[]): void {
  ok(built.length <= 1, "a frame was built twice");
  if (typeof frame !== "string" || built.length === 0) return;
  const found = objection(frame);
  ok(!["size", "depth", "counts"].includes(String(found)), `built in spite of its ${found}`);
}

/** What is sound has to be taken: a parser that refuses everything is no parser. */
function checkSound(frame: string | Uint8Array, parsed: ParsedFrame): void {
  if (typeof frame !== "string" || objection(frame) !== undefined) return;
  // A key that stands twice counts twice for the parser and once for whoever builds the value first.
  if (JSON.stringify(JSON.parse(frame)) !== frame) return;
  ok(parsed.kind !== "violation", "a sound envelope closed the connection");
}

Deno.test(`${RUNS} mutated and random frames: no crash, no wrong acceptance, nothing built past the limits`, () => {
  const random = createRandom(SEED);
  const kinds = new Map<string, number>();
  for (let run = 0; run < RUNS; run++) {
    const frame = frameOf(random);
    const where = `OPERATIONS_FUZZ_SEED=${SEED}, run ${run}, frame ${
      JSON.stringify(String(frame))
    }`;
    try {
      const { parsed, built } = parseWatched(frame);
      checkBuilt(frame, built);
      check(frame, parsed);
      checkSound(frame, parsed);
      kinds.set(parsed.kind, (kinds.get(parsed.kind) ?? 0) + 1);
    } catch (cause) {
      throw new Error(`parseFrame() went wrong: ${where}`, { cause });
    }
  }
  for (const kind of ["event", "refused", "ignored", "violation"]) {
    ok(
      (kinds.get(kind) ?? 0) > 0,
      `no frame was of the kind ${kind}; OPERATIONS_FUZZ_SEED=${SEED}`,
    );
  }
});
