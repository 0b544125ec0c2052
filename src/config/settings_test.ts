import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { environmentName, flagName, SETTINGS } from "./settings.ts";

function setting(path: string) {
  const found = SETTINGS.find((candidate) => candidate.path === path);
  ok(found, `no setting ${path}`);
  return found;
}

Deno.test("environmentName() splits camel case and joins with underscores", () => {
  strictEqual(environmentName(["http", "maxBodyBytes"]), "HUB_HTTP_MAX_BODY_BYTES");
  strictEqual(environmentName(["dataDir"]), "HUB_DATA_DIR");
});

Deno.test("flagName() splits camel case and joins with hyphens", () => {
  strictEqual(flagName(["http", "maxBodyBytes"]), "--http-max-body-bytes");
});

Deno.test("SETTINGS holds each leaf of the schema once, with a description", () => {
  strictEqual(new Set(SETTINGS.map(({ path }) => path)).size, SETTINGS.length);
  deepStrictEqual(SETTINGS.filter(({ description }) => description === ""), []);
  ok(SETTINGS.some(({ path }) => path === "log.levels"));
  ok(!SETTINGS.some(({ path }) => path === "log"));
});

Deno.test("SETTINGS has no two settings with the same variable or flag", () => {
  const names = SETTINGS.flatMap(({ env, flag }) => [...env, flag]);
  strictEqual(new Set(names).size, names.length);
});

Deno.test("each setting has a default or may be absent", () => {
  for (const { path, default: value, optional } of SETTINGS) {
    strictEqual(value === undefined, optional, path);
  }
});

Deno.test("well-known variables stand behind the hub's own", () => {
  deepStrictEqual(setting("nats.url").env, ["HUB_NATS_URL", "NATS_URL"]);
  deepStrictEqual(setting("postgres.url").env, ["HUB_POSTGRES_URL", "DATABASE_URL"]);
});

Deno.test("what holds a credential is marked as a secret", () => {
  const secrets = SETTINGS.filter(({ secret }) => secret).map(({ path }) => path);
  deepStrictEqual(secrets, [
    "nats.url",
    "nats.password",
    "nats.token",
    "postgres.url",
    "auth.hashKey",
    "auth.previousHashKey",
    "auth.nextHashKey",
  ]);
});
