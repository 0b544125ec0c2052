import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type EnvironmentAccess, readEnvironment } from "./read_environment.ts";

function access(env: Record<string, string>, { list }: { list: boolean }): EnvironmentAccess {
  return {
    get: (name) => env[name],
    mayList: () => list,
    toObject() {
      if (!list) throw new Deno.errors.NotCapable();
      return env;
    },
  };
}

const ENV = { HUB_HTTP_PORT: "1", NATS_URL: "nats://a", HOME: "/home", HUB_COLOUR: "red" };

Deno.test("readEnvironment() reads all that concerns the hub where it may list variables", () => {
  const { HOME: _, ...expected } = ENV;
  deepStrictEqual(readEnvironment(access(ENV, { list: true })), expected);
});

Deno.test("readEnvironment() reads the known names where it may not list variables", () => {
  deepStrictEqual(readEnvironment(access(ENV, { list: false })), {
    HUB_HTTP_PORT: "1",
    NATS_URL: "nats://a",
  });
});

Deno.test("readEnvironment() needs no permission beyond HUB_*, NATS_URL and DATABASE_URL", async () => {
  const module = new URL("./read_environment.ts", import.meta.url).href;
  const script = `import { readEnvironment } from "${module}";
    await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(readEnvironment())));`;
  const directory = await Deno.makeTempDir();
  try {
    const file = `${directory}/read.ts`;
    await Deno.writeTextFile(file, script);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const { stdout, code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", "--config", config]
        .concat("--allow-env=HUB_*,NATS_URL,DATABASE_URL", file),
      env: { HUB_REALM: "r", NATS_URL: "nats://a", DATABASE_URL: "postgres://a" },
      stderr: "null",
    }).output();
    strictEqual(code, 0);
    const read: Record<string, string> = JSON.parse(new TextDecoder().decode(stdout));
    strictEqual(read.HUB_REALM, "r");
    strictEqual(read.NATS_URL, "nats://a");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
