import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { secretName } from "./_secrets.ts";
import { judgeName, type NameVerdict } from "./secret_names.ts";

Deno.test("judgeName() never takes the name of a secret for open, in capitals or not", () => {
  const cased = fc.tuple(secretName, fc.constantFrom("same", "upper", "lower")).map(([name, how]) =>
    how === "same" ? name : how === "upper" ? name.toUpperCase() : name.toLowerCase()
  );
  fc.assert(fc.property(cased, (name) => judgeName(name) !== "open"));
});

const OPEN = ["spoke", "session", "keyId", "prefix", "path", "count", "key", "author", "tokenizer"]
  .concat("tokenCount", "maxTokensCount", "secretName", "credentialId", "passengers", "monkey");
const VERDICTS: readonly (readonly [string, NameVerdict])[] = [
  ...OPEN.map((name) => [name, "open"] as const),
  ["promptTokens", "secret text"],
  ["seed", "secret text"],
  ["password", "secret"],
];
for (const [name, verdict] of VERDICTS) {
  Deno.test(`judgeName() says ${verdict} of ${name}`, () => {
    strictEqual(judgeName(name), verdict);
  });
}
