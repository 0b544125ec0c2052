import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  BUS_ERRORS,
  BusError,
  type BusErrorCode,
  JetStreamRefusal,
  StatusError,
  WrongLastSequence,
} from "./errors.ts";

const codes = Object.keys(BUS_ERRORS).filter((key): key is BusErrorCode => key in BUS_ERRORS);

Deno.test("a BusError says of every code whether to try again", () => {
  for (const code of codes) {
    strictEqual(new BusError(code, "x").retryable, BUS_ERRORS[code].retryable, code);
  }
});

Deno.test("what may have happened all the same is retryable, once the stream was asked", () => {
  const unknown = codes.filter((code) => new BusError(code, "x").outcomeUnknown);
  deepStrictEqual(unknown, ["OUTCOME_UNKNOWN", "TIMEOUT"]);
  ok(unknown.every((code) => BUS_ERRORS[code].retryable));
});

Deno.test("every kind of error is a BusError with a name, a message and its cause", () => {
  const cause = new Error("cause");
  const all = [
    new BusError("CLOSED", "m", { cause }),
    new WrongLastSequence("m", { cause, found: 1 }),
    new JetStreamRefusal("m", { cause, apiCode: 1, status: 400 }),
    new StatusError("m", { cause, status: 404, description: "d" }),
  ];
  const names = ["BusError", "WrongLastSequence", "JetStreamRefusal", "StatusError"];
  deepStrictEqual(all.map(({ name }) => name), names);
  for (const one of all) {
    ok(one instanceof BusError);
    deepStrictEqual([one.message, one.cause], ["m", cause]);
  }
});
