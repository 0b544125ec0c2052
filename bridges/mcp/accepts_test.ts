import { strictEqual } from "node:assert/strict";
import { accepts } from "./accepts.ts";

const HEADERS = [
  [null, true],
  ["application/json", true],
  ["text/event-stream, Application/JSON", true],
  ["application/json;q=0.5", true],
  ["text/html", false],
  ["application/jsonp", false],
  ["", false],
] as const;

for (const [header, is] of HEADERS) {
  Deno.test(`accepts() says of "${header}" whether JSON is taken: ${is}`, () => {
    strictEqual(accepts(header, ["application/json"]), is);
  });
}
