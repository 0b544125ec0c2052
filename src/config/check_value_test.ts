import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { checkValue, parseText } from "./check_value.ts";
import { listSettings, type Setting, SETTINGS } from "./settings.ts";

function setting(path: string): Setting {
  const found = SETTINGS.find((candidate) => candidate.path === path);
  ok(found, `no setting ${path}`);
  return found;
}

function message(path: string, value: unknown): string {
  const checked = checkValue(setting(path), value);
  return checked.ok ? "ok" : `${checked.path}: ${checked.message}`;
}

const REFUSED: readonly (readonly [path: string, value: unknown, message: string])[] = [
  ["http.port", -1, "http.port: expected a whole number from 0 to 65535, found -1"],
  ["http.port", 65536, "http.port: expected a whole number from 0 to 65535, found 65536"],
  ["http.port", 1.5, "http.port: expected a whole number from 0 to 65535, found 1.5"],
  ["http.port", "80", 'http.port: expected a whole number from 0 to 65535, found "80"'],
  ["http.port", null, "http.port: expected a whole number from 0 to 65535, found null"],
  ["http.port", { a: 1 }, "http.port: expected a whole number from 0 to 65535, found an object"],
  ["http.port", [1], "http.port: expected a whole number from 0 to 65535, found an array"],
  ["http.host", "", 'http.host: expected text that is not empty, found ""'],
  ["log.format", "JSON", 'log.format: expected one of auto, pretty, json, found "JSON"'],
  [
    "realm",
    "a.b",
    'realm: expected 1 to 32 small letters, digits, hyphens or underscores, the first a letter or digit, found "a.b"',
  ],
  ["log.levels", 1, "log.levels: expected an object of category names and levels, found 1"],
  [
    "log.levels",
    { bus: "loud" },
    'log.levels.bus: expected one of trace, debug, info, warning, error, fatal, found "loud"',
  ],
];

for (const [path, value, expected] of REFUSED) {
  Deno.test(`checkValue() refuses ${JSON.stringify(value)} for ${path} and says why`, () => {
    strictEqual(message(path, value), expected);
  });
}

for (const key of ["a b", "", ".a", "a..b"]) {
  Deno.test(`checkValue() refuses the log category "${key}"`, () => {
    ok(message("log.levels", { [key]: "info" }).startsWith(`log.levels.${key}: expected a name`));
  });
}

for (const key of ["__proto__", "constructor", "prototype"]) {
  Deno.test(`checkValue() refuses the key ${key}`, () => {
    const value: unknown = JSON.parse(`{ "${key}": "info" }`);
    strictEqual(message("log.levels", value), `log.levels: the key "${key}" is not allowed`);
  });
}

const NATS_OK = [
  "nats://h",
  "tls://h:4222",
  "tls://u:p@h",
  "nats://[::1]:4222",
  "nats://a,nats://b:1",
];
for (const url of NATS_OK) {
  Deno.test(`checkValue() takes "${url}" as NATS servers`, () => {
    strictEqual(message("nats.url", url), "ok");
  });
}

for (
  const url of ["h:4222", "ws://h", "nats://", "nats:h", "nats://a,", "nats://h:x", "nats://a b"]
) {
  Deno.test(`checkValue() refuses "${url}" as NATS servers`, () => {
    ok(message("nats.url", url).startsWith("nats.url: expected URLs that start with one of nats"));
  });
}

for (const url of ["postgres://u:p@h:5432/db", "postgresql://h/db", "postgres:///db?host=/run"]) {
  Deno.test(`checkValue() takes "${url}" as a database`, () => {
    strictEqual(message("postgres.url", url), "ok");
  });
}

for (const url of ["mysql://h/db", "postgres", "postgres:db"]) {
  Deno.test(`checkValue() refuses "${url}" as a database`, () => {
    ok(message("postgres.url", url).startsWith("postgres.url: expected a URL"));
  });
}

Deno.test("checkValue() never shows a secret that it refuses", () => {
  for (const [path, value] of [["postgres.url", "http://u:hunter2@h"], ["nats.token", 42424242]]) {
    const text = message(String(path), value);
    ok(text.includes("not shown"), text);
    ok(!text.includes("hunter2") && !text.includes("42424242"), text);
  }
});

Deno.test("checkValue() shows little of a long value", () => {
  ok(message("realm", "x ".repeat(500)).length < 220);
});

Deno.test("checkValue() takes an empty text for the absence of an optional setting only", () => {
  deepStrictEqual(checkValue(setting("nats.url"), ""), { ok: true, value: undefined });
  deepStrictEqual(checkValue(setting("metrics.port"), ""), { ok: true, value: undefined });
  strictEqual(checkValue(setting("http.port"), "").ok, false);
});

Deno.test("checkValue() copies what it accepts", () => {
  const value = { bus: "debug" };
  const checked = checkValue(setting("log.levels"), value);
  ok(checked.ok);
  deepStrictEqual(checked.value, value);
  ok(checked.value !== value);
});

const [flag, ratio, text, table] = listSettings(Type.Object({
  flag: Type.Boolean(),
  ratio: Type.Number(),
  text: Type.String(),
  table: Type.Record(Type.String(), Type.Number()),
}));
ok(flag && ratio && text && table);

const PARSED: readonly (readonly [Setting, string, unknown])[] = [
  [flag, "true", true],
  [flag, "false", false],
  [flag, "yes", "yes"],
  [flag, "1", "1"],
  [ratio, "-0.5", -0.5],
  [ratio, "4200", 4200],
  [ratio, "1e3", "1e3"],
  [ratio, "0x10", "0x10"],
  [ratio, " 1", " 1"],
  [ratio, "", ""],
  [ratio, "Infinity", "Infinity"],
  [ratio, "1".repeat(16), "1".repeat(16)],
  [text, "4200", "4200"],
  [table, '{"a":1}', { a: 1 }],
  [table, "{a:1}", "{a:1}"],
];
for (const [setting, given, expected] of PARSED) {
  Deno.test(`parseText() reads "${given}" for a ${setting.path} strictly`, () => {
    deepStrictEqual(parseText(setting, given), expected);
  });
}
