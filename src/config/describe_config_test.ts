import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describeConfig, formatConfigTable } from "./describe_config.ts";
import { resolveConfig } from "./resolve_config.ts";
import { SETTINGS } from "./settings.ts";

function describe(env: Record<string, string>) {
  return describeConfig(resolveConfig({ env }));
}

function shown(path: string, env: Record<string, string>): unknown {
  return describe(env).settings.find((setting) => setting.path === path)?.value;
}

const URLS: readonly (readonly [path: string, given: string, masked: string])[] = [
  ["postgres.url", "postgres://user:hunter2@host/db", "postgres://user:***@host/db"],
  ["postgres.url", "postgres://user:hun%40ter@host/db", "postgres://user:***@host/db"],
  [
    "postgres.url",
    "postgres://host/db?sslpassword=hunter2&x=1",
    "postgres://host/db?sslpassword=***&x=1",
  ],
  ["postgres.url", "postgres://host/db", "postgres://host/db"],
  ["nats.url", "nats://u:hunter2@a:4222,nats://hunter2@b", "nats://u:***@a:4222,nats://***@b"],
  ["nats.url", "nats://a:4222", "nats://a:4222"],
];
for (const [path, given, masked] of URLS) {
  Deno.test(`describeConfig() shows ${path} ${given} as ${masked}`, () => {
    strictEqual(
      shown(path, path === "nats.url" ? { NATS_URL: given } : { DATABASE_URL: given }),
      masked,
    );
  });
}

Deno.test("describeConfig() masks passwords and tokens whole", () => {
  const env = { HUB_NATS_USER: "u", HUB_NATS_PASSWORD: "hunter2" };
  strictEqual(shown("nats.password", env), "***");
  strictEqual(shown("nats.user", env), "u");
  strictEqual(shown("nats.token", { HUB_NATS_TOKEN: "hunter2" }), "***");
  strictEqual(shown("nats.token", {}), undefined);
});

Deno.test("describeConfig() gives the source of each setting", () => {
  const { settings } = describe({ HUB_HTTP_PORT: "1" });
  strictEqual(settings.length, SETTINGS.length);
  deepStrictEqual(settings.find(({ path }) => path === "http.port"), {
    path: "http.port",
    value: 1,
    source: "HUB_HTTP_PORT",
  });
  strictEqual(settings.find(({ path }) => path === "realm")?.source, "default");
});

Deno.test("describeConfig() nests the configuration like a file", () => {
  const { config } = describe({ HUB_LOG_LEVELS: '{"bus":"debug"}' });
  deepStrictEqual(config.log, { level: "info", format: "auto", levels: { bus: "debug" } });
  deepStrictEqual(config.shutdown, { lingerMs: 0, deadlineMs: 10_000 });
});

Deno.test("formatConfigTable() has a head, a line per setting and aligned columns", () => {
  const lines = formatConfigTable(describe({ HUB_HTTP_PORT: "1" })).split("\n");
  strictEqual(lines.length, SETTINGS.length + 1);
  const column = lines[0]?.indexOf("SOURCE");
  ok(column !== undefined && column > 0);
  for (const line of lines.slice(1)) ok(/^(?:default|HUB_HTTP_PORT)$/.test(line.slice(column)));
});

Deno.test("no password of any characters is shown, in JSON or in the table", () => {
  // Letters that no other part of the output has.
  const password = fc.stringMatching(/^[QXZ#@:\/?%&= ]*QXZQX[QXZ#@:\/?%&= ]*$/);
  fc.assert(fc.property(password, (password) => {
    const encoded = encodeURIComponent(password);
    const description = describe({
      HUB_NATS_USER: "u",
      HUB_NATS_PASSWORD: password,
      DATABASE_URL: `postgres://u:${encoded}@h/db?password=${encoded}`,
      NATS_URL: `nats://u:${encoded}@h,nats://${encoded}@h`,
    });
    ok(!JSON.stringify(description).includes("QXZQX"));
    ok(!formatConfigTable(description).includes("QXZQX"));
  }));
});
