import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ConfigError } from "./config_error.ts";
import { type ConfigSources, resolveConfig } from "./resolve_config.ts";
import { SETTINGS } from "./settings.ts";
import { formatSource } from "./source.ts";

function file(text: string) {
  return { path: "hub.jsonc", text };
}

function failure(sources: ConfigSources): ConfigError {
  try {
    resolveConfig(sources);
  } catch (error) {
    ok(error instanceof ConfigError);
    return error;
  }
  throw new Error("expected a ConfigError");
}

Deno.test("resolveConfig() of nothing is the defaults, without what may be absent", () => {
  const { config, sources } = resolveConfig();
  deepStrictEqual(config, {
    dataDir: ".hub",
    durability: "fast",
    realm: "hub",
    exports: [{ peer: "*", operations: ["*"], scopes: ["spokes:call"] }],
    imports: {},
    kinds: [],
    node: { silentMs: 3_000 },
    http: {
      ...{ host: "127.0.0.1", port: 4200, allowedHosts: [], allowedOrigins: [] },
      ...{ maxBodyBytes: 1_048_576, maxFrameBytes: 1_048_576 },
    },
    nats: { replicas: 1, connectTimeoutMs: 10_000 },
    postgres: { poolSize: 10, connectTimeoutMs: 10_000, statementTimeoutMs: 30_000 },
    log: { level: "info", format: "auto", levels: {} },
    shutdown: { lingerMs: 0, deadlineMs: 10_000 },
    metrics: { host: "127.0.0.1" },
    calls: { events: true, payloads: false, retentionHours: 72 },
    mcp: { taskAfterMs: 10_000, taskTtlMs: 900_000 },
    auth: {
      ...{ auditRetentionDays: 400, cacheSize: 100_000, registration: false },
      sessionTtlMs: 2_592_000_000,
    },
    masterKey: {},
    previousMasterKey: {},
    allowPlaintextSecrets: false,
  });
  deepStrictEqual(new Set(Object.values(sources).map(formatSource)), new Set(["default"]));
  strictEqual(Object.keys(sources).length, SETTINGS.length);
});

const PORTS: ConfigSources = {
  file: file('{ "http": { "port": 1 } }'),
  env: { HUB_HTTP_PORT: "2" },
  flags: { http: { port: "3" } },
};

for (
  const [name, sources, port, source] of [
    ["the file over the default", { file: PORTS.file }, 1, "hub.jsonc:1:13"],
    ["the environment over the file", { ...PORTS, flags: {} }, 2, "HUB_HTTP_PORT"],
    ["a flag over all", PORTS, 3, "--http-port"],
  ] as const
) {
  Deno.test(`resolveConfig() prefers ${name}, and says so`, () => {
    const loaded = resolveConfig(sources);
    strictEqual(loaded.config.http.port, port);
    strictEqual(loaded.config.http.host, "127.0.0.1");
    strictEqual(formatSource(loaded.sources["http.port"] ?? { kind: "default" }), source);
  });
}

Deno.test("resolveConfig() lets an empty value take away what an earlier source has set", () => {
  const { config, sources } = resolveConfig({
    file: file('{ "nats": { "url": "nats://a" }, "metrics": { "port": 9464 } }'),
    env: { NATS_URL: "", HUB_METRICS_PORT: "" },
  });
  strictEqual("url" in config.nats, false);
  strictEqual("port" in config.metrics, false);
  deepStrictEqual(sources["nats.url"], { kind: "environment", name: "NATS_URL" });
});

Deno.test("resolveConfig() reports everything that is wrong at once, one line each", () => {
  const error = failure({
    file: file('{\n  "http": { "port": 99999 },\n  "colour": 1\n}'),
    env: { HUB_LOG_LEVEL: "loud", HUB_REALMS: "x", DATABASE_URL: "http://u:hunter2@h" },
    flags: { shutdown: { deadlineMs: "-1" } },
  });
  strictEqual(
    error.message,
    `Cannot use the configuration: 6 problems
  hub.jsonc:2:13: http.port: expected a whole number from 0 to 65535, found 99999
  hub.jsonc:3:3: colour: there is no such setting
  HUB_REALMS: there is no such variable, did you mean HUB_REALM?
  DATABASE_URL: postgres.url: expected a URL that starts with one of postgres://, ` +
      `postgresql://, found something else (not shown: it is a secret)
  HUB_LOG_LEVEL: log.level: expected one of trace, debug, info, warning, error, fatal, found "loud"
  --shutdown-deadline-ms: shutdown.deadlineMs: expected a whole number from 0 to 3600000, found -1`,
  );
  strictEqual(error.problems.length, 6);
});

Deno.test("resolveConfig() refuses a wrong value also where another source wins over it", () => {
  const { problems } = failure({ env: { HUB_HTTP_PORT: "x" }, flags: { http: { port: 1 } } });
  deepStrictEqual(problems.map(({ source }) => source), ["HUB_HTTP_PORT"]);
});

Deno.test("resolveConfig() refuses a NATS password without a user", () => {
  const { message } = failure({ env: { HUB_NATS_PASSWORD: "hunter2" } });
  ok(message.includes("HUB_NATS_PASSWORD: nats.password: expected nats.user"), message);
  ok(!message.includes("hunter2"));
});

Deno.test("resolveConfig() refuses two ways to log in to NATS", () => {
  const { message } = failure({ env: { HUB_NATS_TOKEN: "t" }, flags: { nats: { user: "u" } } });
  ok(message.includes("HUB_NATS_TOKEN: nats.token: expected one way to log in"), message);
});

Deno.test("resolveConfig() freezes the whole result", () => {
  const { config, sources } = resolveConfig({ env: { HUB_LOG_LEVELS: '{"bus":"debug"}' } });
  for (const value of [config, sources, config.http, config.log.levels, sources["http.port"]]) {
    ok(Object.isFrozen(value));
  }
  strictEqual(Reflect.set(config.http, "port", 1), false);
});

Deno.test("resolveConfig() shares nothing between two results", () => {
  ok(resolveConfig().config.log.levels !== resolveConfig().config.log.levels);
});

Deno.test("resolveConfig() gives back any port from any source", () => {
  fc.assert(fc.property(fc.nat(65535), (port) => {
    for (
      const sources of [
        { file: file(JSON.stringify({ http: { port } })) },
        { env: { HUB_HTTP_PORT: String(port) } },
        { flags: { http: { port: String(port) } } },
      ]
    ) strictEqual(resolveConfig(sources).config.http.port, port);
  }));
});

Deno.test("resolveConfig() either resolves or throws a ConfigError, whatever a file holds", () => {
  const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value));
  const section = fc.constantFrom("http", "nats", "log", "node", "dataDir");
  const near = fc.record({ section, json }).map(({ section, json }) => `{ "${section}": ${json} }`);
  fc.assert(fc.property(fc.oneof(json, near, fc.string()), (text) => {
    try {
      ok(Object.isFrozen(resolveConfig({ file: file(text) })));
    } catch (error) {
      ok(error instanceof ConfigError, String(error));
    }
  }));
});

const KINDS: readonly [string, ConfigSources, readonly string[]][] = [
  ["a file", { file: file('{ "kinds": ["./a.ts", "./b.ts"] }') }, ["./a.ts", "./b.ts"]],
  ["a variable", { env: { HUB_KINDS: "./a.ts,./b.ts" } }, ["./a.ts", "./b.ts"]],
  ["a flag", { flags: { kinds: "./a.ts" } }, ["./a.ts"]],
  ["a program", { flags: { kinds: ["./a.ts"] } }, ["./a.ts"]],
  ["an empty variable", { file: file('{ "kinds": ["./a.ts"] }'), env: { HUB_KINDS: "" } }, []],
];
for (const [name, sources, expected] of KINDS) {
  Deno.test(`a list is read from ${name}`, () => {
    const { kinds } = resolveConfig(sources).config;
    deepStrictEqual(kinds, expected);
    ok(Object.isFrozen(kinds));
  });
}

for (
  const [kinds, message] of [
    ['["./a.ts", 1]', /kinds\.1: expected the path of a module, found 1/],
    ['["./a.ts", "./a.ts"]', /kinds: expected paths of modules, each once, found an array/],
    ['"./a.ts"', /kinds: expected paths of modules, each once, found "\.\/a\.ts"/],
  ] as const
) {
  Deno.test(`a list ${kinds} is refused`, () => {
    match(failure({ file: file(`{ "kinds": ${kinds} }`) }).message, message);
  });
}
