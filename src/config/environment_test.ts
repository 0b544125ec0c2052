import { deepStrictEqual, ok } from "node:assert/strict";
import { CONFIG_ENV_NAMES, type Environment, readEnvironmentLayer } from "./environment.ts";

function values(env: Environment): Record<string, unknown> {
  return Object.fromEntries(
    readEnvironmentLayer(env).entries.map(({ setting, value }) => [setting.path, value]),
  );
}

function problems(env: Environment): string[] {
  return readEnvironmentLayer(env).problems.map(({ source, path, message }) =>
    [source, path, message].filter((text) => text !== "").join(": ")
  );
}

Deno.test("readEnvironmentLayer() reads each variable as the type of its setting", () => {
  deepStrictEqual(
    values({ HUB_HTTP_PORT: "0", HUB_DATA_DIR: "/data", HUB_LOG_LEVELS: '{"bus":"debug"}' }),
    { dataDir: "/data", "http.port": 0, "log.levels": { bus: "debug" } },
  );
});

Deno.test("readEnvironmentLayer() prefers the hub's own name to the well-known one", () => {
  deepStrictEqual(values({ NATS_URL: "nats://a", DATABASE_URL: "postgres://a" }), {
    "nats.url": "nats://a",
    "postgres.url": "postgres://a",
  });
  deepStrictEqual(values({ NATS_URL: "nats://a", HUB_NATS_URL: "nats://b" }), {
    "nats.url": "nats://b",
  });
});

Deno.test("readEnvironmentLayer() does not judge a well-known variable that it does not use", () => {
  deepStrictEqual(
    problems({ DATABASE_URL: "mysql://other", HUB_POSTGRES_URL: "postgres://a" }),
    [],
  );
});

Deno.test("readEnvironmentLayer() leaves other variables alone", () => {
  const env = { PORT: "1", HOME: "/", HUB_CONFIG: "x", HUB_TEST_KEEP: "1", HUB_REALM: undefined };
  deepStrictEqual(readEnvironmentLayer(env), { entries: [], problems: [] });
});

Deno.test("readEnvironmentLayer() leaves alone what tells the command line which hub is meant", () => {
  const env = { HUB_URL: "https://hub.example", HUB_KEY: "k", HUB_REGISTRATION_TOKEN: "t" };
  deepStrictEqual(readEnvironmentLayer(env), { entries: [], problems: [] });
});

Deno.test("readEnvironmentLayer() leaves alone what Kubernetes sets for a service called hub", () => {
  const env = {
    HUB_SERVICE_HOST: "10.0.0.1",
    HUB_SERVICE_PORT: "4200",
    HUB_SERVICE_PORT_HTTP: "4200",
    HUB_PORT: "tcp://10.0.0.1:4200",
    HUB_PORT_4200_TCP_ADDR: "10.0.0.1",
  };
  deepStrictEqual(readEnvironmentLayer(env), { entries: [], problems: [] });
});

Deno.test("readEnvironmentLayer() refuses unknown variables and suggests known ones", () => {
  deepStrictEqual(problems({ HUB_HTTPPORT: "1", HUB_PORT: "1", HUB_COLOUR: "red" }), [
    "HUB_HTTPPORT: there is no such variable, did you mean HUB_HTTP_PORT?",
    "HUB_PORT: there is no such variable, did you mean HUB_HTTP_PORT?",
    "HUB_COLOUR: there is no such variable",
  ]);
});

Deno.test("readEnvironmentLayer() names the variable of a value that does not fit", () => {
  deepStrictEqual(problems({ HUB_HTTP_PORT: "", HUB_LOG_LEVELS: "[]" }), [
    'HUB_HTTP_PORT: http.port: expected a whole number from 0 to 65535, found ""',
    "HUB_LOG_LEVELS: log.levels: expected an object of category names and levels, found an array",
  ]);
});

Deno.test("CONFIG_ENV_NAMES holds the names that a permission must grant", () => {
  ok(CONFIG_ENV_NAMES.every((name) => /^(?:HUB_[A-Z_]+|NATS_URL|DATABASE_URL)$/.test(name)));
  for (const name of ["HUB_CONFIG", "HUB_HTTP_MAX_BODY_BYTES", "NATS_URL", "DATABASE_URL"]) {
    ok(CONFIG_ENV_NAMES.includes(name), name);
  }
});
