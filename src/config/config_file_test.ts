import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { readConfigFile } from "./config_file.ts";

function read(text: string) {
  return readConfigFile({ path: "hub.jsonc", text });
}

function problems(text: string): string[] {
  return read(text).problems.map(({ source, path, message }) => `${source} ${path} ${message}`);
}

Deno.test("readConfigFile() takes comments and trailing commas, and knows each line", () => {
  const { entries } = read('{\n  // the port\n  "http": {\n    "port": 80,\n  }, /* end */\n}');
  deepStrictEqual(entries.map(({ setting, value, source }) => [setting.path, value, source]), [
    ["http.port", 80, { kind: "file", file: "hub.jsonc", line: 4, column: 5 }],
  ]);
});

for (const text of ["", "  \n", "{}", "// nothing yet"]) {
  Deno.test(`readConfigFile() finds nothing in ${JSON.stringify(text)}`, () => {
    deepStrictEqual(read(text), { entries: [], problems: [] });
  });
}

const SYNTAX = "this is not JSON with comments:";
for (
  const [text, expected] of [
    ['{\n  "realm" "x"\n}', `hub.jsonc:2:11  ${SYNTAX} colon expected`],
    ['{ "realm": }', `hub.jsonc:1:12  ${SYNTAX} value expected`],
    ['{ "realm": "x"', `hub.jsonc:1:15  ${SYNTAX} close brace expected`],
    ["{ realm: 1 }", `hub.jsonc:1:3  ${SYNTAX} invalid symbol`],
  ] as const
) {
  Deno.test(`readConfigFile() points at the syntax error in ${JSON.stringify(text)}`, () => {
    strictEqual(problems(text)[0], expected);
  });
}

Deno.test("readConfigFile() shows nothing of a line that it cannot read", () => {
  ok(!problems('{ "nats": { "password": "hunter2 } }').join().includes("hunter2"));
});

const WRONG: readonly (readonly [text: string, problem: string])[] = [
  ["[]", "hub.jsonc:1:1  expected an object, found an array"],
  ['{ "http": "hunter2" }', "hub.jsonc:1:3 http expected an object, found a string"],
  ['{ "http": null }', "hub.jsonc:1:3 http expected an object, found null"],
  [
    '{ "http": { "prot": 1 } }',
    "hub.jsonc:1:13 http.prot there is no such setting, did you mean http.port?",
  ],
  ['{ "port": 1 }', "hub.jsonc:1:3 port there is no such setting, did you mean http.port?"],
  ['{ "colour": 1 }', "hub.jsonc:1:3 colour there is no such setting"],
  ['{ "realm": "a", "realm": "b" }', "hub.jsonc:1:17 realm this key stands twice"],
  ['{ "__proto__": {} }', "hub.jsonc:1:3 __proto__ this key is not allowed"],
  ['{ "http": { "constructor": {} } }', "hub.jsonc:1:13 http.constructor this key is not allowed"],
  ['{ "toString": 1 }', "hub.jsonc:1:3 toString there is no such setting"],
];
for (const [text, expected] of WRONG) {
  Deno.test(`readConfigFile() refuses ${text}`, () => {
    strictEqual(problems(text)[0], expected);
  });
}

Deno.test("readConfigFile() refuses keys that would reach a prototype, and reaches none", () => {
  strictEqual(problems('{ "log": { "levels": { "__proto__": { "x": 1 } } } }').length, 1);
  strictEqual(Reflect.get({}, "x"), undefined);
});

Deno.test("readConfigFile() refuses a file that is too large or too deep", () => {
  deepStrictEqual(problems(" ".repeat(1024 * 1024 + 1)), [
    "hub.jsonc:1:1  the file is larger than 1 MiB",
  ]);
  deepStrictEqual(problems("[".repeat(500_000)), ["hub.jsonc:1:1  the file is nested too deeply"]);
});
