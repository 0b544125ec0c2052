import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { createToken } from "../auth/token.ts";
import {
  limitOption,
  minutesOption,
  momentOption,
  pageOption,
  prefixArgument,
  several,
} from "./identity_options.ts";

Deno.test("momentOption() reads times from now on, and moments", () => {
  const ahead = Date.parse(momentOption("2h")) - Date.now();
  ok(ahead > 7_190_000 && ahead <= 7_200_000);
  strictEqual(momentOption("2030-01-31"), "2030-01-31T00:00:00.000Z");
  for (const text of ["", "2x", "soon", "-1d"]) throws(() => momentOption(text), /Expected 30d/);
});

Deno.test("minutesOption() and limitOption() read what they say, and nothing else", () => {
  deepStrictEqual(["0", "90m", "12h", "7d"].map(minutesOption), [0, 90, 720, 10_080]);
  for (const text of ["", "1", "1s"]) throws(() => minutesOption(text), /Expected a time/);
  deepStrictEqual(limitOption("50"), { perSecond: 50, burst: 100 });
  deepStrictEqual(limitOption("50/60"), { perSecond: 50, burst: 60 });
  for (const text of ["", "fast", "1/2/3"]) throws(() => limitOption(text), /Expected requests/);
  for (const text of ["0", "1001", "x"]) throws(() => pageOption(text), /whole number/);
});

Deno.test("several() collects what is given one by one or with commas", () => {
  deepStrictEqual(several("c", several("a, b,")), ["a", "b", "c"]);
});

Deno.test("prefixArgument() keeps the secret of a whole key to itself", () => {
  const { token, prefix } = createToken("key");
  strictEqual(prefixArgument(token), prefix);
  strictEqual(prefixArgument(prefix), prefix);
  strictEqual(prefixArgument("dev1"), "dev1");
});
