import fc from "fast-check";
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { encodeEnvelope, parseEnvelope, readEnvelope, textBytes } from "./_wire.ts";

const type = fc.string({ unit: "binary", minLength: 1 })
  .filter((type) => !/^__|[:\p{Cc}]/u.test(type));
const envelope = fc.record({
  type,
  id: fc.string({ unit: "binary" }),
  payload: fc.jsonValue({ noUnicodeString: false }),
});

Deno.test("an envelope survives the wire, as bytes and as text", () => {
  fc.assert(fc.property(envelope, (envelope) => {
    const bytes = encodeEnvelope(envelope);
    const same = JSON.parse(JSON.stringify(envelope)); // -0 is 0 in JSON
    deepStrictEqual(readEnvelope(bytes), same);
    deepStrictEqual(readEnvelope(bytes.buffer), same);
    deepStrictEqual(readEnvelope(new TextDecoder().decode(bytes)), same);
  }));
});

Deno.test("what was changed on its way is an envelope or an error, and nothing else", () => {
  const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }));
  fc.assert(fc.property(envelope, change, (envelope, [at, byte]) => {
    const bytes = encodeEnvelope(envelope);
    bytes[at % bytes.length] = byte;
    try {
      const { type, id } = readEnvelope(bytes);
      deepStrictEqual([typeof type, typeof id], ["string", "string"]);
    } catch (error) {
      strictEqual(error instanceof Error, true);
    }
  }));
});

Deno.test("a message is UTF-8 JSON with type, id and payload", () => {
  const text = new TextDecoder().decode(
    encodeEnvelope({ type: "a", id: "ü", payload: { n: NaN, gone: undefined } }),
  );
  strictEqual(text, '{"type":"a","id":"ü","payload":{"n":null}}');
});

Deno.test("a missing payload is undefined, and what else there is is ignored", () => {
  deepStrictEqual(readEnvelope('{"type":"a","id":"","extra":1}'), {
    type: "a",
    id: "",
    payload: undefined,
  });
});

const BAD = ["", "null", "[]", "1", "{}", '{"type":"a"}', '{"id":""}', '{"type":1,"id":""}', "{"];
const BAD_TYPES = ["", "a:b", "a\\n"].map((type) => `{"type":"${type}","id":""}`);
for (const text of [...BAD, ...BAD_TYPES]) {
  Deno.test(`the message ${JSON.stringify(text)} is an error`, () => {
    throws(() => readEnvelope(text), Error);
  });
}

Deno.test("bytes that are no UTF-8 are an error", () => {
  throws(() => readEnvelope(new Uint8Array([0x7b, 0xff])), TypeError);
});

Deno.test("a control message is an envelope", () => {
  strictEqual(parseEnvelope({ type: "__subscribe", id: "a:b", payload: null }).id, "a:b");
});

Deno.test("the size of a text is told apart from a limit as if all of it were counted", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.nat({ max: 60 }), (text, limit) => {
    const bytes = new TextEncoder().encode(text).length;
    strictEqual(textBytes(text, limit) > limit, bytes > limit);
  }));
});
