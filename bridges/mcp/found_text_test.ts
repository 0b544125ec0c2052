import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { foundText } from "./found_text.ts";

const found = { name: "fs/read", namespace: "fs", type: "query", description: "Reads" } as const;

Deno.test("foundText() tells the name and the description", () => {
  deepStrictEqual(foundText(found), { name: "fs/read", description: "Reads" });
});

Deno.test("foundText() says from which node a description comes", () => {
  strictEqual(foundText({ ...found, peerId: "dev1" }).description, "[dev1] Reads");
});

Deno.test("foundText() makes a description where there is none", () => {
  strictEqual(foundText({ ...found, description: " \n" }).description, "The query fs/read of fs.");
});

Deno.test("foundText() cuts a description at 512 characters, whole ones (§4.2)", () => {
  const { description } = foundText({ ...found, description: "🦕".repeat(600), peerId: "d" });
  strictEqual([...description].length, 512);
  strictEqual(description, `[d] ${"🦕".repeat(508)}`);
});

Deno.test("foundText() leaves out what does not show", () => {
  const description = "Reads\u001b[2J \u202etxet\u0000\n\u{e0041}files";
  strictEqual(foundText({ ...found, description }).description, "Reads [2J  txet files");
});
