import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { BusError, JetStreamRefusal, WrongLastSequence } from "./errors.ts";
import { parsePublishAck } from "./publish_ack.ts";

const answer = (code: number, err_code: number, description: string) =>
  JSON.stringify({ error: { code, err_code, description }, stream: "S", seq: 0 });

Deno.test("parsePublishAck() reads an acknowledgement", () => {
  deepStrictEqual(parsePublishAck('{"stream":"S","seq":7,"domain":"d"}', "s"), {
    stream: "S",
    seq: 7,
    duplicate: false,
  });
  strictEqual(parsePublishAck('{"stream":"S","seq":7,"duplicate":true}', "s").duplicate, true);
});

const fences: [string, string, number | undefined][] = [
  ["the sequence found", answer(400, 10071, "wrong last sequence: 42"), 42],
  ["that there is none", answer(400, 10071, "wrong last sequence: 0"), 0],
  ["that another write is in flight", answer(400, 10164, "wrong last sequence"), undefined],
];
for (const [what, text, found] of fences) {
  Deno.test(`parsePublishAck() throws a WrongLastSequence that says ${what}`, () => {
    throws(() => parsePublishAck(text, "s"), (error) => {
      return error instanceof WrongLastSequence && error.found === found && !error.retryable;
    });
  });
}

Deno.test("parsePublishAck() tells a refusal for good from one for the moment", () => {
  const refused = (text: string) => {
    try {
      parsePublishAck(text, "s");
    } catch (error) {
      ok(error instanceof JetStreamRefusal);
      return [error.apiCode, error.status, error.retryable];
    }
  };
  deepStrictEqual(refused(answer(400, 10054, "too large")), [10054, 400, false]);
  deepStrictEqual(refused(answer(503, 10077, "no resources")), [10077, 503, true]);
  deepStrictEqual(refused(answer(500, 10047, "storage is full")), [10047, 500, true]);
  deepStrictEqual(refused(answer(429, 10167, "too many requests")), [10167, 429, true]);
  deepStrictEqual(refused('{"error":{}}'), [0, 0, false]);
});

for (const text of ["", "x", "null", "1", "[]", "{}", '{"stream":"S"}', '{"stream":1,"seq":1}']) {
  Deno.test(`parsePublishAck() refuses "${text}"`, () => {
    throws(() => parsePublishAck(text, "s"), (error) => {
      return error instanceof BusError && error.code === "INVALID_JSON";
    });
  });
}
