import { deepStrictEqual, rejects } from "node:assert/strict";
import { FromOpenAPIFile, FromOpenAPIUrl } from "../from_openapi.ts";
import { parseDocument } from "./parse_document.ts";

const YAML = `
openapi: 3.1.0
info: { title: Pets, version: "2.0" }
paths:
  /pets/{id}:
    get:
      operationId: getPet
      parameters:
        - &id { name: id, in: path, required: true, schema: { type: integer } }
      responses: { 200: { description: one pet } }
    delete: { operationId: removePet, parameters: [*id] }
`;
const config = { namespace: "pets", baseUrl: "https://pets.example" };

Deno.test("a YAML document in a file, or at an address, makes the same operations as JSON", async () => {
  const names = (operations: { name: string; version: string }[]) =>
    operations.map(({ name, version }) => `${name} ${version}`);
  const fs = { readFile: () => Promise.resolve(YAML) };
  const expected = ["getPet 2.0", "removePet 2.0"];
  deepStrictEqual(names(await FromOpenAPIFile("pets.yaml", config, fs)), expected);
  for (const type of ["application/yaml", "text/plain", "application/json"]) {
    const fetch = () => Promise.resolve(new Response(YAML, { headers: { "content-type": type } }));
    deepStrictEqual(names(await FromOpenAPIUrl("https://x", { ...config, fetch })), expected);
  }
});

Deno.test("an answer that can give JSON alone is enough", async () => {
  const document = { info: { title: "t", version: "1" }, paths: { "/a": { get: {} } } };
  // What stands in for a response in somebody's test.
  const answer = { ok: true, status: 200, json: () => Promise.resolve(document) } as Response;
  const fetch = () => Promise.resolve(answer);
  const [operation] = await FromOpenAPIUrl("https://x", { ...config, fetch });
  deepStrictEqual(operation?.name, "get_a");
});

const broken: readonly [string, string][] = [
  ["JSON that breaks off", '{"paths": {'],
  ["a sentence", "there is no such page"],
  ["YAML that breaks a rule", "a: [1\nb: 2"],
  [
    "aliases that unfold without measure",
    `a: &a [${"x, ".repeat(10)}]\n${
      [..."bcdefghi"].map((name, index) =>
        `${name}: &${name} [${`*${"abcdefgh"[index]}, `.repeat(10)}]\n`
      ).join("")
    }`,
  ],
];
for (const [name, text] of broken) {
  Deno.test(`${name} is no document`, async () => {
    await rejects(parseDocument(text), SyntaxError);
  });
}
