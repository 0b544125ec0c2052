import { deepStrictEqual } from "node:assert/strict";
import { importSettings } from "./import_settings.ts";

Deno.test("importSettings() leaves what is not said to administrators, and within bounds", () => {
  const settings = importSettings("shop", { openapi: "https://shop.example/openapi.json" });
  const { maxOperations, maxDocumentBytes, maxResponseBytes, timeoutMs, refreshMs } = settings;
  deepStrictEqual([maxOperations, maxDocumentBytes, timeoutMs, refreshMs], [
    ...[2000, 16 * 1024 * 1024, 30_000, 300_000],
  ]);
  // gateway.md 6.2
  deepStrictEqual([maxResponseBytes, settings.allowPrivate], [10 * 1024 * 1024, false]);
  deepStrictEqual(settings.rules, [
    { operations: ["*"], access: { requiredScopes: ["admin"] } },
  ]);
});
