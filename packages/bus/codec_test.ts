import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  copyJson,
  decodeJson,
  decodeText,
  encodeJson,
  encodeText,
  type JsonLimits,
} from "./codec.ts";
import { BusError } from "./errors.ts";

const fails = (code: string) => (error: unknown) =>
  error instanceof BusError && error.code === code;

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

Deno.test("decodeJson() gives back what encodeJson() wrote", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    deepStrictEqual(decodeJson(encodeJson(value)), JSON.parse(JSON.stringify(value)));
  }));
});

Deno.test("both accept a value of exactly the allowed depth and refuse one deeper", () => {
  // Strings full of brackets, quotes and backslashes must not count.
  const text = fc.string({ unit: fc.constantFrom(...'[]{}"\\a€') });
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 6 }, text, fc.array(tie("any")), fc.dictionary(text, tie("any"))),
  })).any;
  fc.assert(fc.property(value, (one) => {
    const depth = depthOf(one);
    const bytes = encodeJson(one, { maxDepth: depth });
    decodeJson(bytes, { maxDepth: depth });
    if (depth === 0) return;
    throws(() => encodeJson(one, { maxDepth: depth - 1 }), fails("TOO_DEEP"));
    throws(() => decodeJson(bytes, { maxDepth: depth - 1 }), fails("TOO_DEEP"));
  }));
});

Deno.test("copyJson() copies or refuses whatever encodeJson() and decodeJson() do, in their words", () => {
  const text = fc.string({ unit: fc.constantFrom(...'[]{}"\\a€\ud800') });
  const wide = fc.nat(20).map((length) => "€".repeat(length));
  const value = fc.oneof(wide, fc.jsonValue(), fc.array(text), text.map((one) => [[[one]]]));
  const limits = fc.record({ maxBytes: fc.integer({ min: 1, max: 60 }), maxDepth: fc.nat(4) });
  const outcomeOf = (act: () => unknown) => {
    try {
      return { value: act() };
    } catch (error) {
      ok(error instanceof BusError);
      return { code: error.code, message: error.message };
    }
  };
  fc.assert(fc.property(value, limits, (one, limits) => {
    deepStrictEqual(
      outcomeOf(() => copyJson(one, limits)),
      outcomeOf(() => decodeJson(encodeJson(one, limits))),
    );
  }));
});

Deno.test("both accept exactly the allowed size and refuse a byte more", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    fc.pre(text.isWellFormed());
    const bytes = encodeJson(text);
    const size = bytes.byteLength;
    strictEqual(decodeJson(bytes, { maxBytes: size }), text);
    throws(() => encodeJson(text, { maxBytes: size - 1 }), fails("TOO_LARGE"));
    throws(() => decodeJson(bytes, { maxBytes: size - 1 }), fails("TOO_LARGE"));
  }));
});

Deno.test("decodeJson() never throws anything but a BusError, whatever the bytes", () => {
  const jsonish = fc.string({ unit: fc.constantFrom(...'[]{}",:\\u0ntrue1.e- ') }).map(encodeText);
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), jsonish), (bytes) => {
    try {
      decodeJson(bytes, { maxDepth: 3 });
    } catch (error) {
      ok(error instanceof BusError);
    }
  }));
});

const malformed: Record<string, Uint8Array> = {
  "nothing": new Uint8Array(),
  "half a string": encodeText('"abc'),
  "a string that ends in a backslash": encodeText('"abc\\"'),
  "two values": encodeText("1 2"),
  "a byte order mark": encodeText("\ufeff1"),
  "what is not UTF-8": Uint8Array.of(0x22, 0xff, 0x22),
  "a surrogate in UTF-8": Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22),
};
for (const [what, bytes] of Object.entries(malformed)) {
  Deno.test(`decodeJson() refuses ${what}`, () => {
    throws(() => decodeJson(bytes), fails("INVALID_JSON"));
  });
}

const circular: Record<string, unknown> = {};
circular.self = circular;
const unspeakable = { undefined, function: () => 1, symbol: Symbol("s"), bigint: 1n, circular };
for (const [what, value] of Object.entries(unspeakable)) {
  Deno.test(`encodeJson() refuses ${what}`, () => {
    throws(() => encodeJson(value), fails("INVALID_JSON"));
  });
}

Deno.test("decodeJson() refuses a million open brackets without recursing", () => {
  const limits: JsonLimits = { maxBytes: 2_000_000 };
  throws(() => decodeJson(encodeText("[".repeat(1_000_000)), limits), fails("TOO_DEEP"));
});

Deno.test("decodeJson() makes no prototype of a key named __proto__", () => {
  const value = decodeJson(encodeText('{"__proto__":{"admin":true}}'));
  ok(typeof value === "object" && value !== null);
  strictEqual("admin" in value, false);
});

Deno.test("decodeText() refuses what is not UTF-8", () => {
  strictEqual(decodeText(encodeText("€\ufeff")), "€\ufeff");
  throws(() => decodeText(Uint8Array.of(0xff)), fails("INVALID_JSON"));
});

Deno.test("texts that are spelled after one another do not disturb each other", () => {
  const texts = Array.from({ length: 200 }, (_, n) => `${n} ${"é€😀\ud800".repeat(n)}`);
  const spelled = texts.map(encodeText);
  for (const [n, text] of texts.entries()) {
    deepStrictEqual(spelled[n], new TextEncoder().encode(text));
  }
});
