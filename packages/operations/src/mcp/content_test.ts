import { deepStrictEqual } from "node:assert/strict";
import { mapMCPContentBlocks } from "./content.ts";

// operations.md §18.3
const annotations = { priority: 1 };
const rows: readonly [string, unknown, unknown][] = [
  ["null", null, { type: "text", text: "null" }],
  ["a string", "hello", { type: "text", text: '"hello"' }],
  ["a number", 5, { type: "text", text: "5" }],
  ["undefined", undefined, { type: "text", text: "" }],
  ["text", { type: "text", text: "a" }, { type: "text", text: "a" }],
  ["text without text", { type: "text" }, { type: "text", text: "" }],
  ["text that is a number", { type: "text", text: 5 }, { type: "text", text: "5" }],
  ["annotated text", { type: "text", text: "a", annotations }, {
    type: "text",
    text: "a",
    annotations,
  }],
  ["text with null annotations", { type: "text", text: "a", annotations: null }, {
    type: "text",
    text: "a",
  }],
  ["image", { type: "image", data: "d", mimeType: "image/png", annotations }, {
    type: "image",
    data: "d",
    mimeType: "image/png",
    annotations,
  }],
  ["image without type", { type: "image", data: "d" }, {
    type: "image",
    data: "d",
    mimeType: "application/octet-stream",
  }],
  ["audio without type", { type: "audio", data: "d" }, {
    type: "audio",
    data: "d",
    mimeType: "audio/octet-stream",
  }],
  ["resource", { type: "resource", resource: { uri: "u", text: "t", blob: null } }, {
    type: "resource",
    resource: { uri: "u", text: "t" },
  }],
  ["resource without anything", { type: "resource" }, { type: "resource", resource: { uri: "" } }],
  ["whole resource", {
    type: "resource",
    resource: { uri: "u", mimeType: "m", blob: "b" },
    annotations,
  }, { type: "resource", resource: { uri: "u", mimeType: "m", blob: "b" }, annotations }],
  ["link", { type: "resource_link", uri: "u", name: "n", description: "d", mimeType: null }, {
    type: "resource_link",
    uri: "u",
    name: "n",
    description: "d",
  }],
  ["another type", { type: "video", x: 1 }, { type: "text", text: '{"type":"video","x":1}' }],
];
for (const [name, block, expected] of rows) {
  Deno.test(`mapMCPContentBlocks() of ${name}`, () => {
    deepStrictEqual(mapMCPContentBlocks([block]), [expected]);
  });
}

Deno.test("mapMCPContentBlocks() keeps order and length", () => {
  deepStrictEqual(
    mapMCPContentBlocks(rows.map(([, block]) => block)),
    rows.map(([, , expected]) => expected),
  );
});
