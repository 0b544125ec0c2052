import { deepStrictEqual } from "node:assert/strict";
import * as spoke from "./mod.ts";

Deno.test("the entry point exports what its pages speak of", () => {
  deepStrictEqual(Object.keys(spoke).sort(), [
    "connectClient",
    "connectSpoke",
    "operation",
    "traceparent",
  ]);
});
